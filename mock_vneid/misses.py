"""The nearest miss: of a request that was refused, what was right and what was not, for the journal to tell."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mock_vneid.debug import Expected, examine
from mock_vneid.faces.visits import Visit
from mock_vneid.tokens import Grant

_WORLD = "/w/{world}"


def note_refused_token(visit: Visit, authorization: str | None, grant: Grant, issuer: str | None = None) -> None:
    """Which checks of the token held and which did not; the token itself is not noted. `issuer`: else the world's."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        visit.entry.refuse("token", "no access token came: Authorization: Bearer <token>")
        return
    expected = Expected("access_token", issuer or visit.base, grant.audience, grant.scopes[0])
    report = examine(visit.universe, visit.world, token, expected)
    visit.entry.matched = tuple(check.name for check in report.checks if check.ok)
    visit.entry.refuse(report.failed[0] if report.failed else "token", report.nearest_miss())


def note_no_such_path(visit: Visit, method: str, paths: Mapping[str, Mapping[str, Any]]) -> None:
    """The methods the path knows, or the nearest path of this world; `paths` as an OpenAPI document has them."""
    known = {path.removeprefix(_WORLD): list(methods) for path, methods in paths.items() if path.startswith(_WORLD)}
    methods = [name.upper() for path, names in known.items() if _is(path, visit.entry.path) for name in names]
    if methods:
        visit.entry.refuse("method", f"the path was right; {method} was not: it knows {', '.join(sorted(methods))}")
    else:
        visit.entry.refuse("path", nearest("path", visit.entry.path, list(known)))


def _is(path: str, asked: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), asked) is not None


def nearest(what: str, asked: str, known: Sequence[str]) -> str | None:
    """A sentence that names what is known and near; None when nothing is."""
    near = get_close_matches(asked[:200], known, n=1, cutoff=0.4)
    return f"no such {what} here; the nearest is {near[0]}" if near else None
