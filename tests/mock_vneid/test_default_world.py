"""The demo's made-up citizens, and the one for whom nobody answers."""

import httpx
import pytest

from mock_vneid import scenario
from mock_vneid.ids import birth_year_of, sex_of
from mock_vneid.testing import Mock
from tests.mock_vneid.office import Office
from tests.mock_vneid.rp import Rp

WAITING = "042195000005"


@pytest.fixture
def demo(mock: Mock, http: httpx.Client) -> Office:
    http.post(f"{mock.control_url}/worlds/default/reset").raise_for_status()
    return Office(mock, "default", http)


def test_the_citizens_ids_agree_with_who_they_are() -> None:
    told = scenario.load()
    assert len({person.id for person in told.people}) == len(told.people) >= 11
    for person in told.people:
        assert sex_of(person.id) == person.sex
        assert birth_year_of(person.id) == int(person.birth_date[:4])


@pytest.mark.parametrize(
    ("citizen", "document_type", "wallet", "recorded"),
    [
        ("042190000001", "CAN_CUOC", "linked", True),
        ("042190000001", "GIAY_KHAI_SINH", "linked", True),
        ("042190000001", "DANG_KIEM", "linked", False),
        ("042085000002", "GIAY_KHAI_SINH", "not_linked", True),
        ("042192000003", "DANG_KIEM", "not_linked", False),
        ("042078000004", "GIAY_KHAI_SINH", "absent", False),
        ("042080000006", "GIAY_PHEP_LAI_XE", "linked", True),
        ("042088000007", "GIAY_PHEP_LAI_XE", "linked", True),
        ("042193000008", "THE_BHYT", "linked", True),
        ("042056000009", "CAN_CUOC", "linked", True),
        ("042187000010", "GIAY_KHAI_SINH", "not_linked", True),
        ("042187000010", "DANG_KIEM", "not_linked", False),
        ("042082000011", "VAN_BANG", "absent", False),
        ("3000000012", "GCN_DKDN", "absent", True),
    ],
)
def test_each_citizen_is_there_for_one_outcome(
    demo: Office, citizen: str, document_type: str, wallet: str, recorded: bool
) -> None:
    assert demo.statuses([document_type], citizen) == {document_type: wallet}
    assert bool(demo.records("037", [document_type], citizen)) == recorded


def test_their_documents_carry_what_the_outcome_rests_on(demo: Office) -> None:
    def written(citizen: str, document_type: str) -> dict[str, str]:
        return demo.verified(demo.documents([document_type], citizen)[document_type])

    assert written("042080000006", "GIAY_PHEP_LAI_XE")["valid_until"] < "2025-01-01"
    assert written("042088000007", "GIAY_PHEP_LAI_XE")["revoked_on"] == "2026-05-01"
    assert written("042193000008", "THE_BHYT")["full_name"] != demo.get("people/042193000008")["full_name"]
    assert written("042056000009", "CAN_CUOC")["birth_date"] == "1956"


def test_for_the_waiting_one_the_sources_do_not_answer_even_after_a_reset(demo: Office) -> None:
    for _ in range(2):
        assert demo.search(["CAN_CUOC"], WAITING).status_code == 503
        assert demo.ask("HO-TICH", ["GIAY_KHAI_SINH"], WAITING).status_code == 503
        demo.http.delete(f"{demo.control}/faults")
        assert demo.search(["CAN_CUOC"], WAITING).status_code == 200
        demo.http.post(f"{demo.control}/reset")
    assert [fault["id"] for fault in demo.get("faults")["items"]] == ["waiting-wallet", "waiting-ndxp"]


def test_a_reset_brings_the_citizens_back_exactly(demo: Office) -> None:
    before = demo.get("people"), demo.get("organizations")
    demo.put_person("042190000001")
    demo.http.delete(f"{demo.control}/people/042085000002")
    assert (demo.get("people"), demo.get("organizations")) != before
    demo.http.post(f"{demo.control}/reset")
    assert (demo.get("people"), demo.get("organizations")) == before


def test_everybody_else_of_the_default_world_is_virtual(demo: Office) -> None:
    assert demo.get("people/079088123456")["by_hand"] is False


def test_the_company_is_represented_by_the_first_citizen_as_its_register_says(demo: Office) -> None:
    rp = Rp(demo)
    claims = rp.userinfo(rp.tokens(login_hint="3000000012")["access_token"]).json()
    assert (claims["citizenPid"], claims["organizationName"]) == ("042190000001", "CÔNG TY TNHH MỘT LẦN THỬ NGHIỆM")
    (record,) = demo.records("DKDN", ["GCN_DKDN"], "3000000012")
    assert record["data"]["representative_id"] == claims["citizenPid"]
    assert record["data"]["representative"] == claims["name"]
