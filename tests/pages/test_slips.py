"""Slips: what each says, to whom, and how little of them."""

import re

import pytest

from app.pages.slips import slip
from app.services import catalogue
from app.services.dossier_records import UnknownDossier
from app.services.slips import SlipKind, SlipNotDue
from tests.desk import AN, PLAIN, Gate, component, offered, procedure_body
from tests.mock_vneid.office import PERSON

TIMED = "9.000101"
DEGREE, BIRTH, CARD = "VAN_BANG", "GIAY_KHAI_SINH", "CAN_CUOC"


@pytest.fixture(autouse=True)
def published(sqlite_gate: Gate) -> None:
    body = procedure_body(component(1, CARD), component(2, DEGREE))
    timed = {**body, "processing": {"working_days": 3, "basis": "Luật bịa cho thử nghiệm"}}
    sqlite_gate.run(catalogue.publish_procedure(sqlite_gate.desk, "test", TIMED, timed))


def printed(gate: Gate, code: str, kind: str) -> str:
    return gate.run(slip(gate.desk, code, SlipKind(kind))).decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>", 1)[0]).split())


def received(gate: Gate, procedure: str = TIMED, channel: str = "counter", decided_by: str | None = None) -> str:
    code: str = gate.submit(procedure, offered(2, "paper"), channel=channel, decided_by=decided_by)["code"]
    gate.move(code, 2)
    return code


def test_the_receipt_says_what_was_handed_in_and_when_to_come_back(sqlite_gate: Gate) -> None:
    code = received(sqlite_gate, decided_by="000.11.27.H27")
    said = words(printed(sqlite_gate, code, "receipt"))
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in said
    assert "Mẫu số 01" in said
    assert f"Mã hồ sơ: {code}" in said
    assert "Tiếp nhận đầy đủ lúc 10:00 ngày 23/11/2026" in said
    assert "Hẹn trả kết quả 17:30 ngày 27/11/2026" in said
    assert "Cơ quan giải quyết 000.11.27.H27" in said
    assert "1. Thành phần 1 Không phải nộp lúc này" in said
    assert "2. Thành phần 2 Đã nộp bản giấy" in said
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in said


def test_what_other_cases_need_stands_on_no_receipt_and_its_lines_are_counted_through(sqlite_gate: Gate) -> None:
    optional = {**component(2, DEGREE), "mandatory": False}
    given = {**component(4, DEGREE), "mandatory": False}
    body = procedure_body(component(1, CARD), optional, component(3, BIRTH), given)
    sqlite_gate.run(catalogue.publish_procedure(sqlite_gate.desk, "test", "9.000102", body))
    code = sqlite_gate.submit("9.000102", offered(4, "paper"))["code"]
    sqlite_gate.move(code, 2)
    said = words(printed(sqlite_gate, code, "receipt"))
    assert re.findall(r"\d\. Thành phần \d", said) == ["1. Thành phần 1", "2. Thành phần 3", "3. Thành phần 4"]


def test_where_there_is_no_due_date_the_receipt_makes_none_up(sqlite_gate: Gate) -> None:
    said = words(printed(sqlite_gate, received(sqlite_gate, PLAIN), "receipt"))
    assert "Hẹn trả kết quả Chưa có ngày hẹn" in said
    assert "chưa có căn cứ về thời hạn" in said


def test_an_appointment_in_a_year_not_yet_announced_says_so(sqlite_gate: Gate) -> None:
    sqlite_gate.watch.advance(days=37)  # 30/12/2026
    said = words(printed(sqlite_gate, received(sqlite_gate), "receipt"))
    assert "ngày 05/01/2027" in said
    assert "năm 2027 chưa được công bố" in said


def test_the_refusal_says_why(sqlite_gate: Gate) -> None:
    code = sqlite_gate.submit(TIMED)["code"]
    sqlite_gate.move(code, 3, "Không thuộc thẩm quyền <giải quyết>")
    html = printed(sqlite_gate, code, "refusal")
    said = words(html)
    assert "Phiếu từ chối tiếp nhận giải quyết hồ sơ" in said
    assert "Mẫu số 03" in said
    assert "Lý do Không thuộc thẩm quyền &lt;giải quyết&gt;" in said


def test_only_what_was_lawfully_asked_for_can_stand_on_a_request_to_supplement(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding(CARD)
    code = received(sqlite_gate)
    assert sqlite_gate.ask_more(code, CARD, DEGREE).status == 409
    with pytest.raises(SlipNotDue):
        printed(sqlite_gate, code, "supplement")
    assert sqlite_gate.ask_more(code, DEGREE).status == 201
    assert sqlite_gate.ask_more(code, CARD).status == 409  # refused after the one that was sent
    said = words(printed(sqlite_gate, code, "supplement"))
    assert "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ" in said
    assert "Mẫu số 02" in said
    names = {
        t: sqlite_gate.desk.db.read_sync(sqlite_gate.desk.snapshots.current).document_type(t).name
        for t in (CARD, DEGREE)
    }
    assert f"{names[DEGREE]} : bản chính (để đối chiếu). Lý do: Cần đối chiếu" in said
    assert names[CARD] not in said
    # The appointment is off while the applicant is waited for.
    assert "Chưa có ngày hẹn" in words(printed(sqlite_gate, code, "receipt"))


@pytest.mark.parametrize("kind", SlipKind)
def test_a_slip_shows_a_name_and_the_last_digits_of_a_number(sqlite_gate: Gate, kind: SlipKind) -> None:
    code = sqlite_gate.submit(TIMED)["code"]
    if kind is SlipKind.SUPPLEMENT:
        sqlite_gate.ask_more(code, DEGREE)
    else:
        sqlite_gate.move(code, 2 if kind is SlipKind.RECEIPT else 3)
    html = printed(sqlite_gate, code, kind.value)
    assert AN.full_name and AN.full_name in html
    assert PERSON not in html
    assert f"•••…{PERSON[-4:]}" in html
    assert str(AN.birth_date) not in html
    assert "<script" not in html
    assert 'name="robots" content="noindex"' in html


@pytest.mark.parametrize("kind", SlipKind)
def test_before_anything_happened_there_is_nothing_to_print(sqlite_gate: Gate, kind: SlipKind) -> None:
    code = sqlite_gate.submit(TIMED)["code"]
    with pytest.raises(SlipNotDue):
        printed(sqlite_gate, code, kind.value)
    with pytest.raises(UnknownDossier):
        printed(sqlite_gate, "000.00.00.H27-261123-9999", kind.value)
