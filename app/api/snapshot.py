"""The OpenAPI document as text, for `docs/openapi.json`: `python -m app.api.snapshot > docs/openapi.json`."""

import json
import sys

from fastapi import FastAPI

from app.api.assembly import assemble


def document() -> str:
    """Keys sorted, so that a change shows where it was made."""
    app = FastAPI()
    assemble(app)
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
