"""Relying-party libraries, unchanged: each logs in, refreshes, and goes on with no token that is bad by name.

openid-client and oauth4webapi are certified by the OpenID Foundation; they run in node, one process for the whole run.
"""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from starlette.requests import Request

from tests.mock_vneid.office import PERSON, Json, Office
from tests.mock_vneid.rp import CALLBACK, DEMO, SCOPE, Rp

SOURCES = Path(__file__).parent / "node"
CERTIFIED = ("openid-client", "oauth4webapi")
BAD_ID_TOKENS = (
    *("bad_signature", "retired_key", "unknown_kid", "alg_none", "wrong_alg", "wrong_issuer", "wrong_audience"),
    *("expired", "not_yet_valid", "wrong_nonce", "no_nonce"),
)
BAD_REDIRECTS = ("wrong_state", "wrong_callback_iss", "no_callback_iss", "access_denied", "temporarily_unavailable")
INSTALL_SECONDS, ANSWER_SECONDS = 240, 60
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")

Story = Callable[[Json], Json]


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    return empty


@pytest.fixture(scope="session")
def installed() -> Path:
    """The scripts with the libraries beside them, installed once a machine for each state of the sources."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: openid-client and oauth4webapi were NOT tried")
    digest = sha256(b"".join(file.read_bytes() for file in sorted(SOURCES.iterdir()) if file.is_file())).hexdigest()
    home = Path(tempfile.gettempdir()) / f"mock-vneid-node-{os.getuid()}-{digest[:16]}"
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}-"))
        shutil.copytree(SOURCES, fresh, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        # By itself npm waits five minutes for each answer of a registry, and asks three times.
        patience = ["--fetch-timeout=30000", "--fetch-retries=1"]
        try:
            done = subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", *patience],
                cwd=fresh,
                capture_output=True,
                text=True,
                check=False,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            pytest.skip("the package registry is too slow: openid-client and oauth4webapi were NOT tried")
        if any(code in done.stderr for code in OFFLINE):
            pytest.skip("no package registry in reach: openid-client and oauth4webapi were NOT tried")
        assert done.returncode == 0, done.stderr
        try:
            fresh.rename(home)
        except OSError:  # another worker was first
            shutil.rmtree(fresh)
    return home


@pytest.fixture(scope="session", params=CERTIFIED)
def certified(request: pytest.FixtureRequest, installed: Path) -> Iterator[Story]:
    """Tell the library's script a job; its answer is `ok` with what it got, or `refused` with why."""
    with subprocess.Popen(
        ["node", f"{request.param}.mjs"], cwd=installed, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as script:
        assert script.stdin
        assert script.stdout
        stdin, stdout = script.stdin, script.stdout

        def tell(job: Json) -> Json:
            watchdog = threading.Timer(ANSWER_SECONDS, script.kill)
            watchdog.start()
            try:
                stdin.write(json.dumps(job) + "\n")
                stdin.flush()
                line = stdout.readline()
            except BrokenPipeError:
                line = ""
            finally:
                watchdog.cancel()
            if not line:
                pytest.fail(f"{request.param} has ended, or said nothing within {ANSWER_SECONDS} seconds")
            answer: Json = json.loads(line)
            return answer

        yield tell
        try:
            script.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            script.kill()


def job(office: Office, **change: Any) -> Json:
    plain = {"issuer": office.vneid, "client_id": DEMO[0], "secret": DEMO[1], "redirect_uri": CALLBACK}
    return plain | {"person": PERSON} | change


def key_of(office: Office, client_id: str) -> Json:
    """The private key of a new client that is registered with the public one."""
    key = ECKey.generate_key("P-256", parameters={"kid": "k-1", "alg": "ES256"})
    Rp(office).register(
        client_id, jwks={"keys": [key.as_dict(private=False)]}, redirect_uris=[CALLBACK]
    ).raise_for_status()
    private: Json = key.as_dict(private=True)
    return private


def struck(office: Office) -> set[str]:
    """The faults that struck so far; all of them in answers that look like any other."""
    entries = office.journal(face="oidc")
    assert {entry["status"] for entry in entries} <= {200, 303}
    return {fault["kind"] for entry in entries for fault in entry["faults"]}


@pytest.mark.parametrize("par", [False, True], ids=["plain", "pushed"])
@pytest.mark.parametrize("by", ["client_secret_basic", "private_key_jwt"])
def test_a_certified_library_logs_in_refreshes_and_logs_off(
    office: Office, certified: Story, by: str, par: bool
) -> None:
    change = {"client_id": "jwt-rp", "jwk": key_of(office, "jwt-rp")} if by == "private_key_jwt" else {}
    got = certified(job(office, par=par, **change)).get("ok")
    assert got
    assert got["claims"]["sub"] == got["userinfo"]["sub"]
    assert got["userinfo"] == {
        "sub": got["userinfo"]["sub"],
        "name": "NGUYỄN VĂN AN",
        "birthdate": "1990-02-03",
        "gender": "male",
        "citizenPid": PERSON,
        "accountType": "personal",
        "accountLevel": 2,
    }
    assert (got["rotated"], got["same_sub"], got["active"]) == (True, True, [True, False])


@pytest.mark.parametrize("kind", [*BAD_ID_TOKENS, *BAD_REDIRECTS, "wrong_sub"])
def test_a_certified_library_refuses_what_is_wrong_by_name(office: Office, certified: Story, kind: str) -> None:
    fault = office.fault("oidc", kind)
    assert "refused" in certified(job(office))
    assert struck(office) == {kind}
    office.http.delete(f"{office.control}/faults/{fault}")
    assert "ok" in certified(job(office))


# Authlib: as a web application uses it, with a request that only looks as if a browser had sent it.


def request_of(url: str, session: Json) -> Request:
    parts = urlsplit(url)
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": parts.scheme,
            "server": (parts.hostname, parts.port),
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [],
            "session": session,
        }
    )


def authlib_app(office: Office, **change: Any) -> Any:
    return OAuth().register(
        name="vneid",
        server_metadata_url=f"{office.vneid}/.well-known/openid-configuration",
        **{
            "client_id": DEMO[0],
            "client_secret": DEMO[1],
            "client_kwargs": {"scope": SCOPE, "code_challenge_method": "S256"},
            **change,
        },
    )


async def authlib_login(app: Any, hint: str = PERSON) -> Json:
    session: Json = {}
    sent = await app.authorize_redirect(request_of(CALLBACK, session), CALLBACK, prompt="none", login_hint=hint)
    async with httpx.AsyncClient() as browser:
        back = (await browser.get(sent.headers["location"])).headers["location"]
    token: Json = await app.authorize_access_token(request_of(back, session))
    return token


def test_authlib_logs_in_and_refreshes(office: Office) -> None:
    async def story() -> tuple[Json, Json, Json, bool]:
        app = authlib_app(office)
        token = await authlib_login(app)
        first = token["refresh_token"]
        told = await app.userinfo(token=token)
        metadata = await app.load_server_metadata()
        async with AsyncOAuth2Client(*DEMO, token=token) as client:
            again = dict(await client.refresh_token(metadata["token_endpoint"]))
        return token["userinfo"], told, again, again["refresh_token"] != first

    said, told, again, rotated = asyncio.run(story())
    assert said["sub"] == told["sub"]
    assert (told["citizenPid"], told["name"], told["accountLevel"]) == (PERSON, "NGUYỄN VĂN AN", 2)
    assert rotated
    assert again["id_token"]


def test_authlib_proves_itself_by_a_signed_assertion(office: Office) -> None:
    key = ECKey.import_key(key_of(office, "jwt-rp"))
    app = authlib_app(
        office,
        client_id="jwt-rp",
        client_secret=key,
        client_auth_methods=[PrivateKeyJWT(f"{office.vneid}/oidc/token", headers={"kid": "k-1"}, alg="ES256")],
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "private_key_jwt",
        },
    )
    assert asyncio.run(authlib_login(app))["userinfo"]["sub"]


@pytest.mark.parametrize("kind", [*BAD_ID_TOKENS, "wrong_state", "access_denied", "temporarily_unavailable"])
def test_authlib_refuses_what_is_wrong_by_name(office: Office, kind: str) -> None:
    """`iss` of the redirect and `sub` of userinfo are left to the application by Authlib."""
    office.fault("oidc", kind, times=1)
    with pytest.raises((OAuthError, JoseError)):
        asyncio.run(authlib_login(authlib_app(office)))
    assert struck(office) == {kind}
    assert asyncio.run(authlib_login(authlib_app(office)))["userinfo"]
