"""Structured logs: one JSON line an event, fields by allow-list, so that no personal data can slip in."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# What may stand in a log line; everything else is dropped before it is written.
FIELDS = frozenset(
    "event level timestamp trace_id method route status ms client code kind source service cause count url port "
    "database env revision version dossiers entries strands attempt error where worker".split()
)
_LONG_NUMBER = re.compile(r"\d{9,}")


def _only_known(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {k: _masked(v) for k, v in event.items() if k in FIELDS}


def _masked(value: Any) -> Any:
    """Identity numbers have nine digits or more; nothing a log needs does."""
    return _LONG_NUMBER.sub("…", value) if isinstance(value, str) else value


def configure(level: str = "info") -> None:
    """Set up logging for the process: JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


log = structlog.get_logger()
