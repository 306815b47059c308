"""The few files pages load, each under a name that changes with its content, so that browsers keep it for good."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asset:
    path: str
    media_type: str
    content: bytes


def _asset(name: str, media_type: str) -> Asset:
    file = Path(__file__).parent / name
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(f"/static/{file.stem}.{digest}{file.suffix}", media_type, content)


STYLESHEET = _asset("motlan.css", "text/css; charset=utf-8")
ICON = _asset("icon.svg", "image/svg+xml")
ASSETS = {a.path: a for a in (STYLESHEET, ICON)}
