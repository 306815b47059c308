"""What is measured: the sandbox, and the peers from npm, each ready to give an answer of 3 KB."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

from bench.machine import MEASURED, on_cpu
from bench.mock.load import request

# Newer Prisms want a newer Node than the one most machines have.
PACKAGES = ("wiremock@3.13.2", "@stoplight/prism-cli@5.14.2", "mountebank@2.9.1", "@opengovsg/mockpass@4.3.4")
CACHE = Path(tempfile.gettempdir()) / "motlan-mock-peers"
PATH = "/w/bench/ndxp/services/HO-TICH"
PEOPLE = 1_000
_PATIENCE = 60  # seconds until a server answers
_JSON = {"Content-Type": "application/json"}
_DATA = 2_400  # bytes of an official text on a document: they make the answer 3 KB


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process, the requests it is measured with, and seconds from its start to the first 200."""

    pid: int
    port: int
    requests: Sequence[bytes]
    ready: float


@dataclass(frozen=True, slots=True)
class Peers:
    """The folder they are installed in, and why one cannot run here, by name."""

    folder: Path
    missing: dict[str, str] = field(default_factory=dict)


def install() -> Peers:
    """The peers by npm, in a folder that is kept; nothing is done when they are there already."""
    npm, node, java = (shutil.which(program) for program in ("npm", "node", "java"))
    everyone = ("wiremock", "prism", "prism_silent", "mountebank", "mockpass")
    if npm is None or node is None:
        return Peers(CACHE, dict.fromkeys(everyone, "there is no Node.js (node, npm) on this machine"))
    marker = CACHE / ".installed"
    if not marker.exists() or marker.read_text() != " ".join(PACKAGES):
        CACHE.mkdir(exist_ok=True)
        command = [npm, "install", "--no-fund", "--no-audit", "--ignore-scripts", "--prefix", str(CACHE), *PACKAGES]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return Peers(CACHE, dict.fromkeys(everyone, f"npm install failed: {done.stderr[-300:]}"))
        marker.write_text(" ".join(PACKAGES))
    return Peers(CACHE, {} if java else {"wiremock": "there is no Java on this machine"})


# ---- starting -------------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def call(method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body; a redirect is given back, not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.build_opener(Stay).open(asked, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@contextmanager
def started(
    command: Sequence[str], first: tuple[str, str, bytes | None], **settings: str
) -> Iterator[tuple[int, float]]:
    """A server of its own process, on the measured processor: its pid, and seconds until `first` was a 200."""
    with tempfile.TemporaryFile() as errors:
        with on_cpu(MEASURED):
            began = time.perf_counter()
            process = subprocess.Popen(
                command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=errors
            )
        try:
            ready = _until_ready(process, first) - began
        except RuntimeError as error:
            _end(process)
            errors.seek(0)
            raise RuntimeError(f"{error}\n{errors.read()[-2000:].decode(errors='replace')}") from error
        try:
            yield process.pid, ready
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until_ready(process: subprocess.Popen[bytes], first: tuple[str, str, bytes | None]) -> float:
    end = time.perf_counter() + _PATIENCE
    while (now := time.perf_counter()) < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            if call(first[0], first[1], first[2], **_JSON)[0] == 200:
                return time.perf_counter()
        except OSError:
            pass
        time.sleep(max(0.0, now + 0.005 - time.perf_counter()))
    raise RuntimeError(f"{process.args!r} was not ready in {_PATIENCE} s")


def memory(pid: int) -> float:
    """MB that the process keeps in memory now."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def processor_time(pid: int) -> float:
    """Seconds that the process has computed so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- ours -----------------------------------------------------------------------------------------------------------


def _query(number: int, types: Sequence[str] = ("GIAY_KHAI_SINH",)) -> bytes:
    body = {
        "request_id": f"bench-{number}",
        "procedure": "1.001193",
        "officer": "CB-0001",
        "purpose": "paper-demand",
        "holder": {"kind": "person", "id": person_id(number)},
        "types": list(types),
    }
    return json.dumps(body).encode()


def person_id(number: int) -> str:
    return f"042190{number:06d}"


# What a virtual citizen may hold; asked all at once, most have five to nine of them.
MANY = (
    "CAN_CUOC THONG_TIN_CU_TRU GIAY_KHAI_SINH GIAY_CN_KET_HON GIAY_PHEP_LAI_XE THE_BHYT SO_BHXH DANG_KY_XE DANG_KIEM "
    "PHIEU_LLTP SO_SUC_KHOE_DIEN_TU GCN_QSDD"
).split()


@contextmanager
def sandbox() -> Iterator[dict[str, Server]]:
    """One sandbox, three kinds of questions: a registry's record, a document signed anew, a virtual citizen's all."""
    port, control = _free_port(), _free_port()
    command = [sys.executable, "-m", "mock_vneid", "--port", str(port), "--control-port", str(control)]
    base = f"http://127.0.0.1:{port}"
    first = ("GET", f"{base}/w/default/wallet/jwks", None)
    with started(command, first, MOTLAN_ENV="demo") as (pid, ready):
        _people(f"http://127.0.0.1:{control}/worlds")
        found = {}
        for name, token, world, path, types in (
            ("ndxp", "ndxp/token", "bench", "ndxp/services/HO-TICH", MANY[2:3]),
            ("wallet", "oidc/token", "bench", "wallet/documents/search", MANY[2:3]),
            ("virtual", "ndxp/token", "default", "ndxp/services/037", MANY),
        ):
            headers = {"Authorization": f"Bearer {_token(f'{base}/w/{world}/{token}')}", **_JSON}
            asked = [
                request("POST", port, f"/w/{world}/{path}", headers, _query(number, types)) for number in range(PEOPLE)
            ]
            found[name] = Server(pid, port, asked, ready)
        yield found


def _people(control: str) -> None:
    call("POST", control, b'{"name": "bench", "population": "empty"}', **_JSON)
    for number in range(PEOPLE):
        person = {"full_name": f"NGUYỄN THỊ ĐO {number}", "birth_date": "1990-02-03", "sex": "female"}
        call("PUT", f"{control}/bench/people/{person_id(number)}", json.dumps(person).encode(), **_JSON)
        held = {"wallet": "linked", "registry": "held", "number": f"{number}/1990", "issued_on": "1990-03-01"}
        text = (f"Bản ghi số {number}. " * 200).encode()[:_DATA].decode(errors="ignore")
        url = f"{control}/bench/people/{person_id(number)}/holdings/GIAY_KHAI_SINH"
        status, _, said = call("PUT", url, json.dumps(held | {"data": {"note": text}}).encode(), **_JSON)
        if status != 201:
            raise RuntimeError(f"the sandbox refused a holding: {said!r}")


def _token(url: str) -> str:
    basic = "Basic bW90bGFuLXR0aGM6bW90bGFuLXR0aGMtc2VjcmV0"  # motlan-tthc:motlan-tthc-secret
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": basic}
    token: str = json.loads(call("POST", url, b"grant_type=client_credentials", **form)[2])["access_token"]
    return token


def answer_of(server: Server) -> bytes:
    """The body of the first request's answer, for the peers to give too."""
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[2:])
    status, _, said = call("POST", f"http://127.0.0.1:{server.port}{lines[0].split()[1]}", body, **headers)
    if status != 200:
        raise RuntimeError(f"the sandbox answers {status}: {said!r}")
    return said


# ---- the peers: the same question, the same bytes for an answer ------------------------------------------------------


@contextmanager
def peer(name: str, peers: Peers, answer: bytes, folder: Path) -> Iterator[Server]:
    with _PEERS[name](peers.folder / "node_modules", answer, folder) as server:
        yield server


def _asked(port: int) -> list[bytes]:
    return [request("POST", port, PATH, {"Authorization": "Bearer bench", **_JSON}, _query(0))]


@contextmanager
def _stubbed(command: Sequence[str], port: int) -> Iterator[Server]:
    with started(command, ("POST", f"http://127.0.0.1:{port}{PATH}", _query(0))) as (pid, ready):
        yield Server(pid, port, _asked(port), ready)


@contextmanager
def _wiremock(modules: Path, answer: bytes, folder: Path) -> Iterator[Server]:
    """Tuned: no request journal, no logging of requests, asynchronous answers, a small heap."""
    home, port = folder / "wiremock", _free_port()
    (home / "mappings").mkdir(parents=True, exist_ok=True)
    stub = {
        "request": {"method": "POST", "urlPath": PATH},
        "response": {"status": 200, "headers": _JSON, "body": answer.decode()},
    }
    (home / "mappings" / "answer.json").write_text(json.dumps(stub))
    jar = next((modules / "wiremock" / "build").glob("*.jar"))
    tuned = ["--no-request-journal", "--disable-request-logging", "--async-response-enabled", "true"]
    where = ["--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(home), "--disable-banner"]
    with _stubbed(["java", "-Xmx256m", "-jar", str(jar), *where, *tuned], port) as server:
        yield server


def _prism(*options: str) -> Any:
    @contextmanager
    def start(modules: Path, answer: bytes, folder: Path) -> Iterator[Server]:
        port, spec = _free_port(), folder / "openapi.json"
        media = {"schema": {"type": "object"}, "example": json.loads(answer)}
        operation = {
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {"200": {"description": "the answer", "content": {"application/json": media}}},
        }
        info = {"title": "bench", "version": "1"}
        spec.write_text(json.dumps({"openapi": "3.0.3", "info": info, "paths": {PATH: {"post": operation}}}))
        program = ["node", str(modules / "@stoplight" / "prism-cli" / "dist" / "index.js"), "mock", str(spec)]
        with _stubbed([*program, "-h", "127.0.0.1", "-p", str(port), *options], port) as server:
            yield server

    return start


@contextmanager
def _mountebank(modules: Path, answer: bytes, folder: Path) -> Iterator[Server]:
    port, control, config = _free_port(), _free_port(), folder / "imposters.json"
    headers = {**_JSON, "Connection": "keep-alive"}  # it closes each connection unless told so
    answers = {"is": {"statusCode": 200, "headers": headers, "body": answer.decode()}}
    stub = {"predicates": [{"equals": {"method": "POST", "path": PATH}}], "responses": [answers]}
    config.write_text(json.dumps({"imposters": [{"port": port, "protocol": "http", "stubs": [stub]}]}))
    program = ["node", str(modules / "mountebank" / "bin" / "mb"), "start", "--configfile", str(config), "--noParse"]
    own = ["--port", str(control), "--localOnly", "--loglevel", "warn", "--nologfile"]
    with _stubbed([*program, *own, "--pidfile", str(folder / "mb.pid")], port) as server:
        yield server


@contextmanager
def _mockpass(modules: Path, answer: bytes, folder: Path) -> Iterator[Server]:
    """Its own answer of nearly 3 KB, to a bearer token of its own which it verifies; it signs nothing meanwhile."""
    port, home = _free_port(), modules / "@opengovsg" / "mockpass"
    known: dict[str, Any] = json.loads((home / "static" / "myinfo" / "v3.json").read_text())["personas"]
    person, facts = next((who, what) for who, what in known.items() if "cpfcontributions" in what)
    wanted = ["cpfcontributions", "name", "dob", "sex", "regadd", "email"]
    base = f"http://127.0.0.1:{port}"
    url = f"/myinfo/v3/person/{person}/?attributes={','.join(name for name in wanted if name in facts)}"
    with started(
        ["node", str(home / "index.js")],
        ("GET", f"{base}/singpass/v2/.well-known/openid-configuration", None),
        MOCKPASS_PORT=str(port),
    ) as (pid, ready):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        consent = {"scope": " ".join(wanted), "redirect_uri": "http://127.0.0.1/back", "decision": "allow"}
        _, headers, _ = call(
            "POST",
            f"{base}/consent/oauth2/authorize",
            urllib.parse.urlencode(consent).encode(),
            Cookie=f"connect.sid={person}",
            **form,
        )
        code = re.search(r"code=([^&]+)", headers["Location"])
        assert code is not None
        _, _, said = call("POST", f"{base}/myinfo/v3/token", f"code={code[1]}".encode(), **form)
        bearer = {"Authorization": f"Bearer {json.loads(said)['access_token']}"}
        status, _, said = call("GET", base + url, None, **bearer)
        if status != 200:
            raise RuntimeError(f"mockpass answers {status}: {said!r}")
        yield Server(pid, port, [request("GET", port, url, bearer)], ready)


_PEERS = {
    "wiremock": _wiremock,
    "prism": _prism(),
    "prism_silent": _prism("--verboseLevel", "silent"),
    "mountebank": _mountebank,
    "mockpass": _mockpass,
}
