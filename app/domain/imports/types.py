"""Document types, where the State holds them, and reviewers' readings."""

from collections.abc import Sequence
from typing import Any

from app.domain.corrections import correction, says_the_same
from app.domain.imports.plans import Known, Plan, refuse_law, refuse_type, repeated
from app.domain.imports.rows import CorrectionLine, SourceLine, TypeLine
from app.domain.publications import Kind, Publication


def plan_types(made: Plan, lines: Sequence[TypeLine], known: Known) -> None:
    """A row without `kind` only names a type: one that is known stands as it was reviewed."""
    types, seen = known.bodies(Kind.DOCUMENT_TYPE), dict[str, int]()
    for line in lines:
        if repeated(made, seen, line.code, line.row, "code"):
            continue
        before = types.get(line.code)
        if "kind" not in line.facts:
            if before is None:
                made.refuse(
                    line.row,
                    "kind",
                    "kind_missing",
                    "Loại giấy tờ mới phải có kind (official hoặc party) và subject (person, organization, any).",
                    "A new document type needs kind (official or party) and subject (person, organization, any).",
                )
            else:
                made.counts["unchanged"] += 1
            continue
        body = {**(before or {"sources": []}), **line.facts}
        if body["kind"] == "party" and body["sources"]:
            made.refuse(
                line.row,
                "kind",
                "party_source",
                "Giấy tờ do các bên tự lập không thể có nguồn dữ liệu.",
                "A party document cannot have a source.",
            )
        made.offer(Publication(Kind.DOCUMENT_TYPE, line.code, body), before, same=body == before)


def plan_sources(made: Plan, lines: Sequence[SourceLine], known: Known) -> None:
    """A row adds a source to its type, or replaces the one of the same kind and service."""
    types = known.bodies(Kind.DOCUMENT_TYPE)
    procedures = {key for k, key, _ in known.slots if k in (Kind.PROCEDURE.value, Kind.DEFINITION.value)}
    found: dict[str, dict[str, Any]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        before, of = types.get(line.document_type), line.source
        which = line.document_type, str(of["source"]), str(of.get("service", ""))
        if before is None:
            refuse_type(made, line.row, "document_type")
            continue
        if before["kind"] == "party":
            made.refuse(
                line.row,
                "document_type",
                "party_source",
                "Giấy tờ do các bên tự lập không thể có nguồn dữ liệu.",
                "A party document cannot have a source.",
            )
        if of["basis"] not in known.laws:
            refuse_law(made, line.row)
        if any(code not in procedures for code in of.get("procedures") or ()):
            made.refuse(
                line.row,
                "procedures",
                "unknown_procedure",
                "Danh mục chưa có thủ tục trong ô này: hãy nhập tệp thủ tục trước.",
                "The catalogue does not know a procedure of this cell: import the procedures first.",
            )
        if which in seen:
            made.refuse(
                line.row,
                "source",
                "duplicate",
                f"Nguồn này của loại giấy tờ đã có ở hàng {seen[which]}.",
                f"This source of the document type stands in row {seen[which]} already.",
            )
        seen[which] = line.row
        body = found.setdefault(line.document_type, dict(before))
        kept = [s for s in body["sources"] if (s["source"], s.get("service", "")) != which[1:]]
        at = next((i for i, s in enumerate(body["sources"]) if s not in kept), len(kept))
        body["sources"] = [*kept[:at], dict(of), *kept[at:]]
    for code, body in found.items():
        made.offer(Publication(Kind.DOCUMENT_TYPE, code, body), types[code], same=body == types[code])


def plan_corrections(made: Plan, lines: Sequence[CorrectionLine], known: Known) -> None:
    types, before = known.bodies(Kind.DOCUMENT_TYPE), known.bodies(Kind.CORRECTION)
    seen: dict[str, CorrectionLine] = {}
    for line in lines:
        if any(t not in types for t in line.reading.document_types):
            refuse_type(made, line.row, "document_types")
        new = correction(line.text, line.reading, line.note, known.by, known.today)
        first = seen.setdefault(new.key, line)
        if first is line:
            there = before.get(new.key)
            made.offer(new, there, same=there is not None and says_the_same(there, new.body))
        elif first.reading != line.reading:
            made.refuse(
                line.row,
                "name",
                "contradicts",
                f"Lời văn này đã có ở hàng {first.row} với cách đọc khác.",
                f"These words stand in row {first.row} already, read in another way.",
            )
