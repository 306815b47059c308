"""A wallet that redeems share codes as a test tells it to, over real sockets."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from joserfc import jws

from tests.registries.scripted import Answer, Json, Scripted, said

REDEEM = "/wallet/presentations/redeem"


@dataclass
class ShareCodes:
    """`codes` by their letters: what each shows. A code is used once; the same request gets the same answer."""

    script: Scripted
    codes: dict[str, Json] = field(default_factory=dict)
    used: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.script.handlers[REDEEM] = self.redeem

    def made(self, code: str = "K7M2QX9HBA", **shown: Any) -> str:
        self.codes[code] = {"mode": "validation", "document_type": "CAN_CUOC", "purpose": "Đăng ký khai sinh", **shown}
        return code

    def redeem(self, asked: Json) -> Answer:
        self.asked.append(asked)
        code = asked["code"]
        if code not in self.codes:
            return said({"error_code": "UNKNOWN_CODE"}, 404)
        shown = self.codes[code]
        if refusal := shown.get("refusal"):
            return said({"error_code": refusal[1]}, refusal[0])
        if code in self.used:
            by, answer = self.used[code]
            return answer if by == asked["request_id"] else said({"error_code": "ALREADY_USED"}, 410)
        answer = self.answer(asked, shown)
        self.used[code] = asked["request_id"], answer
        return answer

    def answer(self, asked: Json, shown: Json) -> Answer:
        status = shown.get("status", "valid")
        body = {
            "request_id": asked["request_id"],
            "mode": shown["mode"],
            "purpose": shown["purpose"],
            "document_type": shown["document_type"],
            "status": status,
            "presentation": self.presentation(asked, shown, status),
        }
        return said(body | shown.get("around", {}))

    def presentation(self, asked: Json, shown: Json, status: str) -> str:
        now = int(time.time())
        claims: Json = {
            "iss": self.script.url,
            "aud": "motlan-tthc",
            "iat": now,
            "exp": now + 300,
            "jti": uuid4().hex,
            "request_id": asked["request_id"],
            "mode": shown["mode"],
            "purpose": shown["purpose"],
            "document_type": shown["document_type"],
        }
        if shown["mode"] == "validation":
            claims["valid"] = status == "valid"
        else:
            claims |= {"holder": shown["holder"], "fields": shown.get("fields", {}), "status": status}
        claims |= shown.get("claims", {})
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": self.script.kid, "typ": shown.get("typ", "vneid-presentation+jwt")}
        return jws.serialize_compact(header, json.dumps(kept).encode(), self.script.key, algorithms=["ES256"])
