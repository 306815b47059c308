"""Members of lists: what the rows of one member say, laid over what is known of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.domain.catalogue import MemberStatus
from app.domain.imports.plans import Known, Plan, refuse_law, refuse_type
from app.domain.imports.rows import PROCEDURE_CODE, TYPE_CODE, Line, MemberLine, NamedOnly
from app.domain.law import ListLaw
from app.domain.publications import Body, Kind, Publication
from app.domain.readings import Reading

# No paper of its own: a list that names it would name every paper without a code.
_UNNAMED_TYPE = "KHAC"


def plan_lists(made: Plan, lines: Sequence[Line], readings: Mapping[str, Reading], known: Known) -> None:
    members, types = known.versions(Kind.LIST_MEMBER), known.bodies(Kind.DOCUMENT_TYPE)
    procedures = {key for k, key, _ in known.slots if k in (Kind.PROCEDURE.value, Kind.DEFINITION.value)}
    grouped: dict[tuple[str, str], list[MemberLine]] = defaultdict(list)
    made.counts |= {"needs_review": 0, "unmatched": 0}
    for line in lines:
        if isinstance(line, NamedOnly):
            made.counts["unmatched"] += 1
            made.warn(
                line.row,
                "procedure_code_candidates",
                "unmatched",
                "Chưa biết mã thủ tục của dịch vụ này; không nhập hàng này.",
                "The code of this service is not known; the row is left out.",
            )
        elif isinstance(line, MemberLine) and _known_list(made, line, known):
            grouped[line.list_id, line.code].append(line)
    for (list_id, code), rows in grouped.items():
        law, key = known.lists[list_id], f"{list_id}/{code}"
        for own in _by_first_day(made, rows):
            before = _version(members.get(key, ()), own)
            body = _member(made, own, before, law, readings)
            _check_member(made, own[0], body, law, known.laws, procedures, types)
            made.offer(Publication(Kind.LIST_MEMBER, key, body), before, same=body == before)
    _compare_with_declared(made, grouped, known.lists)


def _by_first_day(made: Plan, rows: Sequence[MemberLine]) -> Iterable[Sequence[MemberLine]]:
    """The rows of one member, apart for each day on which it begins; a row without a day speaks of the only one."""
    dated: dict[str, list[MemberLine]] = {day: [] for line in rows if (day := line.given.get("from"))}
    if len(dated) <= 1:
        return [rows]
    for line in rows:
        if day := line.given.get("from"):
            dated[day].append(line)
        else:
            made.refuse(
                line.row,
                "from",
                "which_period",
                "Tệp nêu nhiều ngày bắt đầu cho mục này: hãy ghi from ở cả hàng này.",
                "The file names several first days for this member: give `from` in this row, too.",
            )
    return dated.values()


def _version(published: Sequence[Body], rows: Sequence[MemberLine]) -> Body | None:
    """The version that rows speak of: the one that begins on their day, the last where they name none."""
    days = [day for line in rows if (day := line.given.get("from"))]
    fitting = [body for body in published if not days or body.get("from") == days[0]]
    return fitting[-1] if fitting else None


def _known_list(made: Plan, line: MemberLine, known: Known) -> bool:
    if line.list_id in known.lists:
        return True
    ids = ", ".join(known.lists)
    made.refuse(
        line.row, "list", "unknown_list", f"Không có danh sách này; các danh sách: {ids}.", f"No such list: {ids}."
    )
    return False


def _member(
    made: Plan, lines: Sequence[MemberLine], before: Body | None, law: ListLaw, readings: Mapping[str, Reading]
) -> dict[str, Any]:
    """What the rows of one member say, laid over what is known of it. What a file leaves empty stays as it is."""
    body: dict[str, Any] = dict(before or {})
    given: dict[str, Any] = {}
    for line in lines:
        for key, value in line.given.items():
            if isinstance(value, list):
                given[key] = _joined(given.get(key), value)
            elif given.setdefault(key, value) != value:
                made.refuse(
                    line.row,
                    key,
                    "contradicts",
                    f"Hàng này nói khác hàng {lines[0].row} về cùng một mục.",
                    f"The row contradicts row {lines[0].row} about the same member.",
                )
        # A row whose numbers and services are all known says nothing new: what is known was looked at by somebody.
        if before is None or any(not set(value) <= set(before.get(key) or ()) for key, value in line.added.items()):
            for key, value in {**line.added, **line.filled}.items():
                body[key] = _joined(body.get(key), value) if isinstance(value, list) else body.get(key, value)
            if line.component:
                _read_papers(made, line, body, readings[line.component])
    body |= given
    if before is None:
        body.setdefault("from", law.period.start.isoformat() if law.period.start else None)
        body.setdefault("status", MemberStatus.CANDIDATE.value)
        body.setdefault("basis", law.law)
    return {key: value for key, value in body.items() if key in (before or {}) or value not in (None, [])}


def _joined(before: Sequence[Any] | None, more: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys((*(before or ()), *more)))


def _read_papers(made: Plan, line: MemberLine, body: dict[str, Any], reading: Reading) -> None:
    papers = [t for t in reading.document_types if t != _UNNAMED_TYPE]
    if papers:
        body["document_types"] = _joined(body.get("document_types"), papers)
    if reading.needs_review or not papers:
        made.counts["needs_review"] += 1
        made.warn(
            line.row,
            "component",
            "needs_review",
            "Chưa đọc chắc chắn được loại giấy tờ từ lời văn; hãy kiểm tra mục này.",
            "The document types could not be read with certainty; look at this member.",
        )


def _check_member(
    made: Plan,
    line: MemberLine,
    body: Mapping[str, Any],
    law: ListLaw,
    laws: Collection[str],
    procedures: Collection[str],
    types: Collection[str],
) -> None:
    if body["basis"] not in laws:
        refuse_law(made, line.row)
    if body.get("until") and body.get("from") and body["until"] < body["from"]:
        made.refuse(line.row, "until", "period", "until không được trước from.", "until may not lie before from.")
    if any(t not in types for t in body.get("document_types") or ()):
        refuse_type(made, line.row, "document_types")
    if law.subject == "document_type":
        if not TYPE_CODE.fullmatch(line.code) or line.code not in types:
            refuse_type(made, line.row, "code")
    elif not PROCEDURE_CODE.fullmatch(line.code):
        made.refuse(
            line.row,
            "code",
            "code_form",
            "Mã thủ tục phải có dạng d.dddddd; nếu Excel đã biến mã thành số, hãy định dạng cột là Văn bản (Text).",
            "A procedure's code has the form d.dddddd; where Excel made it a number, format the column as Text.",
        )
    elif line.code not in procedures and not body.get("name"):
        made.refuse(
            line.row,
            "code",
            "unknown_procedure",
            "Danh mục chưa có thủ tục này: hãy nhập tệp thủ tục trước, hoặc ghi tên thủ tục vào cột name.",
            "The catalogue does not know this procedure: import the procedures first, or give its name in the row.",
        )


def _compare_with_declared(
    made: Plan, grouped: Mapping[tuple[str, str], Sequence[MemberLine]], lists: Mapping[str, ListLaw]
) -> None:
    for list_id in dict.fromkeys(list_id for list_id, _ in grouped):
        law = lists[list_id]
        own = {code: len(lines) for (of, code), lines in grouped.items() if of == list_id}
        _compare(made, list_id, "mục", "members", law.declared, len(own))
        if any(line.added.get("numbers") for (of, _), lines in grouped.items() if of == list_id for line in lines):
            _compare(made, list_id, "dòng", "rows", law.declared_rows, sum(own.values()))


def _compare(made: Plan, list_id: str, vi: str, en: str, declared: int | None, found: int) -> None:
    if declared is not None and declared != found:
        made.warn(
            1,
            None,
            "declared",
            f"{list_id}: văn bản nêu {declared} {vi}, tệp có {found}.",
            f"{list_id}: the act declares {declared} {en}, the file has {found}.",
        )
