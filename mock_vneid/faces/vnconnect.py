"""The login through the national public service portal (VNConnect), with its claims.

Observed in public integrations, not an official specification; what each thing rests on:

- The claims `sub`, `TechID`, `LoaiTaiKhoan` (1 a person, 2 an organisation, then with `MaSoThue`), `SoDinhDanh`,
  `HoVaTen`, `NgayThangNamSinh` (yyyyMMdd), `loAs`, `IAL`, `loginIdp` (`BCA`), `userProfileUri`: comments and models in
  three public systems (`logoutUri` was seen too, and is left out: there is nothing to log out of). That a token is
  shown to userinfo as a query parameter: one of them.
- Values of `sub`, `TechID`, `loAs` and `IAL` (the level of the account), a birth of which only the year is known as
  `yyyy`, an organisation's `SoDinhDanh` and `HoVaTen` as those of its representative, the paths, and that there is no
  `id_token`, are this project's own.
"""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.observed_login import begin, logged_in, opaque, redeemed, sent_back
from mock_vneid.faces.oidc_clients import NO_STORE
from mock_vneid.faces.visits import answer, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.oidc.requests import callback
from mock_vneid.people import FULL_IDENTITY_LEVEL, Holder, Person
from mock_vneid.tokens import LIFETIME
from mock_vneid.worlds import World

router = APIRouter(prefix="/w/{world}/vnconnect", tags=["vnconnect"])

PERSON, ORGANIZATION = "1", "2"


def claims(world: World, base: str, holder: Holder) -> dict[str, Any]:
    """What the portal tells of who logged in."""
    told = {"sub": opaque(world, "vnconnect", holder.id), "TechID": opaque(world, "techid", holder.id)}
    speaks: Person | None
    if isinstance(holder, Person):
        speaks, level = holder, holder.identity_level
        told["LoaiTaiKhoan"] = PERSON
    else:
        speaks, level = world.representative(holder.id), FULL_IDENTITY_LEVEL
        told |= {"LoaiTaiKhoan": ORGANIZATION, "MaSoThue": holder.id}
    if speaks is not None:
        born = speaks.birth_date.replace("-", "")
        told |= {"SoDinhDanh": speaks.id, "HoVaTen": speaks.full_name, "NgayThangNamSinh": born}
    return told | {
        "loAs": str(level),
        "IAL": str(level),
        "loginIdp": "BCA",
        "userProfileUri": f"{base}/vnconnect/userinfo",
    }


@router.get("/auth", summary="Log in; login_hint is a citizen's or an organisation's number")
async def auth(request: Request) -> Response:
    """302 back to the client with `code`, in the clear, and the `state` as it came."""
    begun = await begin(request, "vnconnect", organizations=True)
    if isinstance(begun, Response):
        return begun
    _, target, told = begun
    return sent_back(callback(target, told))


@router.post("/token", summary="A token for userinfo")
async def token(request: Request) -> Response:
    """Form: grant_type=authorization_code, code, redirect_uri, client_id, client_secret."""
    found = await redeemed(request, "vnconnect")
    if isinstance(found, Response):
        return found
    return answer(
        {"access_token": found[1], "token_type": "Bearer", "expires_in": LIFETIME, "scope": "openid"}, headers=NO_STORE
    )


@router.get("/userinfo", summary="The claims of the account; the token is a query parameter")
async def userinfo(request: Request) -> Response:
    visit = visit_of(request)
    _, in_its_place = await weather(visit, "vnconnect", "userinfo")
    if in_its_place is not None:
        return in_its_place
    holder = logged_in(visit, "vnconnect", request.query_params.get("access_token", ""))
    return answer(claims(visit.world, visit.base, holder), headers=NO_STORE)
