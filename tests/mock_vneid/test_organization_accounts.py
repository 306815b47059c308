"""The account of an organisation: its legal representative uses it, and nobody else does."""

import asyncio
import re

import pytest

from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office
from tests.mock_vneid.rp import Rp, asked, verified
from tests.mock_vneid.test_oidc_libraries import authlib_app, authlib_login
from tests.mock_vneid.test_presentations import present, redeem, token
from tests.mock_vneid.test_vnconnect import Site
from tests.mock_vneid.wallet_office import Issuer

COMPANY = "3000000098"
BRANCH = "3000000098001"
NAME = "CÔNG TY TNHH THỬ"
BOSS, FORMER = "042176990036", "042070990037"  # personas: who speaks for 3002990001, and for its branch
PERSONA, PERSONA_BRANCH = "3002990001", "3002990001001"


@pytest.fixture
def rp(empty: Office) -> Rp:
    """NGUYỄN VĂN AN represents a company; the other person represents nobody."""
    empty.put_person()
    empty.put_person(ANOTHER, full_name="ĐẶNG THỊ DUNG", birth_date="1991-04-05", sex="female")
    empty.put(f"organizations/{COMPANY}", {"name": NAME, "representative": PERSON})
    return Rp(empty)


def told(rp: Rp, **change: str | None) -> Json:
    claims: Json = rp.userinfo(rp.tokens(**change)["access_token"]).raise_for_status().json()
    return claims


def refused(rp: Rp, **change: str | None) -> tuple[str, str]:
    back = rp.callback(rp.authorize(**change))
    return back["error"], back["error_description"]


# What is told


@pytest.mark.parametrize(
    "hint",
    [
        {"login_hint": COMPANY},
        {"login_hint": PERSON, "acting_for": COMPANY},
        {"login_hint": COMPANY, "acting_for": COMPANY},
    ],
    ids=["by its number", "by who acts and for whom", "by its number twice"],
)
def test_userinfo_tells_the_organisation_and_who_acts_for_it(rp: Rp, hint: dict[str, str]) -> None:
    claims = told(rp, **hint)
    sub = claims.pop("sub")
    assert claims == {
        "name": "NGUYỄN VĂN AN",
        "birthdate": "1990-02-03",
        "gender": "male",
        "citizenPid": PERSON,
        "accountType": "organization",
        "accountLevel": 2,
        "organizationId": COMPANY,
        "organizationName": NAME,
    }
    assert sub not in (told(rp)["sub"], COMPANY, PERSON)


def test_a_persons_own_account_tells_no_organisation(rp: Rp) -> None:
    claims = told(rp)
    assert claims["accountType"] == "personal"
    assert not {"organizationId", "organizationName"} & claims.keys()


def test_a_scope_that_was_not_asked_for_tells_no_organisation(rp: Rp) -> None:
    assert told(rp, login_hint=COMPANY, scope="openid profile").keys() == {"sub", "name", "birthdate", "gender"}


def test_the_id_token_names_the_account_and_carries_nobodys_number(rp: Rp) -> None:
    tokens = rp.tokens(login_hint=COMPANY)
    _, claims = verified(rp, tokens["id_token"])
    assert claims["sub"] == rp.userinfo(tokens["access_token"]).json()["sub"]
    assert claims["acr"] == "urn:mock-vneid:level:2"
    assert not {COMPANY, PERSON, NAME} & {str(value) for value in claims.values()}


def test_the_portals_login_and_this_one_tell_the_same(rp: Rp) -> None:
    ours, portals = told(rp, login_hint=COMPANY), Site(rp.office).claims(COMPANY)
    assert (ours["accountType"], portals["LoaiTaiKhoan"]) == ("organization", "2")
    assert ours["organizationId"] == portals["MaSoThue"]
    assert (ours["citizenPid"], ours["name"]) == (portals["SoDinhDanh"], portals["HoVaTen"])
    assert ours["birthdate"].replace("-", "") == portals["NgayThangNamSinh"]


def test_authlib_logs_in_for_an_organisation(rp: Rp) -> None:
    async def story() -> Json:
        app = authlib_app(rp.office)
        token = await authlib_login(app, COMPANY)
        claims: Json = await app.userinfo(token=token)
        return claims | {"same": claims["sub"] == token["userinfo"]["sub"]}

    claims = asyncio.run(story())
    assert (claims["organizationId"], claims["citizenPid"], claims["same"]) == (COMPANY, PERSON, True)


def test_the_journal_tells_whose_account_it_was(rp: Rp) -> None:
    told(rp, login_hint=COMPANY)
    holders = {(entry["service"], str(entry.get("holder"))) for entry in rp.office.journal(face="oidc")}
    company = str({"kind": "organization", "id": COMPANY})
    assert {("authorize", company), ("vneid", company), ("userinfo", company)} <= holders


def test_a_fault_strikes_the_account_of_one_organisation_only(rp: Rp) -> None:
    rp.office.fault("oidc", "access_denied", match={"person": COMPANY})
    assert refused(rp, login_hint=COMPANY)[0] == "access_denied"
    assert told(rp)["accountType"] == "personal"


# Who may


def test_who_does_not_represent_it_is_refused(rp: Rp) -> None:
    error = ("access_denied", "the person does not represent this organisation")
    assert refused(rp, login_hint=ANOTHER, acting_for=COMPANY) == error


def test_an_organisation_nobody_knows_is_refused(rp: Rp) -> None:
    assert refused(rp, acting_for=BRANCH) == ("access_denied", "acting_for is no organisation of this world")
    assert refused(rp, login_hint=BRANCH)[0] == "login_required"


def test_an_organisation_without_a_representative_has_nobody_to_log_in(rp: Rp) -> None:
    rp.office.put(f"organizations/{BRANCH}", {"name": f"CHI NHÁNH {NAME}"})
    assert refused(rp, login_hint=BRANCH)[0] == "login_required"
    assert refused(rp, acting_for=BRANCH)[0] == "access_denied"


def test_an_account_of_level_1_acts_for_nobody(rp: Rp) -> None:
    rp.office.put_person(identity_level=1)
    error, says = refused(rp, login_hint=COMPANY)
    assert error == "access_denied"
    assert "level 2" in says
    rp.office.put_person(identity_level=0)
    assert refused(rp, login_hint=COMPANY)[0] == "login_required"


def test_a_number_that_is_no_organisations_is_out_of_form(rp: Rp) -> None:
    assert refused(rp, acting_for=PERSON)[0] == "invalid_request"


def test_a_hint_of_one_organisation_is_no_login_for_another(rp: Rp) -> None:
    rp.office.put(f"organizations/{BRANCH}", {"name": f"CHI NHÁNH {NAME}", "representative": PERSON})
    assert refused(rp, login_hint=COMPANY, acting_for=BRANCH)[0] == "login_required"


def test_when_somebody_else_represents_it_what_was_begun_has_ended(rp: Rp) -> None:
    tokens = rp.tokens(login_hint=COMPANY)
    rp.office.put(f"organizations/{COMPANY}", {"name": NAME, "representative": ANOTHER})
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert refused(rp, login_hint=None)[0] == "login_required"
    assert told(rp, login_hint=COMPANY)["citizenPid"] == ANOTHER


def test_officers_act_for_nobody(rp: Rp) -> None:
    officers = Rp(rp.office)
    officers.oidc = f"{rp.office.vneid}/staff/oidc"
    scope = {"scope": "openid staff", "login_hint": "CB-0001"}
    assert told(officers, acting_for=COMPANY, **scope)["staff_code"] == "CB-0001"


# One browser, two accounts


def test_who_switches_between_the_two_accounts_is_always_the_one_that_was_asked_for(rp: Rp) -> None:
    assert [told(rp, login_hint=hint)["accountType"] for hint in (COMPANY, PERSON, COMPANY)] == [
        "organization",
        "personal",
        "organization",
    ]
    # Without a hint it is whoever was there last; and a hint of the other account asks.
    assert told(rp, login_hint=None, prompt=None)["organizationId"] == COMPANY
    assert asked(rp.authorize(login_hint=PERSON, prompt=None))
    assert refused(rp, login_hint=None, acting_for=BRANCH)[0] == "login_required"


# The page


def test_the_page_offers_each_person_the_organisations_they_represent(rp: Rp) -> None:
    page = rp.authorize(prompt=None, login_hint=None)
    assert f"thay mặt {NAME}" in page.text
    values = re.findall(r'name="person" value="([^"]+)"', page.text)
    assert sorted(values) == sorted([PERSON, f"{PERSON}/{COMPANY}", ANOTHER])
    back = rp.callback(
        rp.browser.post(f"{rp.oidc}/login", data={"question": asked(page), "person": f"{PERSON}/{COMPANY}"})
    )
    claims = rp.userinfo(rp.redeem(back["code"]).json()["access_token"]).json()
    assert (claims["citizenPid"], claims["organizationId"]) == (PERSON, COMPANY)


@pytest.mark.parametrize("wanted", [COMPANY, "cong ty tnhh thu"])
def test_the_organisations_name_or_number_finds_who_represents_it(rp: Rp, wanted: str) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    page = rp.browser.post(f"{rp.oidc}/login", data={"question": question, "wanted": wanted})
    assert "NGUYỄN VĂN AN" in page.text
    assert "ĐẶNG THỊ DUNG" not in page.text


def test_nobody_is_let_in_for_an_organisation_that_is_not_theirs(rp: Rp) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    for chosen in (f"{ANOTHER}/{COMPANY}", f"{PERSON}/{BRANCH}", f"{PERSON}/x"):
        page = rp.browser.post(f"{rp.oidc}/login", data={"question": question, "person": chosen})
        assert "Người này không đại diện cho tổ chức đó." in page.text


def test_a_client_that_wants_an_organisation_gets_no_persons_own_account(rp: Rp) -> None:
    page = rp.authorize(prompt=None, login_hint=None, acting_for=COMPANY)
    assert re.findall(r'name="person" value="([^"]+)"', page.text) == [f"{PERSON}/{COMPANY}"]
    again = rp.browser.post(f"{rp.oidc}/login", data={"question": asked(page), "person": PERSON})
    assert "Ứng dụng yêu cầu tài khoản của tổ chức" in again.text
    nobody = rp.authorize(prompt=None, login_hint=None, acting_for=BRANCH)
    assert "Không ai đại diện cho tổ chức này" in nobody.text


def test_any_organisation_of_a_virtual_world_is_found_by_its_number(virtual: Office) -> None:
    companies = (virtual.get(f"organizations/{number}") for number in range(3_000_000_100, 3_000_000_200))
    company = next(c for c in companies if "GCN_DKDN" in c["holdings"] and c["representative"]["identity_level"] == 2)
    number, speaks = company["id"], company["representative"]
    page = Rp(virtual).authorize(prompt=None, login_hint=number)
    assert f'value="{speaks["id"]}/{number}"' in page.text
    claims = told(Rp(virtual), login_hint=number)
    assert (claims["citizenPid"], claims["name"]) == (speaks["id"], speaks["full_name"])
    (record,) = virtual.records("DKDN", ["GCN_DKDN"], number)
    assert record["data"]["representative_id"] == claims["citizenPid"]


def test_personas_represent_their_organisations(virtual: Office) -> None:
    assert told(Rp(virtual), login_hint=PERSONA)["citizenPid"] == BOSS
    assert told(Rp(virtual), login_hint=PERSONA_BRANCH)["citizenPid"] == FORMER
    assert refused(Rp(virtual), login_hint=FORMER, acting_for=PERSONA)[0] == "access_denied"
    page = Rp(virtual).authorize(prompt=None, login_hint=BOSS)
    assert f'value="{BOSS}/{PERSONA}"' in page.text


def test_who_represents_it_goes_into_a_file_and_comes_back(rp: Rp) -> None:
    office = rp.office
    kept = office.http.get(f"{office.control}/export").raise_for_status().json()
    root = office.control.removesuffix(f"/{office.world}")
    made = office.http.post(f"{root}/import", params={"name": f"{office.world}-kept"}, json=kept).raise_for_status()
    again = office.http.get(f"{root}/{made.json()['name']}/organizations/{COMPANY}").json()
    assert again["representative"] == {"id": PERSON, "full_name": "NGUYỄN VĂN AN", "identity_level": 2}


# Its wallet


def test_a_result_in_the_organisations_wallet_is_shown_by_who_acts_for_it(rp: Rp) -> None:
    issuer = Issuer(rp.office)
    holder = {"kind": "organization", "id": COMPANY, "full_name": NAME}
    assert issuer.deliver(issuer.sign(holder=holder, document_type="GCN_DKDN", data={})).status_code == 201
    assert rp.office.statuses(["GCN_DKDN"], COMPANY) == {"GCN_DKDN": "linked"}
    shown = present(rp.office, token(rp.office, person=COMPANY), document_type="GCN_DKDN")
    assert shown.status_code == 201
    answer = redeem(rp.office, shown.json()["code"]).json()
    assert (answer["status"], answer["holder"]) == ("valid", {"kind": "organization", "id": COMPANY})
    # The same person's own wallet does not have it.
    own = present(rp.office, token(rp.office), document_type="GCN_DKDN")
    assert (own.status_code, own.json()["error_code"]) == (422, "NOT_IN_WALLET")


def test_the_page_of_the_wallet_says_for_whom_it_is_open(rp: Rp) -> None:
    page = rp.browser.post(f"{rp.oidc}/wallet", data={"person": f"{PERSON}/{COMPANY}"})
    assert f"Ví giấy tờ của {NAME}" in page.text
    assert "thay mặt tổ chức" in page.text
    assert "Mở ví của ai?" in rp.browser.post(f"{rp.oidc}/wallet", data={"leave": "1"}).text
    assert "Mở ví của ai?" in rp.browser.post(f"{rp.oidc}/wallet", data={"person": f"{ANOTHER}/{COMPANY}"}).text
