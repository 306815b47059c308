"""What readers and proxies may keep, and whether they still have the right thing (RFC 9110, 9111)."""

import hashlib
from collections.abc import Iterable

# What is the latest may be followed by another: a minute without asking, then the ETag answers without a body.
FRESH = "public, max-age=60"
# What can never be otherwise.
FOR_EVER = "public, max-age=31536000, immutable"
# What is for one reader alone.
KEEP_NOTHING = "no-store"


def etag_of(octets: bytes) -> str:
    """A strong ETag of what these bytes tell from everything else."""
    return f'"{hashlib.sha256(octets).hexdigest()[:32]}"'


def still_has(if_none_match: Iterable[str], etag: str) -> bool:
    """If-None-Match, by its header lines, names this tag; weakly compared as RFC 9110 §13.1.2 has it."""
    tags = [t.strip().removeprefix("W/") for line in if_none_match for t in line.split(",")]
    return etag in tags or "*" in tags
