"""Dossiers reported to the national portal: what it takes, what it refuses, and what it counts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_vneid import dossiers
from mock_vneid.dossiers import Reported
from tests.mock_vneid.office import PERSON, Office
from tests.mock_vneid.test_portal import AGENCY, BIRTH, CODE, ask, login, refusal

FIRST, SECOND = "000.00.00.H27-261120-0001", "H27.20-20261120-0000002"
PAPER = {
    "TenTepDinhKem": "to-khai.pdf",
    "MaThanhPhanHoSo": "000.00.00.G15-KQ000031",
    "DuongDanTaiTepTin": "https://motlan.example/1",
    "DuocSoHoa": "1",
    "DuocTaiSuDung": "0",
    "DuocLayTuKhoDMQG": "0",
}
RESULT = {
    "TenGiayTo": "Giấy khai sinh",
    "DuongDanTepTinKetQua": "https://motlan.example/r/1",
    "MaGiayToKetQua": "KQ.G15.000031",
}


def report(**change: Any) -> dict[str, Any]:
    told = {
        "MaHoSo": FIRST,
        "MaTTHC": CODE,
        "TenTTHC": "Thủ tục đăng ký khai sinh",
        "MaLinhVuc": "G15-HT",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "2",
        "ChuHoSo": "NGUYỄN VĂN AN",
        "LoaiDoiTuong": "1",
        "NgayNopHoSo": "20261119093000",
        "NgayTiepNhan": "20261120080000",
        "NgayHenTra": "20261125170000",
        "TrangThaiHoSo": "2",
        "HinhThuc": "0",
        "DonViXuLy": "UBND xã Hương Sơn",
        "NoiNopHoSo": "1",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": PERSON}],
        "DSKetNoiCSDL": [{"MaCSDL": "1"}],
        "TaiLieuNop": [PAPER],
    }
    return {name: value for name, value in (told | change).items() if value is not None}


def step(status: str, at: str = "20261121080000", **change: Any) -> dict[str, Any]:
    return {"MaHoSo": FIRST, "NguoiXuLy": "Trần Thị Bé", "ThoiDiemXuLy": at, "TrangThai": status} | change


class Centre:
    """A one-stop system that reports to the portal of one world."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.session = login(office)["session"]

    def send(self, *reports: dict[str, Any], updating: str = "False") -> dict[str, Any]:
        more: dict[str, Any] = {"isUpdating": updating, "data": list(reports)}
        return ask(self.office, "DongBoHoSoMC", session=self.session, **more)

    def progress(self, *steps: dict[str, Any]) -> dict[str, Any]:
        return ask(self.office, "CapNhatTienDoHoSoMC", session=self.session, data=list(steps))

    def find(self, code: str = FIRST) -> list[dict[str, Any]]:
        answer = ask(self.office, "TraCuuHoSo", session=self.session, mahoso=code)
        assert answer["error_code"] == "00"
        found: list[dict[str, Any]] = answer["result"]
        return found

    def store(self, number: str = PERSON) -> list[dict[str, Any]]:
        answer = ask(self.office, "LayGiayToKho", session=self.session, sodinhdanh=number)
        assert answer["error_code"] == "00"
        found: list[dict[str, Any]] = answer["result"]
        return found

    def flags(self, code: str = FIRST) -> dict[str, Any]:
        found: dict[str, Any] = self.office.get(f"dossiers/{code}")["flags"]
        return found


@pytest.fixture
def centre(empty: Office) -> Centre:
    empty.put(f"procedures/{CODE}", BIRTH)
    return Centre(empty)


def taken(answer: dict[str, Any]) -> None:
    assert (answer["error_code"], answer["message"], answer["result"]) == ("00", "Thành công", [])


def test_a_dossier_is_reported_found_worked_on_and_updated(centre: Centre) -> None:
    assert centre.find() == []
    taken(centre.send(report()))
    taken(centre.progress(step("4"), step("9", "20261122080000")))
    (found,) = centre.find()
    assert (found["MaHoSo"], found["TrangThaiHoSo"]) == (FIRST, "9")
    assert [one["TrangThai"] for one in found["QuaTrinhXuLy"]] == ["4", "9"]
    taken(centre.send(report(TrangThaiHoSo="10", NgayTra="20261123080000"), updating="True"))
    (found,) = centre.find()
    assert (found["TrangThaiHoSo"], found["NgayTra"], len(found["QuaTrinhXuLy"])) == ("10", "20261123080000", 2)


def test_several_are_taken_at_once_and_both_forms_of_code_are(centre: Centre) -> None:
    taken(centre.send(report(), report(MaHoSo=SECOND)))
    assert [one["code"] for one in centre.office.get("dossiers")["items"]] == [FIRST, SECOND]


STRICT = ("portal", "procedure_not_published")


def test_a_dossier_of_any_procedure_is_taken(centre: Centre) -> None:
    taken(centre.send(report(MaTTHC="9.999999")))
    assert centre.find()[0]["MaTTHC"] == "9.999999"


def test_a_portal_told_to_be_strict_takes_what_it_publishes_and_nothing_else(centre: Centre) -> None:
    fault = centre.office.fault(*STRICT)
    taken(centre.send(report()))
    assert centre.office.get(f"faults/{fault}")["hits"] == 0
    said = refusal(centre.send(report(MaHoSo=SECOND, MaTTHC="9.999999")))
    assert said == "data.0: the portal publishes no procedure of this MaTTHC"
    assert centre.office.get(f"faults/{fault}")["hits"] == 1
    assert centre.office.journal()[-1]["faults"] == [{"id": fault, "kind": "procedure_not_published"}]
    centre.office.put("procedures/9.999999", BIRTH)
    taken(centre.send(report(MaHoSo=SECOND, MaTTHC="9.999999")))


def test_of_a_call_all_is_taken_or_nothing(centre: Centre) -> None:
    centre.office.fault(*STRICT)
    assert "data.1: the portal publishes no procedure" in refusal(
        centre.send(report(), report(MaHoSo=SECOND, MaTTHC="9.999999"))
    )
    assert centre.find() == []
    taken(centre.send(report()))
    assert "no such MaHoSo" in refusal(centre.progress(step("4"), step("4", MaHoSo=SECOND)))
    assert centre.find()[0]["QuaTrinhXuLy"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MaHoSo": "H27"}, "MaHoSo"),
        ({"MaTTHC": "1.1"}, "MaTTHC"),
        ({"NgayTiepNhan": "2026-11-20"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "20260230080000"}, "yyyyMMddHHmmss"),
        ({"NgayNopHoSo": "20261121080000"}, "NgayNopHoSo lies after"),
        ({"NgayHenTra": "20261101080000"}, "NgayHenTra lies before"),
        ({"TrangThaiHoSo": "11"}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "10"}, "NgayTra is there when"),
        ({"NgayTra": "20261123080000"}, "NgayTra is there when"),
        ({"KenhThucHien": "4"}, "KenhThucHien"),
        ({"HoSoCoThanhPhanSoHoa": "0"}, "HoSoCoThanhPhanSoHoa says otherwise"),
        ({"TaiLieuNop": []}, "HoSoCoThanhPhanSoHoa says otherwise"),
        ({"TaiKhoanDuocXacThucVoiVNeID": "yes"}, "TaiKhoanDuocXacThucVoiVNeID"),
        ({"TaiKhoanDuocXacThucVoiVNeID": None}, "TaiKhoanDuocXacThucVoiVNeID"),
        ({"DinhDanhCHS": []}, "DinhDanhCHS"),
        ({"DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "999190100001"}]}, "province"),
        ({"DinhDanhCHS": [{"LoaiDinhDanh": "2", "SoDinhDanh": PERSON}]}, "9 digits"),
        ({"DinhDanhCHS": [{"LoaiDinhDanh": "3", "SoDinhDanh": PERSON}]}, "organisation"),
        ({"DSKetNoiCSDL": [{"MaCSDL": "x"}]}, "MaCSDL"),
        ({"TaiLieuNop": [PAPER | {"DuocTaiSuDung": "2"}]}, "MaKetQuaThayThe"),
        ({"TaiLieuNop": [PAPER | {"DuocLayTuKhoDMQG": "1"}]}, "MaKetQuaThayThe"),
        ({"TaiLieuNop": [PAPER | {"DuocSoHoa": "true"}]}, "DuocSoHoa"),
        ({"ChuHoSo": 42}, "ChuHoSo"),
        ({"Them": "1"}, "Them"),
    ],
)
def test_a_report_out_of_form_or_at_odds_with_itself_is_refused(
    centre: Centre, change: dict[str, Any], words: str
) -> None:
    said = refusal(centre.send(report(**change)))
    assert words in said
    assert PERSON not in said
    assert centre.find() == []


def test_new_and_known_are_told_apart_by_isupdating(centre: Centre) -> None:
    assert "no such MaHoSo" in refusal(centre.send(report(), updating="True"))
    taken(centre.send(report()))
    assert "this MaHoSo is known" in refusal(centre.send(report()))
    assert "isUpdating" in refusal(centre.send(report(), updating="true"))
    assert "twice" in refusal(centre.send(report(MaHoSo=SECOND), report(MaHoSo=SECOND)))
    centre.office.put("procedures/1.000894", BIRTH)
    assert "does not change" in refusal(centre.send(report(MaTTHC="1.000894"), updating="True"))


@pytest.mark.parametrize("status", ["3", "7", "8", "10"])
def test_nothing_follows_the_end(centre: Centre, status: str) -> None:
    taken(centre.send(report()))
    taken(centre.progress(step(status)))
    assert "has ended" in refusal(centre.progress(step("4", "20261122080000")))


def test_steps_do_not_go_back_in_time(centre: Centre) -> None:
    taken(centre.send(report()))
    assert "before" in refusal(centre.progress(step("4", "20261119080000")))
    taken(centre.progress(step("4", "20261122080000")))
    assert "before" in refusal(centre.progress(step("9", "20261121080000")))


def test_without_a_session_nothing_is_taken(centre: Centre) -> None:
    centre.session = "x"
    assert "Phiên làm việc" in refusal(centre.send(report()))
    assert "Phiên làm việc" in refusal(centre.send({"MaHoSo": "x"}))


def test_a_fault_of_one_service_leaves_the_others_alone(centre: Centre) -> None:
    centre.office.fault("portal", "http_503", match={"service": "DongBoHoSoMC"})
    body = {"session": centre.session, "madonvi": AGENCY, "service": "DongBoHoSoMC", "isUpdating": "False"}
    url = f"{centre.office.vneid}/portal/mapi/services"
    assert centre.office.http.post(url, json=body | {"data": [report()]}).status_code == 503
    assert centre.find() == []


# The store, and what is counted


def test_results_of_ended_dossiers_are_in_the_store_of_their_owner(centre: Centre) -> None:
    taken(centre.send(report(DanhSachGiayToKetQua=[RESULT])))
    assert centre.store() == []
    taken(centre.progress(step("9")))
    assert centre.store() == [
        {
            "MaGiayToKetQua": "KQ.G15.000031",
            "TenGiayTo": "Giấy khai sinh",
            "DuongDanTepTinKetQua": "https://motlan.example/r/1",
            "MaHoSo": FIRST,
            "NgayTra": "",
        }
    ]
    assert centre.store("042190100002") == []


def test_a_paper_from_the_store_counts_and_one_the_store_has_not_is_told(centre: Centre) -> None:
    taken(centre.send(report(DanhSachGiayToKetQua=[RESULT])))
    taken(centre.progress(step("9")))
    reused = PAPER | {"DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "1", "MaKetQuaThayThe": "KQ.G15.000031"}
    taken(centre.send(report(MaHoSo=SECOND, TaiLieuNop=[reused])))
    assert centre.flags(SECOND) == {
        "digitised": True,
        "reused": True,
        "from_store": True,
        "population_data": True,
        "paid_online": False,
        "late": False,
        "unfounded": [],
    }
    made_up = report(MaHoSo=SECOND, TaiLieuNop=[reused | {"MaKetQuaThayThe": "KQ.G15.000099"}])
    taken(centre.send(made_up, updating="True"))
    assert centre.flags(SECOND)["from_store"]
    assert centre.flags(SECOND)["unfounded"] == [PAPER["MaThanhPhanHoSo"]]


def test_a_dossier_is_late_after_its_day_or_when_papers_were_asked_for_twice(centre: Centre) -> None:
    taken(centre.send(report(TrangThaiHoSo="10", NgayTra="20261126080000"), report(MaHoSo=SECOND)))
    assert centre.flags()["late"]
    taken(centre.progress(step("5", MaHoSo=SECOND)))
    assert not centre.flags(SECOND)["late"]
    taken(centre.progress(step("4", MaHoSo=SECOND), step("5", MaHoSo=SECOND)))
    assert centre.flags(SECOND)["late"]


def test_the_index_counts_the_dossiers_received_in_a_period(centre: Centre) -> None:
    assert centre.office.get("index")["shares"]["reused"] is None
    reused = report(TaiLieuNop=[PAPER | {"DuocTaiSuDung": "1"}])
    others = [report(MaHoSo=f"000.00.00.H27-261120-000{n}", TaiKhoanDuocXacThucVoiVNeID="0") for n in (2, 3)]
    early = report(MaHoSo=SECOND, NgayNopHoSo="20261001080000", NgayTiepNhan="20261001080000")
    taken(centre.send(reused, *others, early))
    index = centre.office.get("index?since=2026-11-20&until=2026-11-20")
    assert index["dossiers"] == 3
    assert index["shares"] == {
        "digitised": 100.0,
        "reused": 33.33,
        "from_store": 0.0,
        "population_data": 33.33,
        "paid_online": 0.0,
        "late": 0.0,
    }
    assert index["full_marks"] == {"digitised": True, "reused": False}
    assert centre.office.get("index")["dossiers"] == 4


def test_dossiers_belong_to_their_world_and_a_reset_forgets_them(centre: Centre) -> None:
    taken(centre.send(report()))
    fork = centre.office.post("fork", {})["name"]
    control = centre.office.control.rpartition("/")[0]
    centre.office.post("reset", {})
    assert centre.office.get("dossiers")["items"] == []
    kept = centre.office.http.get(f"{control}/{fork}/dossiers").raise_for_status().json()["items"]
    assert [one["code"] for one in kept] == [FIRST]


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_shares_are_of_what_was_counted(paid: list[bool]) -> None:
    reports = [
        Reported.model_validate(report(MaHoSo=f"H27-261120-{n:04d}", DuocThanhToanTrucTuyen=str(int(one))))
        for n, one in enumerate(paid)
    ]
    known = dossiers.take({}, reports, updating=False)
    assert dossiers.index(known)["shares"]["paid_online"] == round(100 * sum(paid) / len(paid), 2)


def test_reported_dossiers_go_out_in_a_file_and_come_back_with_their_steps_and_flags(centre: Centre) -> None:
    office = centre.office
    centre.send(report(), report(MaHoSo=SECOND))
    centre.progress(step("4"), step("5", "20261122080000"))
    file = office.get("export")
    name = office.post("../import?name=dossiers-back", file)["name"]
    assert office.get(f"../{name}/dossiers") == office.get("dossiers")
    assert office.get(f"../{name}/dossiers/{FIRST}")["status"] == "5"
    again = office.get(f"../{name}/export")["dossiers"]
    assert again == file["dossiers"]
    office.http.delete(f"{office.control}/../{name}")
