"""Rows of cells from and to files: CSV, JSON, NDJSON and XLSX. Cells only: what they mean is for others to say."""

from app.sheets.cells import MAX_CELL, Columns, Item, Number, Problem, Row, SheetRefused, clean, fold
from app.sheets.reading import MAX_BYTES, MAX_ROWS, Sheet, read
from app.sheets.writing import Format, Value, write

__all__ = [
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_ROWS",
    "Columns",
    "Format",
    "Item",
    "Number",
    "Problem",
    "Row",
    "Sheet",
    "SheetRefused",
    "Value",
    "clean",
    "fold",
    "read",
    "write",
]
