"""What several routes read from headers, and how an answer that was kept goes out."""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Header, Response
from uuid_utils import uuid7

from app.api.problems import Problem
from app.api.security import Call
from app.services.idempotency import Key

_KEY = re.compile(r"[!-~]{1,255}")
_ETAG = re.compile(r'"([0-9]{1,9})"')

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Gửi lại cùng khóa và nội dung thì nhận lại đúng câu trả lời cũ / same key, same body: the kept answer",
        max_length=255,
        pattern="^[!-~]+$",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(description='ETag của hồ sơ, ví dụ `"3"`; thiếu thì 428, cũ thì 412', max_length=200),
]


async def key_of(call: Call, route: str, idempotency_key: str | None) -> Key | None:
    """The claim a request makes with its Idempotency-Key; `route` is the call it is for, path values included."""
    if idempotency_key is None:
        return None
    if not _KEY.fullmatch(idempotency_key):
        raise Problem("invalid-idempotency-key")
    digest = hashlib.sha256(await call.request.body()).hexdigest()
    return Key(call.caller.client_id, route, idempotency_key, digest, str(uuid7()))


def versions_of(if_match: str | None) -> frozenset[int] | None:
    """The versions an If-Match allows; None for `*`. Weak tags never match (RFC 9110 §13.1.1)."""
    if if_match is None:
        raise Problem("precondition-required")
    if if_match.strip() == "*":
        return None
    tags = [tag.strip() for tag in if_match.split(",")]
    if any(not re.fullmatch(r'(?:W/)?"[!#-~]*"', tag) for tag in tags):
        raise Problem("invalid-if-match")
    return frozenset(int(found[1]) for tag in tags if (found := _ETAG.fullmatch(tag)))


def json_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Bytes that are JSON already, as they were committed."""
    return Response(body, status, dict(headers or {}), "application/json")
