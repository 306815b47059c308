"""A source that says exactly what a test tells it to, over real sockets: what the sandbox is too well-behaved for."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import ECKey

Json = dict[str, Any]
Answer = tuple[int, bytes]
Handler = Callable[[Json], Answer]

SEARCH, JWKS, TOKEN = "/wallet/documents/search", "/wallet/jwks", "/oidc/token"
SERVICE, SERVICE_TOKEN = "/ndxp/services/037", "/ndxp/token"


def said(body: Any, status: int = 200) -> Answer:
    return status, json.dumps(body).encode()


class Scripted:
    """`handlers` by path may be replaced at any time; `asked` are the paths in the order they came."""

    def __init__(self) -> None:
        self.key, self.kid = ECKey.generate_key("P-256"), "key-1"
        self.asked: list[str] = []
        self.handlers: dict[str, Handler] = {
            TOKEN: lambda _: said({"access_token": uuid4().hex, "expires_in": 300}),
            SERVICE_TOKEN: lambda _: said({"access_token": uuid4().hex, "expires_in": 300}),
            JWKS: lambda _: said(self.key_set()),
            SEARCH: lambda asked: said(self.found(asked)),
            SERVICE: lambda asked: said(self.records(asked)),
        }
        script = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                script.asked.append(self.path)
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = json.loads(raw) if raw.startswith(b"{") else {}
                status, body = script.handlers[self.path](asked)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a client that hung up is part of the script

        self.server = Server(("127.0.0.1", 0), Request)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def rotate(self) -> None:
        """A new signing key under a new name; the old one leaves the set."""
        self.key, self.kid = ECKey.generate_key("P-256"), f"key-{uuid4().hex[:6]}"

    def key_set(self) -> Json:
        public = dict(self.key.as_dict(private=False)) | {"kid": self.kid, "use": "sig", "alg": "ES256"}
        return {"keys": [{name: public[name] for name in ("kty", "crv", "x", "y", "kid", "use", "alg")}]}

    def document(self, asked: Json, of_type: str, **change: Any) -> str:
        """A signed document as the wallet would give it; a claim changed to None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "motlan-tthc",
            "iat": now,
            "exp": now + 300,
            "jti": uuid4().hex,
            "request_id": asked["request_id"],
            "document_id": "doc-1",
            "document_type": of_type,
            "holder": asked["holder"],
            "account_level": 2,
            "full_name": "NGUYỄN VĂN AN",
            **change,
        }
        payload = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
        header = {"alg": "ES256", "kid": self.kid, "typ": "vneid-document+jwt"}
        return jws.serialize_compact(header, payload, self.key, algorithms=["ES256"])

    def found(self, asked: Json, **change: Any) -> Json:
        """The wallet's answer: every type asked for is linked."""
        results = [
            {"document_type": t, "status": "linked", "document": self.document(asked, t, **change)}
            for t in asked["types"]
        ]
        return {"request_id": asked["request_id"], "results": results}

    @staticmethod
    def records(asked: Json, **change: Any) -> Json:
        """A data service's answer: every type asked for is held."""
        records = [
            {"document_type": t, "document_id": "doc-1", "holder": asked["holder"], "full_name": "NGUYỄN VĂN AN"}
            for t in asked["types"]
        ]
        answered_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        body = {"error_code": "00", "request_id": asked["request_id"], "answered_at": answered_at, "records": records}
        return {name: value for name, value in {**body, **change}.items() if value is not None}


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()
    try:
        yield script
    finally:
        script.server.shutdown()
        script.server.server_close()
