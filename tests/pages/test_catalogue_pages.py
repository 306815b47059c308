"""The list, the procedures, what to bring, the law: what they say, on the day they are asked about."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from app.domain.publications import Kind, Publication
from app.repositories import catalogue as repository
from app.services import catalogue
from tests.desk import CASES, CHOICE, CUT, NO_PAPER, PLAIN, Gate, component, procedure_body
from tests.pages.conftest import Visitor
from tests.pages.html import Element

Json = dict[str, Any]


def rows(main: Element) -> list[str]:
    return [r.all("th")[0].text for body in main.all("tbody") for r in body.all("tr")]


def block(main: Element, kind: str, case: int = 0) -> str:
    """The text of one of the three blocks; empty where there is none."""
    found = [e.text for e in main.all("div") if e.attributes.get("class", "").endswith(f"block-{kind}")]
    return found[case] if found else ""


DEFINED = "9.100001"


def part(position: int, text: str, kind: str, types: list[str], doubts: Sequence[Sequence[str]] = ()) -> Json:
    """A line of a published dossier with its reading."""
    reading = {"kind": kind, "document_types": types, "relation": "one" if types else None, "form": "copy"}
    return {"position": position, "text": text, "reading": {**reading, "conditional": False, "doubts": doubts}}


def definition(*parts: Json) -> Json:
    body = procedure_body()
    return {**body, "components": list(parts)} if parts else {k: v for k, v in body.items() if k != "components"}


def publish(gate: Gate, body: Json) -> None:
    def write(conn: Connection) -> None:
        new = [Publication(Kind.DEFINITION, DEFINED, body)]
        repository.publish(conn, new, at=gate.desk.clock.now(), by="test", origin="api")

    gate.desk.db.write_sync(write)


# ---- / --------------------------------------------------------------------------------------------------------------


def test_the_first_page_has_a_search_and_a_way_for_each_who_asks(visitor: Visitor) -> None:
    main = visitor.main("/")
    (form,) = main.all("form")
    assert (form.attributes["action"], form.attributes["method"]) == ("/thu-tuc", "get")
    assert [a.attributes["href"] for a in main.all("a")] == ["/thu-tuc", "/danh-muc", "/van-ban"]
    assert "19 loại giấy tờ" in main.text


# ---- /danh-muc ------------------------------------------------------------------------------------------------------


def test_the_list_says_where_the_data_are_since_when_and_by_which_law(visitor: Visitor) -> None:
    main = visitor.main("/danh-muc")
    (row,) = [r for r in main.all("tr") if "Phiếu lý lịch tư pháp" in r.text]
    assert "VNeID, từ 13/09/2025" in row.text
    assert "Cơ sở dữ liệu lý lịch tư pháp, từ 01/01/2026" in row.text
    assert "Nghị quyết 66.7/2025/NQ-CP, Điều 4 khoản 8" in row.text
    assert "chưa xác nhận" in row.text
    assert "Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a" not in row.text
    assert "Căn cứ chung của mọi dòng: Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a" in main.text


def test_the_list_is_that_of_the_day_asked_for(visitor: Visitor) -> None:
    assert "Trích lục khai tử" not in rows(visitor.main("/danh-muc?ngay=2025-12-31"))
    assert "Trích lục khai tử" in rows(visitor.main("/danh-muc?ngay=2026-01-01"))
    assert rows(visitor.main("/danh-muc?ngay=2025-09-12")) == ["Thông tin cư trú / Xác nhận thông tin về cư trú (CT07)"]
    assert "chưa có giấy tờ nào" in visitor.main("/danh-muc?ngay=2022-12-31").text
    assert "ngày đã qua, 31/12/2022" in visitor.main("/danh-muc?ngay=2022-12-31").text
    assert "dự kiến áp dụng cho ngày 01/01/2027" in visitor.main("/danh-muc?ngay=2027-01-01").text


@pytest.mark.parametrize("words", ["khai sinh", "KHAI SINH", "khaí sình", "trich luc khai sinh"])
def test_the_list_is_searched_without_accents(visitor: Visitor, words: str) -> None:
    assert rows(visitor.main(f"/danh-muc?q={words}")) == ["Giấy khai sinh / trích lục khai sinh"]


def test_the_list_is_filtered_by_subject_source_and_month(visitor: Visitor) -> None:
    of_organizations = rows(visitor.main("/danh-muc?doi-tuong=to-chuc"))
    assert len(of_organizations) == 3
    assert all("đăng ký" in name for name in of_organizations)
    assert set(rows(visitor.main("/danh-muc?nguon=lltp"))) == {"Phiếu lý lịch tư pháp số 1, số 2"}
    assert "Giấy chứng nhận căn cước" not in rows(visitor.main("/danh-muc?nguon=vneid"))
    began = rows(visitor.main("/danh-muc?thang=2026-01"))
    assert "Trích lục khai tử" in began
    assert "Giấy khai sinh / trích lục khai sinh" not in began
    main = visitor.main("/danh-muc?nguon=lltp&doi-tuong=to-chuc")
    assert rows(main) == []
    assert "Không có giấy tờ nào khớp" in main.text


def test_a_filter_that_was_chosen_stays_chosen(visitor: Visitor) -> None:
    main = visitor.main("/danh-muc?q=khai&nguon=ho-tich&thang=2025-09&doi-tuong=nguoi-dan&ngay=2026-11-01")
    chosen = {s.attributes["name"]: s.all("option", selected="")[0].attributes["value"] for s in main.all("select")}
    assert chosen == {"doi-tuong": "nguoi-dan", "nguon": "ho-tich", "thang": "2025-09"}
    values = {i.attributes["name"]: i.attributes["value"] for i in main.all("input")}
    assert values == {"q": "khai", "ngay": "2026-11-01"}


# ---- /thu-tuc -------------------------------------------------------------------------------------------------------


def test_procedures_are_found_without_accents_and_counted(visitor: Visitor) -> None:
    main = visitor.main("/thu-tuc?q=dang ky ket hon&linh-vuc=ho-tich")
    names = [h.text for h in main.all("h2")]
    assert names[0] == "Thủ tục đăng ký kết hôn"
    assert f"Tìm thấy {len(names)} thủ tục." in main.text
    assert all("kết hôn" in name for name in names)


def test_a_procedure_is_found_by_its_code(visitor: Visitor) -> None:
    main = visitor.main("/thu-tuc?q=1.001193")
    assert [a.attributes["href"] for h in main.all("h2") for a in h.all("a")] == ["/thu-tuc/1.001193"]


def test_pages_of_the_search_hold_every_procedure_once(visitor: Visitor) -> None:
    seen: list[str] = []
    address = "/thu-tuc"
    while address:
        main = visitor.main(address)
        seen += [a.attributes["href"] for h in main.all("h2") for a in h.all("a")]
        (address,) = [a.attributes["href"] for a in main.all("a", rel="next")] or [""]
    assert len(seen) == len(set(seen)) == len(visitor.gate.run(visitor.app.state.site.catalogue()).procedures)


def test_a_page_beyond_the_last_leads_back(visitor: Visitor) -> None:
    assert "Kết quả chỉ có 1 trang" in visitor.main("/thu-tuc?q=ket hon&trang=9").text


def test_an_empty_result_says_what_to_try(visitor: Visitor) -> None:
    main = visitor.main("/thu-tuc?q=zzz&linh-vuc=ho-tich")
    assert "Không tìm thấy thủ tục nào" in main.text
    assert "bỏ lọc theo lĩnh vực và cơ quan" in main.text


def test_a_procedure_whose_name_holds_markup_is_shown_as_it_is_written(visitor: Visitor) -> None:
    gate = visitor.gate
    body = {**procedure_body(component(1, "CAN_CUOC", name="<b>Giấy</b> & tờ")), "name": "Thủ tục <i>A&B</i>"}
    gate.run(catalogue.publish_procedure(gate.desk, "test", PLAIN, body))
    main = visitor.main(f"/thu-tuc/{PLAIN}")
    assert main.all("h1")[0].text == "Thủ tục <i>A&B</i>"
    assert "<b>Giấy</b> & tờ" in block(main, "lookup")


# ---- /thu-tuc/{code} ------------------------------------------------------------------------------------------------


def test_what_to_bring_what_is_looked_up_and_what_may_not_be_asked(visitor: Visitor) -> None:
    main = visitor.main(f"/thu-tuc/{PLAIN}")
    bring, lookup, never = (block(main, kind) for kind in ("bring", "lookup", "never"))
    assert "Thành phần 2" in bring
    assert "Thành phần 3" in bring
    assert "Thành phần 1" not in bring
    assert "Thẻ căn cước / căn cước công dân / căn cước điện tử : VNeID, Cơ sở dữ liệu quốc gia về dân cư." in lookup
    assert "Giấy khai sinh / trích lục khai sinh" in lookup
    assert "Bản sao chứng thực của các giấy tờ đó" in never
    assert "Giấy tờ nằm ngoài hồ sơ này" in never
    notes = [n.text for n in main.all("ol")[-1].all("li")]
    assert any("Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a" in n for n in notes)


def test_before_the_rule_everything_is_brought(visitor: Visitor) -> None:
    main = visitor.main(f"/thu-tuc/{PLAIN}?ngay=2025-09-12")
    assert "Thành phần 1" in block(main, "bring")
    assert block(main, "lookup") == ""
    main = visitor.main(f"/thu-tuc/{PLAIN}?ngay=2025-09-13")
    assert "Thành phần 1" in block(main, "lookup")


def test_one_paper_of_a_choice_spares_the_other(visitor: Visitor) -> None:
    assert "Giấy phép lái xe" in block(visitor.main(f"/thu-tuc/{CHOICE}"), "lookup")
    main = visitor.main("/thu-tuc/1.001193")
    assert "thì không yêu cầu: Hộ chiếu phổ thông." in block(main, "lookup")


def test_cases_are_told_apart_and_one_can_be_chosen(visitor: Visitor) -> None:
    main = visitor.main(f"/thu-tuc/{CASES}")
    assert [h.text for h in main.all("h2") if "Trường hợp:" in h.text] == ["Trường hợp: A", "Trường hợp: B"]
    assert "Thành phần 2" in block(main, "bring", 0)
    assert "Thành phần 3" in block(main, "bring", 1)
    only = visitor.main(f"/thu-tuc/{CASES}?truong-hop=2")
    assert [h.text for h in only.all("h2") if "Trường hợp:" in h.text] == ["Trường hợp: B"]
    (here,) = only.all("a", **{"aria-current": "page"})
    assert here.text == "B"


def test_a_service_without_paper_says_so_and_asks_for_none(visitor: Visitor) -> None:
    main = visitor.main(f"/thu-tuc/{NO_PAPER}")
    assert "Dịch vụ này không nhận hồ sơ giấy." in main.text
    assert "gửi bản điện tử" in block(main, "lookup")
    assert "bản chính" not in block(main, "lookup")
    assert "không thu giấy tờ" not in visitor.main(f"/thu-tuc/{PLAIN}").text


def test_a_paper_that_was_cut_may_not_be_asked_for(visitor: Visitor) -> None:
    main = visitor.main(f"/thu-tuc/{CUT}")
    assert "Đã được cắt giảm khỏi hồ sơ" in block(main, "never")
    assert "Không cần chuẩn bị giấy tờ nào." in block(main, "bring")
    assert "Thủ tục hành chính có thành phần hồ sơ được cắt giảm" in main.text


def test_whose_paper_and_when_is_told(visitor: Visitor) -> None:
    gate = visitor.gate
    needed = component(1, "VAN_BANG", holder="parent", mandatory=False, mandatory_when="cha mẹ đã kết hôn")
    body = procedure_body(needed)
    gate.run(catalogue.publish_procedure(gate.desk, "test", PLAIN, body))
    bring = block(visitor.main(f"/thu-tuc/{PLAIN}"), "bring")
    assert "Của cha, mẹ" in bring
    assert "Chỉ khi: cha mẹ đã kết hôn" in bring


def test_a_procedure_known_by_name_alone_promises_nothing(visitor: Visitor) -> None:
    publish(visitor.gate, definition())
    main = visitor.main(f"/thu-tuc/{DEFINED}")
    assert "Chưa có thành phần hồ sơ" in main.text
    assert [block(main, kind) for kind in ("bring", "lookup", "never")] == ["", "", ""]
    assert "Chưa có thành phần hồ sơ" in visitor.main(f"/thu-tuc?q={DEFINED}").text


def test_what_the_service_read_by_itself_and_nobody_reviewed_is_marked(visitor: Visitor) -> None:
    card = part(1, "Bản sao thẻ căn cước", "official_document", ["CAN_CUOC"])
    unsure = part(2, "Giấy gì đó", "official_document", ["KHAC"], doubts=[["unknown_paper", "gì đó"]])
    advice = part(3, "Lưu ý: hồ sơ lập thành hai bộ", "instruction", [])
    publish(visitor.gate, definition(card, unsure, advice))
    main = visitor.main(f"/thu-tuc/{DEFINED}")
    assert "Đọc tự động, chưa rà soát hết." in main.text
    assert "Giấy gì đó Chờ người rà soát" in block(main, "bring")
    assert "Chờ người rà soát" not in block(main, "lookup")
    assert "Giấy tờ nằm ngoài hồ sơ này" not in block(main, "never")
    (remarks,) = [ul for ul in main.all("ul") if "hai bộ" in ul.text]
    assert remarks.text == "Lưu ý: hồ sơ lập thành hai bộ"


# ---- /van-ban -------------------------------------------------------------------------------------------------------


def test_provisions_are_those_in_force_with_what_each_does(visitor: Visitor) -> None:
    main = visitor.main("/van-ban")
    (act,) = [s for s in main.all("section") if s.all("h2")[0].text == "Nghị quyết 66.7/2025/NQ-CP"]
    articles = [h.text for h in act.all("h3")]
    assert articles.index("Điều 4 khoản 2 điểm a") < articles.index("Điều 4 khoản 10")
    (item,) = [li for li in act.all("li") if li.all("h3")[0].text == "Điều 4 khoản 2 điểm a"]
    assert "Dữ liệu thay giấy tờ: Giấy khai sinh / trích lục khai sinh" in item.text
    assert "hiệu lực từ 01/01/2026 đến hết 28/02/2027" in act.text
    for day, there in (("2025-12-31", False), ("2026-01-01", True), ("2027-02-28", True), ("2027-03-01", False)):
        names = [s.all("h2")[0].text for s in visitor.main(f"/van-ban?ngay={day}").all("section")]
        assert ("Nghị quyết 66.7/2025/NQ-CP" in names) is there


# ---- setting --------------------------------------------------------------------------------------------------------


def test_inert_candidates_are_no_lists_of_a_procedure(sqlite_gate: Gate) -> None:
    visitor = Visitor(sqlite_gate)
    assert "Thủ tục này nằm trong danh sách" in visitor.main("/thu-tuc/1.012566").text
    assert "không nhận hồ sơ giấy" in visitor.main("/thu-tuc/1.012566").text
    visitor.app.state.site.desk = sqlite_gate.open(lists="confirmed")
    assert "không nhận hồ sơ giấy" not in visitor.main("/thu-tuc/1.012566").text
