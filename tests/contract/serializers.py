"""How Schemathesis writes bodies of the media types it does not know itself; loaded by it through its environment."""

import json
from typing import Any

import schemathesis

LINES = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@schemathesis.serializer(LINES, XLSX)
def written(_: Any, value: Any) -> bytes:
    """Text as it stands; anything else as one line of JSON."""
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace")
