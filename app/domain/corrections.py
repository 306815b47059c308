"""A reviewer's reading of one component's words: kept under those words, dated, not overwritten by a file."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from app.domain.definitions import text_key
from app.domain.publications import Kind, Publication
from app.domain.readings import ComponentKind, Reading


class Inconsistency(NamedTuple):
    """Why a reading contradicts itself: a stable code and how to mend it."""

    code: str
    vi: str
    en: str


_WITHOUT_PAPERS = Inconsistency(
    "reading_papers",
    "Chỉ dẫn (instruction) không đòi giấy tờ nào; các loại khác, trừ data_statement, phải nêu ít nhất một (KHAC nếu "
    "chưa có mã).",
    "An instruction asks for no paper; every other kind but data_statement names one or more (KHAC if no code fits).",
)
_RELATION = Inconsistency(
    "reading_relation",
    "relation để trống khi và chỉ khi không có giấy tờ nào được đòi.",
    "relation is empty where no paper is asked for, and only there.",
)


def inconsistency(reading: Reading) -> Inconsistency | None:
    """What is wrong with a reading in itself; None where nothing is."""
    names = bool(reading.document_types)
    if reading.kind is not ComponentKind.DATA_STATEMENT and names == (reading.kind is ComponentKind.INSTRUCTION):
        return _WITHOUT_PAPERS
    return _RELATION if names != (reading.relation is not None) else None


def correction(text: str, reading: Reading, note: str | None, by: str, on: date) -> Publication:
    body: dict[str, Any] = {"text": text, "reading": reading.body(), "by": by, "corrected_on": on.isoformat()}
    return Publication(Kind.CORRECTION, text_key(text), body | ({"note": note} if note else {}))


def says_the_same(before: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Who said it and when does not make another correction of the same words."""
    return all(before.get(key) == new.get(key) for key in ("reading", "note"))
