"""The form of a procedure, with the sources that will be asked for each field today."""

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from app.domain import forms
from app.domain.catalogue import Catalogue
from app.domain.errors import UnknownProcedure
from app.domain.evidence import Source
from app.domain.forms import POPULATION, FieldSource, Form, ProcedureWithoutForm, SourceKind
from app.domain.prefills import Asked
from app.rulebook.forms import load_forms
from app.services.desk import Desk


class NoForm(UnknownProcedure):
    """There is no form at this address."""

    code = "no-form"


def form_of(procedure: str) -> Form:
    """Raises ProcedureWithoutForm."""
    form = load_forms().get(procedure)
    if form is None:
        raise ProcedureWithoutForm(procedure=procedure)
    return form


def asking(form: Form, known: Catalogue, on: date) -> dict[str, tuple[Asked, ...]]:
    """The sources of each field in force on a day, in order, by the field's code: as the gate would ask them."""
    return {f.code: tuple(a for s in f.sources for a in _asked(s, form.procedure, known, on)) for f in form.fields}


def _asked(source: FieldSource, procedure: str, known: Catalogue, on: date) -> list[Asked]:
    if source.document_type is None:
        return [Asked(source, POPULATION if source.kind is SourceKind.POPULATION else None)]
    document_type = known.document_types.get(source.document_type)
    if document_type is None:
        return []
    if source.kind is SourceKind.ARCHIVE:
        return [Asked(source)]
    wanted = Source(source.kind.value)
    return [Asked(source, s.service) for s in document_type.sources_for(procedure, on) if s.source is wanted]


async def schema(desk: Desk, procedure: str) -> bytes:
    """The form as JSON Schema 2020-12, with today's sources. Raises NoForm."""
    form = load_forms().get(procedure)
    if form is None:
        raise NoForm(procedure=procedure)

    def read(conn: Connection) -> bytes:
        sources = asking(form, desk.snapshots.current(conn), desk.clock.today())
        return json.dumps(forms.schema(form, _shown(sources)), ensure_ascii=False).encode()

    return await desk.db.read(read)


def _shown(sources: Mapping[str, tuple[Asked, ...]]) -> dict[str, list[dict[str, object]]]:
    return {
        code: [
            {
                "kind": a.source.kind.value,
                "service": a.service,
                "document_type": a.source.document_type,
                "field": a.source.field,
            }
            for a in asked
        ]
        for code, asked in sources.items()
    }
