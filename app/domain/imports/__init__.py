"""Files of the catalogue: recognised, read row by row, and held against what is published. Pure."""

from collections.abc import Mapping, Sequence

from app.domain.imports.definitions import plan_components, plan_procedures
from app.domain.imports.layouts import LAYOUTS, ImportKind, Layout, Neighbour, columns_of, fold_header, recognise
from app.domain.imports.lists import plan_lists
from app.domain.imports.plans import Known, Plan
from app.domain.imports.rows import (
    Cells,
    ComponentLine,
    CorrectionLine,
    Fault,
    Line,
    ProcedureLine,
    Read,
    SourceLine,
    TypeLine,
    label_of,
    line_of,
)
from app.domain.imports.types import plan_corrections, plan_sources, plan_types
from app.domain.readings import Reading

__all__ = [
    "LAYOUTS",
    "Cells",
    "Fault",
    "ImportKind",
    "Known",
    "Layout",
    "Line",
    "Neighbour",
    "Plan",
    "Read",
    "columns_of",
    "fold_header",
    "label_of",
    "line_of",
    "plan",
    "recognise",
    "texts_of",
]


def plan(kind: ImportKind, lines: Sequence[Line], readings: Mapping[str, Reading], known: Known) -> Plan:
    """`readings`: the reading of every official text among the lines."""
    made = Plan()
    match kind:
        case ImportKind.PROCEDURES:
            plan_procedures(made, [line for line in lines if isinstance(line, ProcedureLine)], known)
        case ImportKind.COMPONENTS:
            plan_components(made, [line for line in lines if isinstance(line, ComponentLine)], readings, known)
        case ImportKind.LISTS:
            plan_lists(made, lines, readings, known)
        case ImportKind.DOCUMENT_TYPES:
            plan_types(made, [line for line in lines if isinstance(line, TypeLine)], known)
        case ImportKind.SOURCES:
            plan_sources(made, [line for line in lines if isinstance(line, SourceLine)], known)
        case ImportKind.CORRECTIONS:  # pragma: no branch (these are all there are)
            plan_corrections(made, [line for line in lines if isinstance(line, CorrectionLine)], known)
    made.faults.sort(key=lambda f: f.row)
    return made


def texts_of(lines: Sequence[Line]) -> list[str]:
    """The official texts to be read, each once."""
    texts = (line.text if isinstance(line, ComponentLine) else getattr(line, "component", None) for line in lines)
    return list(dict.fromkeys(text for text in texts if text))
