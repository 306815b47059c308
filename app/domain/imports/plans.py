"""The rows of a file against what is published: what is new, what has changed, and what may not be published.

A plan is a value: a dry run shows it, a real run publishes it. Bodies are compared as published, without corrections.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.imports.rows import Fault
from app.domain.law import ListLaw
from app.domain.publications import Body, Kind, Publication

Slots = Mapping[tuple[str, str, str], Body]


@dataclass(frozen=True)
class Known:
    """What is published, by slot, and the law it is held against. `as_asked`: the day the file is said to hold from."""

    slots: Slots
    laws: Collection[str]
    lists: Mapping[str, ListLaw]
    today: date
    by: str
    as_asked: date | None = None

    def bodies(self, kind: Kind) -> dict[str, Body]:
        """Key → body, of a kind that has one body a key."""
        return {key: body for (k, key, _), body in self.slots.items() if k == kind.value}

    def versions(self, kind: Kind) -> dict[str, list[Body]]:
        """Key → bodies by the day they hold from."""
        found: dict[str, list[Body]] = defaultdict(list)
        for k, key, start in sorted(self.slots):
            if k == kind.value:
                found[key].append(self.slots[k, key, start])
        return found


@dataclass
class Plan:
    """What would be published; faults keep the file from it, warnings do not."""

    publications: list[Publication] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "changed", "unchanged"), 0))

    def offer(self, new: Publication, before: Body | None, *, same: bool) -> None:
        """Publish it, unless it is what stands there already."""
        self.counts["unchanged" if same else "new" if before is None else "changed"] += 1
        if not same:
            self.publications.append(new)

    def refuse(self, row: int, column: str | None, code: str, vi: str, en: str) -> None:
        self.faults.append(Fault(row, column, code, vi, en))

    def warn(self, row: int, column: str | None, code: str, vi: str, en: str) -> None:
        self.warnings.append(Fault(row, column, code, vi, en))


def repeated(made: Plan, seen: dict[str, int], code: str, row: int, column: str) -> bool:
    if code in seen:
        made.refuse(
            row,
            column,
            "duplicate",
            f"Mã này đã có ở hàng {seen[code]}; mỗi mã chỉ một hàng: hãy bỏ hàng thừa.",
            f"This code stands in row {seen[code]} already; one row each: remove the one that is too many.",
        )
        return True
    seen[code] = row
    return False


def refuse_law(made: Plan, row: int) -> None:
    made.refuse(
        row,
        "basis",
        "unknown_law",
        "Căn cứ phải là mã văn bản có trong bộ quy tắc; xem /v1/laws.",
        "The basis must be the id of a law in the rulebook; see /v1/laws.",
    )


def refuse_type(made: Plan, row: int, column: str) -> None:
    made.refuse(
        row,
        column,
        "unknown_type",
        "Danh mục chưa có loại giấy tờ này: kiểm tra mã, hoặc nhập tệp loại giấy tờ trước.",
        "The catalogue does not know this document type: check the code, or import the document types first.",
    )
