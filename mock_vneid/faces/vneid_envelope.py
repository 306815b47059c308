"""The login straight at VNeID, whose token and userinfo answers are encrypted envelopes `{"data", "key"}`.

Observed in public integrations, not an official specification; what each thing rests on:

- The whole of it: a public identity-provider plugin for VNeID, written to its sample code. `data` is base64 of AES in
  ECB mode with PKCS #5 padding, `key` is base64 of that AES key under RSA PKCS #1 v1.5 with the client's public key.
  The code in the callback is encrypted in the same way, its key beside it as `encrypt_key`; both in base64 whose `+`
  stands in the query as it is, so that whoever decodes it as a form reads a blank. There is no `id_token`, and no
  `nonce` comes back.
- The claims `citizenPid`, `fullName`, `birthDate`, `accountType`, `accountLevel`: that plugin. Their values
  (`YYYY-MM-DD` or a year, `personal`, 1 or 2), the paths, and errors in the clear are this project's own.
- The key pair is this project's own: the world makes one for all its clients, and the control door tells it.
"""

from base64 import b64encode
from functools import cache
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.observed_login import begin, logged_in, redeemed, sent_back
from mock_vneid.faces.oidc_clients import NO_STORE
from mock_vneid.faces.visits import answer, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.jws import compact_json
from mock_vneid.oidc.requests import callback
from mock_vneid.people import Person
from mock_vneid.tokens import LIFETIME

router = APIRouter(prefix="/w/{world}/vneid", tags=["vneid"])


@cache
def client_key() -> rsa.RSAPrivateKey:
    """The key pair of every client, made when first needed: it protects made-up people only."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def client_pem() -> str:
    return client_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def sealed(plain: bytes) -> tuple[str, str]:
    """`data` and `key`: weak on purpose (ECB, PKCS #1 v1.5), as observed."""
    secret, padder = token_bytes(32), PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.ECB()).encryptor()  # noqa: S305 - what clients have to cope with
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    key = client_key().public_key().encrypt(secret, padding.PKCS1v15())
    return b64encode(data).decode(), b64encode(key).decode()


def _enveloped(body: dict[str, Any]) -> Response:
    data, key = sealed(compact_json(body))
    return answer({"data": data, "key": key}, headers=NO_STORE)


def claims(person: Person) -> dict[str, Any]:
    return {
        "citizenPid": person.id,
        "fullName": person.full_name,
        "birthDate": person.birth_date,
        "accountType": "personal",
        "accountLevel": person.identity_level,
    }


@router.get("/auth", summary="Log in; login_hint is a citizen's number")
async def auth(request: Request) -> Response:
    """302 back to the client with `code` and `encrypt_key`, encrypted, and the `state` as it came."""
    begun = await begin(request, "vneid")
    if isinstance(begun, Response):
        return begun
    _, target, told = begun
    code, key = sealed(told.pop("code").encode())
    location = callback(target, told)
    return sent_back(f"{location}{'&' if '?' in location else '?'}code={code}&encrypt_key={key}")


@router.post("/token", summary="A token for userinfo, in an envelope")
async def token(request: Request) -> Response:
    """Form: grant_type=authorization_code, the decrypted code, redirect_uri, client_id, client_secret."""
    found = await redeemed(request, "vneid")
    if isinstance(found, Response):
        return found
    return _enveloped({"access_token": found[1], "token_type": "Bearer", "expires_in": LIFETIME, "scope": "openid"})


@router.get("/userinfo", summary="The claims of the account, in an envelope")
async def userinfo(request: Request) -> Response:
    visit = visit_of(request)
    _, in_its_place = await weather(visit, "vneid", "userinfo")
    if in_its_place is not None:
        return in_its_place
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    person = logged_in(visit, "vneid", bearer if kind.lower() == "bearer" else "")
    if not isinstance(person, Person):
        raise error(401, "invalid_token", "only people log in here")
    return _enveloped(claims(person))
