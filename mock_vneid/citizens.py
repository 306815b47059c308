"""The messages of the population database: what is asked in which order, and a citizen as they are told.

Observed in public integrations, not an official specification; what each thing rests on:

- The namespaces, the operation `TraCuuThongTinCongDan`, its elements and their order, a birth as `Nam` (four digits) or
  `NgayThangNam` (eight), `MaTichHop` 037: a public client of the service, and the one-stop system OpenCPS, which keeps
  to an order "some keys must have". The number is `SoDinhDanh` (12 digits) or `SoCMND` (9). Both clients, and the form
  of OpenCPS, always send number, name and birth date: so all three are asked for here, and all three must fit.
- The answer: `CongdanCollection/CongDan` in `http://www.mic.gov.vn/dancu/1.0`, its elements as three public models
  have them; the whole name in `HoVaTen/Ten`, with `Ho` and `ChuDem` empty, in the one message seen. Somebody unknown,
  or not by this name or birth date, is an empty collection. Sexes 1 and 2; marital states 1 single, 2 married,
  3 divorced or widowed. Addresses have the places of three levels; districts are gone since 2025 and stay empty.
- `XacThucThongTinCongDan`, answered by `KetQuaXacThuc/TonTai`, and `CungCapThongTinHoGiaDinh`: names of operations in
  OpenCPS and in one public imitation. That 033 (which confirms that two numbers are one person's) and 034 (the
  household) are these two, and the household's answer as a collection, is this project's own.
- The nine digits of an old number are this project's own: a birth year undoes them, so that nothing is stored.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from mock_vneid.ids import birth_year_of, person_id_problem
from mock_vneid.people import Address, CivilRecord, MaritalStatus, Person, Relative
from mock_vneid.soap_xml import Element, Part
from mock_vneid.specs import Words

QUESTIONS, ANSWERS = "http://dancuquocgia.bca", "http://www.mic.gov.vn/dancu/1.0"

Service = Literal["037", "033", "034"]
OPERATIONS: dict[str, Service] = {
    "TraCuuThongTinCongDan": "037",
    "XacThucThongTinCongDan": "033",
    "CungCapThongTinHoGiaDinh": "034",
}
SERVICES = tuple(OPERATIONS.values())

# In this order; which ones may be left out.
ORDER = (
    *("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", "MaDonVi", "TaiKhoan", "SoDienThoai"),
    *("SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh"),
)
_LEFT_OUT = {"MaDonVi", "TaiKhoan", "SoDienThoai", "SoDinhDanh", "SoCMND"}
_BIRTH = {"Nam": re.compile(r"[0-9]{4}"), "NgayThangNam": re.compile(r"[0-9]{8}")}
_OLD_NUMBER = re.compile(r"[0-9]{9}")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_WORDS: TypeAdapter[str] = TypeAdapter(Annotated[Words, Field(max_length=200)])

RESIDENCE = "THONG_TIN_CU_TRU"  # without it at the registry, no address is told

_SEXES = {"male": "1", "female": "2"}
_MARITAL: dict[MaritalStatus, str] = {"single": "1", "married": "2", "divorced": "3", "widowed": "3"}

# The last year whose children still got a card with nine digits at fourteen.
_OLD_NUMBERS_UNTIL = 2006


class OutOfForm(ValueError):
    """What is wrong with a question: element by element, and without what was written in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the population database. `birth` is `YYYY` or `YYYY-MM-DD`; one of the numbers, for 033 both."""

    service: Service
    request_id: str
    procedure: str
    officer: str
    number: str | None
    old_number: str | None
    full_name: str
    birth: str


def old_number(person_id: str) -> str | None:
    """The nine digits of the card before the twelve; None for who is too young to have had one."""
    if birth_year_of(person_id) > _OLD_NUMBERS_UNTIL:
        return None
    return person_id[1:4] + person_id[6:]


def _person_id(old: str, birth: str) -> str | None:
    """Whose nine digits these are, told by the year of birth; None where they can be nobody's of that year."""
    person_id = f"0{old[:3]}{birth[2:4]}{old[3:]}"
    fits = person_id_problem(person_id) is None and birth_year_of(person_id) == int(birth[:4])
    return person_id if fits else None


def wanted_id(question: Question) -> str | None:
    """The id asked about; None where the number can be nobody's."""
    return question.number or _person_id(question.old_number or "", question.birth)


def name_key(name: str) -> str:
    """Names fit in upper case, without accents and spaces; `Đ` counts as `D`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return "".join(bare.upper().replace("Đ", "D").replace("Ð", "D").split())


def fits(person: Person, question: Question) -> bool:
    """Whether name and birth date are this person's; where either birth date is a year, the years count."""
    one, other = person.birth_date, question.birth
    same_birth = one[:4] == other[:4] if len(one) == 4 or len(other) == 4 else one == other
    return same_birth and name_key(person.full_name) == name_key(question.full_name)


# What is asked


def read_question(operation: Element) -> Question:
    """The question in this element. OutOfForm: no such operation; an element out of its place, missing or malformed."""
    if operation.namespace != QUESTIONS or operation.name not in OPERATIONS:
        raise OutOfForm(f"no such operation in {QUESTIONS}; there are: {', '.join(OPERATIONS)}")
    places = iter(ORDER)  # used up from left to right: an element that comes too late is not found any more
    told: dict[str, Element] = {}
    for child in operation.children:
        if child.namespace != QUESTIONS or child.name not in ORDER:
            raise OutOfForm(f"an element is unknown; there are, in this order: {', '.join(ORDER)}")
        if child.name in told or child.name not in places:
            raise OutOfForm(f"{child.name} is out of its place; the order is: {', '.join(ORDER)}")
        told[child.name] = child
    return _question(OPERATIONS[operation.name], told)


def _question(service: Service, told: dict[str, Element]) -> Question:
    missing = [name for name in ORDER if name not in told and name not in _LEFT_OUT]
    if missing:
        raise OutOfForm(f"missing: {', '.join(missing)}")
    text = {name: element.text for name, element in told.items() if not element.children}
    _numbers(service, text)
    return Question(
        service,
        _token(text, "MaYeuCau"),
        _token(text, "MaDVC"),
        _words(text, "MaCanBo"),
        text.get("SoDinhDanh"),
        text.get("SoCMND"),
        _words(text, "HoVaTen"),
        _birth(told["NgayThangNamSinh"]),
    )


def _token(text: dict[str, str], name: str) -> str:
    if not _TOKEN.fullmatch(text.get(name, "")):
        raise OutOfForm(f"{name} is 1 to 64 letters, digits, dots, dashes and underscores")
    return text[name]


def _words(text: dict[str, str], name: str) -> str:
    try:
        return _WORDS.validate_python(text.get(name, ""))
    except ValidationError:
        raise OutOfForm(f"{name} is some text, without control characters") from None


def _numbers(service: Service, text: dict[str, str]) -> None:
    if text.get("MaTichHop") != service:
        raise OutOfForm(f"MaTichHop of this operation is {service}")
    given = {name for name in ("SoDinhDanh", "SoCMND") if name in text}
    if service == "033" and len(given) < 2:
        raise OutOfForm("033 confirms that two numbers are one person's: give SoDinhDanh and SoCMND")
    if service != "033" and len(given) != 1:
        raise OutOfForm("give one number: SoDinhDanh (12 digits) or SoCMND (9 digits)")
    if "SoDinhDanh" in text and (problem := person_id_problem(text["SoDinhDanh"])):
        raise OutOfForm(f"SoDinhDanh: {problem}")
    if "SoCMND" in text and not _OLD_NUMBER.fullmatch(text["SoCMND"]):
        raise OutOfForm("SoCMND is 9 digits (0-9)")


def _birth(element: Element) -> str:
    parts = element.children
    if len(parts) != 1 or parts[0].namespace != QUESTIONS or parts[0].name not in _BIRTH:
        raise OutOfForm("NgayThangNamSinh holds one element: Nam (four digits) or NgayThangNam (eight)")
    text = parts[0].text
    if not _BIRTH[parts[0].name].fullmatch(text):
        raise OutOfForm("Nam is four digits, NgayThangNam eight (yyyyMMdd)")
    return text if len(text) == 4 else f"{text[:4]}-{text[4:6]}-{text[6:]}"


# What is told


def _place(address: Address | None) -> list[Part]:
    """An address; of one that was never written down, the country."""
    if address is None:
        return [("QuocGia", "VN")]
    return [
        ("MaTinhThanh", address.province_code),
        ("TenTinhThanh", address.province),
        ("MaQuanHuyen", ""),
        ("TenQuanHuyen", ""),
        ("MaPhuongXa", address.commune_code or ""),
        ("TenPhuongXa", address.commune or ""),
        ("ChiTiet", address.line),
        ("QuocGia", "VN"),
    ]


def _relative(who: Relative | None) -> list[Part]:
    if who is None:
        return []
    number = who.id or ""
    return [("HoVaTen", who.full_name), ("SoDinhDanh", number), ("SoCMND", (number and old_number(number)) or "")]


def citizen(person: Person, record: CivilRecord, *, residence: bool, number: str | None = None) -> Part:
    """One `CongDan`. What is not recorded is there and empty; `number` stands in the place of the person's own."""
    born = person.birth_date
    births: list[Part] = [("Nam", born[:4])]
    if len(born) > 4:
        births.append(("NgayThangNam", born.replace("-", "")))
    head = record.household.members[0] if record.household and record.household.members else None
    number = number or person.id
    return (
        "CongDan",
        [
            ("SoDinhDanh", number),
            ("SoCMND", old_number(number) or ""),
            ("HoVaTen", [("Ho", ""), ("ChuDem", ""), ("Ten", person.full_name)]),
            ("GioiTinh", _SEXES[person.sex]),
            ("DanToc", ""),
            ("TonGiao", ""),
            ("TinhTrangHonNhan", _MARITAL[record.marital_status]),
            ("NhomMau", ""),
            ("NgayThangNamSinh", births),
            ("NoiDangKyKhaiSinh", [("ChiTiet", record.birth_registered_in)] if record.birth_registered_in else []),
            ("QuocTich", "VN"),
            ("QueQuan", [("ChiTiet", record.origin)] if record.origin else []),
            ("ThuongTru", _place(record.permanent) if residence else []),
            ("NoiOHienTai", _place(record.current or record.permanent) if residence else []),
            ("Cha", _relative(record.father)),
            ("Me", _relative(record.mother)),
            ("VoChong", _relative(record.spouse)),
            ("NguoiDaiDien", _relative(record.guardian)),
            ("ChuHo", _relative(head)),
            ("SoSoHoKhau", record.household.number if record.household else ""),
        ],
    )


def collection(citizens: list[Part]) -> Part:
    return "CongdanCollection", citizens


def plain(part: Part) -> dict[str, object]:
    """The same in JSON, as gateways turn it: an empty element is an empty text, several of one name are a list."""
    told: dict[str, object] = {}
    name, inside = part
    if isinstance(inside, str) or not inside:
        return {name: inside or ""}
    for child in inside:
        for key, value in plain(child).items():
            before = told.get(key)
            told[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return {name: told}
