"""Readings of components: shown with what decided them, those that wait for a person, and a reviewer's correction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.corrections import correction, inconsistency, says_the_same
from app.domain.definitions import Part, text_key
from app.domain.errors import DomainError, UnknownPosition, UnknownProcedure
from app.domain.publications import Kind
from app.domain.readings import DOUBTS, Doubt, Reading
from app.repositories import catalogue
from app.services.catalogue import Published, release
from app.services.desk import Desk


class InconsistentReading(DomainError):
    """A reading that contradicts itself: papers of an instruction, a relation of no papers."""

    code = "reading-inconsistent"


@dataclass(frozen=True, slots=True)
class Place:
    """One component with its reading; `said` is the correction's body where a reviewer has spoken."""

    procedure: str
    part: Part
    said: Mapping[str, Any] | None

    def body(self) -> dict[str, Any]:
        said = self.said or {}
        return {
            "procedure": self.procedure,
            "position": self.part.position,
            "text": self.part.text,
            **reading_body(self.part),
            "corrected_by": said.get("by"),
            "corrected_on": said.get("corrected_on"),
            "note": said.get("note"),
        }


@dataclass(frozen=True, slots=True)
class Words:
    """One official text, wherever it stands; `key` sorts the texts, for pages."""

    key: str
    part: Part
    places: tuple[tuple[str, int], ...]

    def body(self) -> dict[str, Any]:
        places = [{"procedure": code, "position": position} for code, position in self.places]
        return {"key": self.key, "text": self.part.text, **reading_body(self.part), "components": places}


def reading_body(part: Part) -> dict[str, Any]:
    reading = part.reading
    return {
        "reading": {
            **reading.body(),
            "because": [{"what": b.what, "words": b.words, "says": b.says} for b in reading.because],
            "doubts": [_doubt(d) for d in reading.doubts],
        },
        "corrected": part.corrected,
        "needs_review": part.doubtful,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    said = DOUBTS.get(doubt.code)
    return {
        "code": doubt.code,
        "words": doubt.words,
        "vi": said.vi if said else doubt.code,
        "en": said.en if said else doubt.code,
    }


def find(conn: Connection, desk: Desk, code: str, position: int) -> Place:
    """As published last and in force today. Raises UnknownProcedure, UnknownPosition."""
    known = desk.snapshots.current(conn)
    part = _part(known, code, position, desk.clock.today())
    said = (
        catalogue.publications_of(conn, known.revision, Kind.CORRECTION, text_key(part.text)) if part.corrected else []
    )
    return Place(code, part, said[-1].body if said else None)


async def read(desk: Desk, code: str, position: int) -> Place:
    """`find` in a transaction of its own."""
    return await desk.db.read(find, desk, code, position)


def _part(known: Catalogue, code: str, position: int, on: date) -> Part:
    current = known.definition(code, on)
    if current is None:
        raise UnknownProcedure(procedure=code)
    parts = current.parts or ()
    for part in parts:
        if part.position == position:
            return part
    raise UnknownPosition(known=[p.position for p in parts])


async def correct(
    desk: Desk, by: str, code: str, position: int, reading: Reading, note: str | None
) -> tuple[Published, Place]:
    """Publish a reviewer's reading of these words, wherever they stand.

    Raises UnknownProcedure, UnknownPosition, UnknownDocumentType, InconsistentReading.
    """
    if wrong := inconsistency(reading):
        raise InconsistentReading(wrong=wrong.code)

    def write(conn: Connection) -> Published:
        catalogue.lock(conn)
        revision = catalogue.head(conn)
        known = desk.snapshots.at(conn, revision)
        for name in reading.document_types:
            known.document_type(name)
        text = _part(known, code, position, desk.clock.today()).text
        new = correction(text, reading, note, by, desk.clock.today())
        before = catalogue.publications_of(conn, revision, new.kind, new.key)
        if before and says_the_same(before[-1].body, new.body):
            return Published(revision, changed=False, created=False)
        revision = release(conn, desk.clock, [new], by=by, origin="review")
        return Published(revision, changed=True, created=not before)

    done = await desk.db.write(write)
    return done, await read(desk, code, position)


async def texts(desk: Desk, *, needs_review: bool | None = None) -> list[Words]:
    """Every official text of the definitions in force today, by key.

    Those that wait for a person, or those that do not, where that is asked for.
    """
    known = await desk.db.read(desk.snapshots.current)
    return [w for w in _words(known, desk.clock.today()) if needs_review in (None, w.part.doubtful)]


def _words(known: Catalogue, on: date) -> list[Words]:
    """Made once for a revision and a day: it walks every component."""
    kept = known.memory.get(("texts", on))
    if isinstance(kept, list):
        return kept
    places: dict[str, list[tuple[str, int]]] = {}
    first: dict[str, Part] = {}
    for code, part in _parts(known, on):
        key = text_key(part.text)
        first.setdefault(key, part)
        places.setdefault(key, []).append((code, part.position))
    found = [Words(key, first[key], tuple(places[key])) for key in sorted(places)]
    known.memory["texts", on] = found
    return found


def _parts(known: Catalogue, on: date) -> Iterator[tuple[str, Part]]:
    for code in sorted(known.definitions):
        current = known.definition(code, on)
        for part in (current.parts or ()) if current else ():
            yield code, part
