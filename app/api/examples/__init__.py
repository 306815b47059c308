"""Runnable examples for Swagger UI: one made-up citizen of the sandbox for each outcome (`mock_vneid`'s default world).

The procedures are real ones of the starter catalogue.
"""

from app.api.examples.catalogue import (
    DOCUMENT_TYPES,
    IMPORTS_CSV,
    IMPORTS_JSON,
    IMPORTS_NDJSON,
    IMPORTS_XLSX,
    LIST_MEMBERS,
    PROCEDURES,
    PUBLICATIONS,
    READINGS,
)
from app.api.examples.demands import BATCHES, DEMANDS
from app.api.examples.dossiers import (
    DOSSIERS,
    FEE_DEMANDS,
    PREFILLS,
    PRESENTATIONS,
    PRESENTED_PAPERS,
    RECHECKS,
    REPLACEMENTS,
    REPLAYS,
    REPORT_ANSWERS,
    REVOCATIONS,
    SIGNATURES,
    SUPPLEMENTS,
    TRANSITIONS,
)
from app.api.examples.people import AGENCY, AN, BINH, COMPANY, CUC, DUNG, EN, GIANG, HOA, LAM, PHUC

__all__ = [
    "AGENCY",
    "AN",
    "BATCHES",
    "BINH",
    "COMPANY",
    "CUC",
    "DEMANDS",
    "DOCUMENT_TYPES",
    "DOSSIERS",
    "DUNG",
    "EN",
    "FEE_DEMANDS",
    "GIANG",
    "HOA",
    "IMPORTS_CSV",
    "IMPORTS_JSON",
    "IMPORTS_NDJSON",
    "IMPORTS_XLSX",
    "LAM",
    "LIST_MEMBERS",
    "PHUC",
    "PREFILLS",
    "PRESENTATIONS",
    "PRESENTED_PAPERS",
    "PROCEDURES",
    "PUBLICATIONS",
    "READINGS",
    "RECHECKS",
    "REPLACEMENTS",
    "REPLAYS",
    "REPORT_ANSWERS",
    "REVOCATIONS",
    "SIGNATURES",
    "SUPPLEMENTS",
    "TRANSITIONS",
]
