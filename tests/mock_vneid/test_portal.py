"""The national portal's catalogue: what it publishes, to whom, and how it says no."""

import json
from typing import Any

import httpx
import pytest

from mock_vneid.catalogue import MOST_PROCEDURES
from mock_vneid.main import create_universe
from mock_vneid.specs import ProcedureIn
from mock_vneid.testing import Mock
from mock_vneid.worlds import CatalogueFull, State, World
from tests.mock_vneid.office import CLIENT, Office

CODE, OTHER = "1.001193", "1.000894"
AGENCY = "000.00.00.H27"
FORM = {"position": 1, "name": "Tờ khai theo mẫu.", "case": "Phải nộp", "form": "To khai.docx"}
PROOF = {"position": 2, "name": "Giấy chứng sinh.", "case": "Phải nộp", "copies": 1}
CARD = {"position": 3, "name": "Thẻ căn cước.", "case": "Phải xuất trình", "originals": 0}
BIRTH = {
    "name": "Thủ tục đăng ký khai sinh",
    "sector": "Hộ tịch",
    "level": "tỉnh|xã",
    "agency": "Ủy ban nhân dân cấp xã",
    "updated_at": "2026-11-02T23:30:00Z",
    "components": [FORM, PROOF, CARD],
}


def login(office: Office, **change: Any) -> dict[str, Any]:
    body = {"username": CLIENT[0], "password": CLIENT[1]} | change
    answer: dict[str, Any] = office.http.post(f"{office.vneid}/portal/mapi/login", json=body).raise_for_status().json()
    return answer


def ask(office: Office, service: str, /, *, without: str = "", **change: Any) -> dict[str, Any]:
    """The portal's answer; a session is fetched unless one is given. Its status is 200, whatever it says."""
    body = {"session": change.get("session") or login(office)["session"], "madonvi": AGENCY, "service": service}
    asked = {name: value for name, value in (body | change).items() if name != without}
    response = office.http.post(f"{office.vneid}/portal/mapi/services", json=asked)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def one(office: Office, code: str = CODE) -> dict[str, Any]:
    (found,) = ask(office, "LayThuTuc", maTTHC=code)["result"]
    assert isinstance(found, dict)
    return found


def refusal(answer: dict[str, Any]) -> str:
    assert (answer["error_code"], answer["result"]) == ("-1", [])
    message: str = answer["message"]
    return message


# What it publishes


def test_the_list_names_every_procedure_by_code_and_tells_the_day_it_knows(empty: Office) -> None:
    empty.put(f"procedures/{CODE}", BIRTH)
    undated = {name: value for name, value in BIRTH.items() if name != "updated_at"}
    empty.put(f"procedures/{OTHER}", undated | {"name": "Thủ tục đăng ký kết hôn"})
    answer = ask(empty, "LayDanhSachTTHC")
    assert (answer["error_code"], answer["message"]) == ("0", "Thành công")
    assert answer["result"] == [
        {"MATTHC": OTHER, "TENTTHC": "Thủ tục đăng ký kết hôn"},
        {"MATTHC": CODE, "TENTTHC": "Thủ tục đăng ký khai sinh", "NGAYCAPNHAT": "20261103063000"},
    ]


def test_a_procedure_carries_its_dossier_under_its_cases(empty: Office) -> None:
    empty.put(f"procedures/{CODE}", BIRTH)
    found = one(empty)
    assert (found["MATTHC"], found["TENTTHC"], found["TRANGTHAI"]) == (CODE, BIRTH["name"], "1")
    assert [level["TENCAP"] for level in found["CAPTHUCHIEN"]] == ["Cấp Tỉnh", "Cấp Xã"]
    assert found["LINHVUCTHUCHIEN"][0]["TENLINHVUC"] == "Hộ tịch"
    assert found["COQUANTHUCHIEN"][0]["TENDONVI"] == "Ủy ban nhân dân cấp xã"
    told = [
        (case["TRUONGHOP"], [(p["TENGIAYTO"], p["TENMAUDON"], p["SOBANCHINH"], p["SOBANSAO"]) for p in case["GIAYTO"]])
        for case in found["THANHPHANHOSO"]
    ]
    assert told == [
        ("Phải nộp", [("Tờ khai theo mẫu.", "To khai.docx", "1", "0"), ("Giấy chứng sinh.", "", "1", "1")]),
        ("Phải xuất trình", [("Thẻ căn cước.", "", "0", "0")]),
    ]


def test_what_integrations_read_without_looking_is_there_and_empty(empty: Office) -> None:
    empty.put(f"procedures/{CODE}", BIRTH | {"components": [{"position": 1, "name": "Tờ khai."}]})
    found = one(empty)
    assert found["THANHPHANHOSO"][0]["TRUONGHOP"] == ""
    assert found["THANHPHANHOSO"][0]["GIAYTO"][0]["MAGIAYTO"] == ""
    assert (found["MACOQUANCONGBO"], found["CANCUPHAPLY"], found["TRINHTUTHUCHIEN"]) == ("", [], [])


def test_a_procedure_no_longer_shown_says_so(empty: Office) -> None:
    empty.put(f"procedures/{CODE}", BIRTH | {"published": False})
    assert one(empty)["TRANGTHAI"] == "0"


def test_an_unknown_code_is_an_empty_result_and_no_error(empty: Office) -> None:
    answer = ask(empty, "LayThuTuc", maTTHC=OTHER)
    assert (answer["error_code"], answer["result"]) == ("0", [])


def test_the_default_world_publishes_a_handful_and_new_worlds_nothing(mock: Mock, http: httpx.Client) -> None:
    http.post(f"{mock.control_url}/worlds/default/reset").raise_for_status()
    demo = Office(mock, "default", http)
    codes = [line["MATTHC"] for line in ask(demo, "LayDanhSachTTHC")["result"]]
    assert 6 <= len(codes) <= 10
    assert all(one(demo, code)["THANHPHANHOSO"][0]["GIAYTO"] for code in codes)


def test_a_fresh_world_publishes_nothing(empty: Office, virtual: Office) -> None:
    assert ask(empty, "LayDanhSachTTHC")["result"] == ask(virtual, "LayDanhSachTTHC")["result"] == []


# Who may ask


def test_a_wrong_password_gets_no_session(empty: Office) -> None:
    for wrong in ({"password": "not-the-secret"}, {"username": "nobody"}):
        answer = login(empty, **wrong)
        assert "session" not in answer
        assert refusal(answer) == "Tài khoản hoặc mật khẩu không đúng"


@pytest.mark.parametrize("session", ["", "made-up", "a b", "x" * 5000])
def test_a_session_nobody_opened_opens_nothing(empty: Office, session: str) -> None:
    body = {"session": session, "madonvi": AGENCY, "service": "LayDanhSachTTHC"}
    answer = empty.http.post(f"{empty.vneid}/portal/mapi/services", json=body).json()
    assert refusal(answer) == "Phiên làm việc không hợp lệ hoặc đã hết hạn"


def test_a_session_ends_by_the_worlds_clock(empty: Office) -> None:
    session = login(empty)["session"]
    empty.post("clock", {"advance": 299})
    assert ask(empty, "LayDanhSachTTHC", session=session)["error_code"] == "0"
    empty.post("clock", {"advance": 2})
    assert "hết hạn" in refusal(ask(empty, "LayDanhSachTTHC", session=session))


def test_a_session_opens_no_other_world_and_no_other_face_and_no_token_is_one(empty: Office, virtual: Office) -> None:
    session = login(empty)["session"]
    refusal(ask(virtual, "LayDanhSachTTHC", session=session))
    for token in empty.tokens.values():
        refusal(ask(empty, "LayDanhSachTTHC", session=token))
    empty.tokens = dict.fromkeys(empty.tokens, session)
    assert empty.search(["CAN_CUOC"]).status_code == 401
    assert empty.ask("037", ["CAN_CUOC"]).status_code == 401


# How it says no


@pytest.mark.parametrize(
    ("service", "without", "change", "told"),
    [
        ("LayDanhSach", "", {}, "service là LayDanhSachTTHC hoặc LayThuTuc"),
        ("LayDanhSachTTHC", "service", {}, "service là LayDanhSachTTHC hoặc LayThuTuc"),
        ("LayDanhSachTTHC", "", {"service": ["LayThuTuc"]}, "service là LayDanhSachTTHC hoặc LayThuTuc"),
        ("LayDanhSachTTHC", "madonvi", {}, "madonvi: Field required"),
        ("LayDanhSachTTHC", "", {"madonvi": "Hà Tĩnh"}, "madonvi: String should match"),
        ("LayDanhSachTTHC", "", {"maTTHC": CODE}, "maTTHC: Extra inputs are not permitted"),
        ("LayThuTuc", "", {}, "maTTHC: Field required"),
        ("LayThuTuc", "", {"maTTHC": "1.001193.000.00.00.H27"}, "maTTHC: String should match"),
        ("LayThuTuc", "", {"maTTHC": 1.001193}, "maTTHC: Input should be a valid string"),
    ],
)
def test_a_question_out_of_form_is_refused_in_the_portals_shape(
    empty: Office, service: str, without: str, change: dict[str, Any], told: str
) -> None:
    assert told in refusal(ask(empty, service, without=without, **change))


def test_mistakes_are_told_only_to_who_is_logged_in(empty: Office) -> None:
    assert "Phiên" in refusal(ask(empty, "NoSuchService", session="made-up"))


@pytest.mark.parametrize("path", ["login", "services"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"service": "\\ud800"}', b"[" * 10_000])
def test_what_is_no_json_object_is_refused_in_the_portals_shape(empty: Office, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = empty.http.post(f"{empty.vneid}/portal/mapi/{path}", content=body, headers=headers)
    assert answer.status_code == 400
    refusal(answer.json())


def test_another_media_type_and_a_body_too_large_are_refused_in_the_portals_shape(empty: Office) -> None:
    url = f"{empty.vneid}/portal/mapi/login"
    form = empty.http.post(url, data={"username": CLIENT[0]})
    large = empty.http.post(url, json={"username": "x" * 70_000})
    assert (form.status_code, large.status_code) == (415, 413)
    refusal(form.json())
    refusal(large.json())


def test_a_get_is_no_way_to_ask(empty: Office) -> None:
    assert empty.http.get(f"{empty.vneid}/portal/mapi/services").status_code == 405


# Faults and the journal


@pytest.mark.parametrize(("kind", "status"), [("http_500", 500), ("http_503", 503), ("rate_limit", 429)])
def test_faults_of_transport_strike_the_service_they_name(empty: Office, kind: str, status: int) -> None:
    empty.fault("portal", kind, match={"service": "LayThuTuc"})
    session = login(empty)["session"]
    assert ask(empty, "LayDanhSachTTHC", session=session)["error_code"] == "0"
    body = {"session": session, "madonvi": AGENCY, "service": "LayThuTuc", "maTTHC": CODE}
    assert empty.http.post(f"{empty.vneid}/portal/mapi/services", json=body).status_code == status


def test_garbage_is_no_json_and_a_login_may_fail_too(empty: Office) -> None:
    empty.fault("portal", "garbage", times=1)
    answer = empty.http.post(f"{empty.vneid}/portal/mapi/login", json={})
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r".*"):
        json.loads(answer.content)
    assert "session" in login(empty)


def test_a_dropped_connection_is_none_and_lateness_is_right(empty: Office) -> None:
    empty.fault("portal", "latency", attributes={"ms": 20}, match={"service": "LayDanhSachTTHC"})
    assert ask(empty, "LayDanhSachTTHC")["error_code"] == "0"
    empty.fault("portal", "reset", match={"service": "login"})
    with pytest.raises(httpx.TransportError):
        login(empty)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "wrong_person"},
        {"kind": "stale"},
        {"kind": "not_licensed"},
        {"kind": "http_503", "match": {"service": "037"}},
        {"kind": "http_503", "match": {"person": "042190000001"}},
        {"kind": "http_503", "match": {"document_type": "CAN_CUOC"}},
    ],
)
def test_faults_that_do_not_fit_the_portal_are_refused(empty: Office, fault: dict[str, Any]) -> None:
    assert empty.http.post(f"{empty.control}/faults", json={"face": "portal", **fault}).status_code == 422


def test_the_journal_notes_who_asked_for_what(empty: Office) -> None:
    session = login(empty)["session"]
    ask(empty, "LayThuTuc", session=session, maTTHC=CODE)
    ask(empty, "LayThuTuc", session=session, maTTHC="?")
    ask(empty, "NoSuchService" * 10, session=session)
    opened, asked, refused, strange = empty.journal(face="portal")
    assert (opened["service"], opened["client"], opened["status"]) == ("login", CLIENT[0], 200)
    assert (asked["service"], asked["client"], asked["procedure"]) == ("LayThuTuc", CLIENT[0], CODE)
    assert (refused["error"], "procedure" in refused) == ("-1", False)
    assert len(strange["service"]) == 64
    assert [entry["path"] for entry in empty.journal(service="LayThuTuc")] == ["/portal/mapi/services"] * 2


# The control door


def test_a_procedure_is_put_read_listed_and_deleted(empty: Office) -> None:
    url = f"{empty.control}/procedures/{CODE}"
    assert empty.http.get(url).status_code == 404
    first, second = empty.http.put(url, json=BIRTH), empty.http.put(url, json=BIRTH | {"level": "bộ"})
    assert (first.status_code, second.status_code) == (201, 200)
    put = empty.get(f"procedures/{CODE}")
    assert put == second.json()
    assert (put["level"], put["published"], put["updated_at"]) == ("bộ", True, "2026-11-02T23:30:00+00:00")
    assert put["components"][1] == {**PROOF, "originals": 1}
    assert empty.get("procedures")["items"] == [put]
    assert empty.http.get(empty.control).json()["procedures"] == 1
    assert empty.http.delete(url).status_code == 204
    assert empty.http.delete(url).status_code == 404
    assert empty.get("procedures")["items"] == []


def test_what_is_put_is_read_back_as_it_was_given(empty: Office) -> None:
    assert empty.put(f"procedures/{CODE}", BIRTH)["level"] == "tỉnh|xã"
    again = {name: value for name, value in empty.get(f"procedures/{CODE}").items() if name != "code"}
    assert empty.put(f"procedures/{CODE}", again) == empty.get(f"procedures/{CODE}")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"level": "huyện"}, "write one level"),
        ({"level": "xã|xã"}, "each once"),
        ({"level": ""}, "write one level"),
        ({"name": " "}, "write some text"),
        ({"updated_at": "2026-02-30"}, "write a moment"),
        ({"status": 1}, "no such field: status"),
        ({"components": [PROOF]}, "positions"),
        ({"components": [FORM, FORM]}, "positions"),
        ({"components": [FORM, PROOF | {"case": "B"}, CARD | {"case": "Phải nộp"}]}, "stand together"),
        ({"components": [FORM | {"copies": -1}]}, "greater than or equal to 0"),
        ({"components": [FORM | {"position": n + 1} for n in range(201)]}, "at most 200"),
    ],
)
def test_a_procedure_out_of_form_is_refused_so_as_to_mend_it(empty: Office, change: dict[str, Any], told: str) -> None:
    answer = empty.http.put(f"{empty.control}/procedures/{CODE}", json=BIRTH | change)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_code_is_of_the_national_form(empty: Office) -> None:
    assert empty.http.put(f"{empty.control}/procedures/KHAI-SINH", json=BIRTH).status_code == 422


def test_a_world_holds_a_bounded_number_of_procedures() -> None:
    world = World("full", State())
    body = ProcedureIn.model_validate(BIRTH | {"components": []})
    codes = [f"1.{number:06d}" for number in range(MOST_PROCEDURES + 1)]
    assert all(world.put_procedure(body.procedure(code)) for code in codes[:-1])
    with pytest.raises(CatalogueFull):
        world.put_procedure(body.procedure(codes[-1]))
    assert world.put_procedure(body.procedure(codes[0])) is False
    assert world.delete_procedure(codes[0])
    assert world.put_procedure(body.procedure(codes[-1]))


def test_a_reset_brings_the_catalogue_back_and_a_fork_has_its_own() -> None:
    world = create_universe().worlds["default"]
    began = dict(world.state.catalogue)
    fork = world.fork("mine")
    world.delete_procedure(CODE)
    assert CODE in fork.state.catalogue
    world.reset()
    assert world.state.catalogue == began
