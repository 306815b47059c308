"""Procedures and their components: which definition a row is about, and from when a changed one holds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.definitions import FIRST_DAY, text_key
from app.domain.imports.plans import Known, Plan, repeated
from app.domain.imports.rows import ComponentLine, ProcedureLine
from app.domain.publications import Body, Kind, Publication
from app.domain.readings import Reading

_NAMING = ("name", "sector", "level", "agency", "basis")


@dataclass(frozen=True)
class _Defined:
    """What is published about procedures, to find the version a row is about."""

    definitions: Mapping[str, list[Body]]
    curated: Mapping[str, list[Body]]
    today: date

    def base(self, code: str, asked: date | None) -> Body | None:
        """The definition in force on the day the file is about; None where there is none yet."""
        return _in_force(self.definitions.get(code, ()), asked or self.today)

    def naming(self, code: str, asked: date | None) -> Body | None:
        """Who a procedure is by its name: as defined, or as a person has published it with its components."""
        return self.base(code, asked) or _in_force(self.curated.get(code, ()), asked or self.today)

    def start(self, code: str, base: Body | None, asked: date | None, *, completes: bool = False) -> str:
        """From when a changed definition holds."""
        if asked is not None:
            return asked.isoformat()
        if base is not None:
            return str(base["valid_from"]) if completes else max(self.today.isoformat(), base["valid_from"])
        if self.definitions.get(code):
            return self.today.isoformat()
        # A version that a person has read stands over the service's reading of the same day.
        read = _in_force(self.curated.get(code, ()), self.today)
        return str(read["valid_from"]) if read else FIRST_DAY.isoformat()


def _defined(known: Known) -> _Defined:
    return _Defined(known.versions(Kind.DEFINITION), known.versions(Kind.PROCEDURE), known.today)


def _in_force(versions: Sequence[Body], on: date) -> Body | None:
    return next((v for v in reversed(versions) if v["valid_from"] <= on.isoformat()), None)


def _body(naming: Body, start: str, components: object) -> dict[str, Any]:
    body = {key: naming[key] for key in ("name", "sector", "level", "agency")} | {"valid_from": start}
    if components is not None:
        body["components"] = components
    return body | ({"basis": naming["basis"]} if naming.get("basis") else {})


def plan_procedures(made: Plan, lines: Sequence[ProcedureLine], known: Known) -> None:
    defined, seen = _defined(known), dict[str, int]()
    made.counts["retired"] = 0
    for line in lines:
        if repeated(made, seen, line.code, line.row, "code"):
            continue
        asked = line.valid_from or known.as_asked
        if line.retired:
            made.counts["retired"] += 1
            _retire(made, line, defined, asked)
            continue
        base = defined.base(line.code, asked)
        facts = {**line.facts} if base is None or "basis" in line.facts else {**line.facts, "basis": base.get("basis")}
        same = base is not None and not base.get("retired") and all(base.get(k) == facts.get(k) for k in _NAMING)
        body = _body(facts, defined.start(line.code, base, asked), base.get("components") if base else None)
        made.offer(Publication(Kind.DEFINITION, line.code, body), base, same=same)


def _retire(made: Plan, line: ProcedureLine, defined: _Defined, asked: date | None) -> None:
    """An abolished procedure that is known here ends; one that is not is no news."""
    naming = defined.naming(line.code, asked)
    if naming is None:
        vi, en = (
            "Thủ tục đã bãi bỏ và chưa có trong danh mục.",
            "The procedure is retired and was never in the catalogue.",
        )
        made.warn(line.row, "status", "retired", vi, en)
        return
    base = defined.base(line.code, asked)
    start = (asked or defined.today).isoformat()
    body = _body(naming, start, naming.get("components") if naming is base else None) | {"retired": True}
    made.offer(Publication(Kind.DEFINITION, line.code, body), base, same=base is not None and bool(base.get("retired")))


def plan_components(made: Plan, lines: Sequence[ComponentLine], readings: Mapping[str, Reading], known: Known) -> None:
    """The rows of one procedure are its whole dossier; a procedure without rows stays as it is."""
    defined = _defined(known)
    bodies = {text: reading.body() for text, reading in readings.items()}
    reviewed = known.bodies(Kind.CORRECTION)
    doubtful = {t for t, r in readings.items() if r.needs_review and text_key(t) not in reviewed}
    grouped: dict[str, list[ComponentLine]] = defaultdict(list)
    for line in lines:
        grouped[line.code].append(line)
    made.counts |= {"components": 0, "texts": len(readings), "needs_review": 0}
    for code, own in grouped.items():
        asked = _one_day(made, own) or known.as_asked
        _distinct_positions(made, own)
        naming = defined.naming(code, asked)
        if naming is None:
            _refuse_unknown(made, own[0], known=code in defined.definitions or code in defined.curated)
            continue
        base = defined.base(code, asked)
        own.sort(key=lambda c: c.position)
        parts = [{"position": c.position, "text": c.text, "reading": bodies[c.text]} for c in own]
        before = base.get("components") if base else None
        # Words nobody had given yet, or words read better than before, are no new version of the procedure.
        completes = before is None or _words(before) == _words(parts)
        day = None if before is not None and completes else asked
        body = _body(naming, defined.start(code, base, day, completes=completes), parts)
        made.offer(Publication(Kind.DEFINITION, code, body), before, same=before == parts)
        made.counts["components"] += len(parts)
        made.counts["needs_review"] += sum(c.text in doubtful for c in own)


def _words(parts: Sequence[Body]) -> list[tuple[int, str]]:
    return [(p["position"], p["text"]) for p in parts]


def _one_day(made: Plan, lines: Sequence[ComponentLine]) -> date | None:
    first = lines[0].valid_from
    for line in lines:
        if line.valid_from != first:
            made.refuse(
                line.row,
                "valid_from",
                "other_day",
                f"Các thành phần của một thủ tục phải cùng ngày hiệu lực; hàng {lines[0].row} ghi ngày khác.",
                f"The components of one procedure begin on one day; row {lines[0].row} says another.",
            )
    return first


def _distinct_positions(made: Plan, lines: Sequence[ComponentLine]) -> None:
    seen: dict[int, int] = {}
    for line in lines:
        if line.position in seen:
            made.refuse(
                line.row,
                "position",
                "duplicate",
                f"Vị trí này của thủ tục đã có ở hàng {seen[line.position]}; mỗi vị trí chỉ một hàng.",
                f"This position of the procedure stands in row {seen[line.position]} already; one row each.",
            )
        seen.setdefault(line.position, line.row)


def _refuse_unknown(made: Plan, line: ComponentLine, *, known: bool) -> None:
    if known:
        made.refuse(
            line.row,
            "procedure_code",
            "not_in_force",
            "Thủ tục chưa có phiên bản hiệu lực vào ngày này; hãy chọn ngày hiệu lực muộn hơn.",
            "The procedure has no version in force on that day; give a later day.",
        )
    else:
        made.refuse(
            line.row,
            "procedure_code",
            "unknown_procedure",
            "Danh mục chưa có thủ tục này: hãy nhập tệp thủ tục trước, hoặc đưa cả hai tệp trong một lệnh.",
            "The catalogue does not know this procedure: import the procedures first, or give both files at once.",
        )
