"""Once only, played from beginning to end: a birth is registered, and the certificate is never asked for again.

For `motlan demo`, and for anybody who wants to see each call: nothing but HTTP, as another system would do it. The
people are made up; the sandbox's control door plays what the world outside does (a child is born).
"""

import base64
import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from app.api.examples import AGENCY, AN, BINH
from app.domain.calendar import VIETNAM
from app.domain.wording import database

T = TypeVar("T")
Json = dict[str, Any]

BIRTH, RESIDENCE, LINKED = "1.001193", "1.004222", "2.000986"
CERTIFICATE, CERTIFICATE_CODE = "GIAY_KHAI_SINH", "KQ.G15.000031"
CHILD_AGE = timedelta(days=20)
# The steps after filing: received, in progress, done, handed over.
STATUSES = {2: "tiếp nhận", 4: "giải quyết", 9: "có kết quả", 10: "trả kết quả"}
_FLAGS = {
    "digitised": "có thành phần số hóa",
    "reused": "tái sử dụng dữ liệu đã số hóa",
    "from_store": "lấy kết quả từ kho",
    "population_data": "dùng dữ liệu dân cư",
    "paid_online": "thanh toán trực tuyến",
    "late": "trễ hạn",
}
_SOURCES = {
    "account": "số tài khoản VNeID",
    "request": "số định danh đã nêu",
    "population": database("037"),
    "wallet": "VNeID",
    "archive": "kho dữ liệu của tỉnh",
}
_DELIVERED_WITHIN = 60.0


class WentWrong(Exception):
    """A call was answered otherwise than the story has it; the text says which, and nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: what it was, what is worth seeing of it, and what it shows."""

    what: str
    seen: tuple[str, ...]
    shows: str


@dataclass(frozen=True, slots=True)
class Life:
    """What the calls were answered: the dossiers when they had ended, the refusal, and the two forms filled in."""

    declared: Json
    birth: Json
    residence: Json
    refusal: Json
    linked: Json

    @property
    def certificate(self) -> Json:
        issued: Json = self.birth["results"][0]
        return issued


class Office:
    """The one-stop centre's system, and the sandbox's control door. Raises WentWrong when it is let in by neither."""

    def __init__(self, service: str, control: str, world: str = "default") -> None:
        self._service, self._control = service, f"{control}/worlds/{world}"
        basic = base64.b64encode(b"demo-admin:demo-admin-secret").decode()
        form = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        _, _, token = _ask("POST", f"{service}/oauth/token", b"grant_type=client_credentials", form, (200,))
        self._bearer = {"authorization": f"Bearer {token['access_token']}"}

    def call(self, method: str, path: str, body: Json | None = None, *, expect: int = 200, **headers: str) -> Json:
        found = self.answer(method, path, body, expect=expect, **headers)
        return found[1]

    def answer(
        self, method: str, path: str, body: Json | None = None, *, expect: int = 200, **headers: str
    ) -> tuple[str, Json]:
        """The ETag and the body."""
        given = {**self._bearer, **{name.replace("_", "-"): value for name, value in headers.items()}}
        raw = None if body is None else json.dumps(body).encode()
        if raw is not None:
            given["content-type"] = "application/json"
        _, etag, found = _ask(method, f"{self._service}{path}", raw, given, (expect,))
        return etag, found

    def world(self, method: str, path: str, body: Json | None = None, *expect: int) -> Json:
        """The sandbox's control door, below its world."""
        raw = None if body is None else json.dumps(body).encode()
        given = {"content-type": "application/json"}
        _, _, found = _ask(method, f"{self._control}{path}", raw, given, expect or (200, 201))
        return found

    def move(self, code: str, to: int, who: str, **more: Any) -> Json:
        """The dossier moved on, from the version it has now."""
        etag, _ = self.answer("GET", f"/v1/dossiers/{code}")
        body = {"to": to, "as": who, **more}
        return self.call("POST", f"/v1/dossiers/{code}/transitions", body, if_match=etag)


def play(office: Office) -> Generator[Told, None, Life]:
    """Each thing as it happens. Raises WentWrong."""
    life = yield from live(office)
    yield from arrive(office, life)
    return life


def live(office: Office) -> Generator[Told, None, Life]:
    """What is done at the office. Nothing of it waits until others have been told. Raises WentWrong."""
    child = newborn()
    _into_the_world(office, child)
    form, declared = yield from _declare(office)
    birth = yield from _birth(office, child, form, declared)
    residence, refusal = yield from _residence(office, child)
    linked = yield from _insurance(office, child)
    return Life(declared, birth, residence, refusal, linked)


def arrive(office: Office, life: Life) -> Generator[Told, None, None]:
    """What the wallet and the national portal come to know, by the worker. Raises WentWrong when it takes too long."""
    path = f"/results/{life.certificate['id']}"
    kept = until(partial(office.world, "GET", path, None, 200, 404), lambda found: "claims" in found)
    yield Told(
        "Giấy khai sinh điện tử đã nằm trong ví VNeID của người mẹ",
        (f"{kept['claims']['result_code']} số {kept['claims']['number']}, ví đã kiểm tra chữ ký số của tỉnh",),
        "Kết quả tự đến tay người dân; không phải đi nhận, không phải xin bản sao.",
    )
    for name, dossier in (("khai sinh", life.birth), ("thường trú", life.residence)):
        yield _at_portal(office, name, dossier["code"])


def recall(office: Office) -> bool:
    """Whether it was played here before. The sandbox forgets when it stops: the child is put into its world again."""
    for dossier in _received(office):
        of_birth = dossier["results"] if dossier["procedure"] == BIRTH else ()
        if issued := [one for one in of_birth if one["result_code"] == CERTIFICATE_CODE]:
            _into_the_world(office, newborn(date.fromisoformat(issued[0]["issued_on"])))
            return True
    return False


def newborn(today: date | None = None) -> dict[str, str]:
    """The child of the story, born a short while before today."""
    born = (today or datetime.now(VIETNAM).date()) - CHILD_AGE
    number = f"0423{born:%y}000012"
    return {"kind": "person", "id": number, "full_name": "TRẦN NGỌC MAI", "birth_date": born.isoformat()}


# ---- the acts -------------------------------------------------------------------------------------------------------


def _declare(office: Office) -> Generator[Told, None, tuple[Json, Json]]:
    form = office.call("GET", f"/v1/procedures/{BIRTH}/form")
    wish = {"procedure": BIRTH, "case": "Thông thường", "agency": AGENCY, "purpose": "own_dossier", "applicant": AN}
    filled = office.call("POST", "/v1/prefills", {**wish, "related": {"mother": AN, "father": BINH}}, expect=201)
    yield Told(
        f"Chị {AN['full_name']} và anh {BINH['full_name']} khai sinh cho con (đều là người hư cấu)",
        (f"{form['title']}: {_filled(filled)}", _by_source(filled)),
        "Điều Nhà nước đã biết thì người dân không phải khai lại.",
    )
    return form, filled


def _birth(office: Office, child: Mapping[str, str], form: Json, declared: Json) -> Generator[Told, None, Json]:
    dossier = office.call(
        "POST",
        "/v1/dossiers",
        {
            "procedure": BIRTH,
            "case": "Thông thường",
            "agency": AGENCY,
            "channel": "online",
            "applicant": AN,
            "components": [{"position": 1, "supplied": "electronic"}, {"position": 2, "supplied": "electronic"}],
            "form": {
                "values": _declared(form, declared, child),
                "prefill_id": declared["prefill_id"],
                "revision": declared["revision"],
            },
        },
        expect=201,
    )
    code = str(dossier["code"])
    office.move(code, 2, "one_stop")
    office.move(code, 4, "handler")
    result = {
        "document_type": CERTIFICATE,
        "result_code": CERTIFICATE_CODE,
        "number": f"12/{child['birth_date'][:4]}",
        "holder": child,
        "data": {"birth_place": "Bệnh viện đa khoa tỉnh Hà Tĩnh", "sex": "female", "mother": AN["full_name"]},
    }
    office.move(code, 9, "handler", result=result)
    done = office.move(code, 10, "one_stop")
    yield Told(
        f"Hồ sơ khai sinh {code}: {', '.join(STATUSES.values())}",
        (f"Giấy khai sinh điện tử {CERTIFICATE_CODE} của bé {child['full_name']}: đã ký số, đã vào kho của tỉnh",),
        "Kết quả được giữ lại, để lần sau cơ quan tự tra cứu.",
    )
    return done


def _residence(office: Office, child: Mapping[str, str]) -> Generator[Told, None, tuple[Json, Json]]:
    dossier = office.call(
        "POST",
        "/v1/dossiers",
        {
            "procedure": RESIDENCE,
            "case": "Con về ở với cha, mẹ",
            "agency": AGENCY,
            "channel": "counter",
            "applicant": AN,
            "components": [
                {"position": 1, "supplied": "electronic"},
                {"position": 4, "supplied": "none", "holder": child},
            ],
        },
        expect=201,
    )
    code = str(dossier["code"])
    finding = _about(dossier, CERTIFICATE)
    yield Told(
        f"Hồ sơ đăng ký thường trú cho bé {code}: giấy khai sinh không phải nộp",
        (
            f"{finding['because']['vi']} ({finding['outcome']})",
            f"Kết quả thay thế (MaKetQuaThayThe): {finding['flags']['MaKetQuaThayThe']}, chính là giấy vừa cấp",
        ),
        "Giấy tờ do tỉnh cấp ra thì tỉnh không hỏi lại.",
    )
    refusal = yield from _insist(office, code, child)
    office.move(code, 2, "one_stop")
    office.move(code, 4, "handler")
    office.move(code, 9, "handler")
    return office.move(code, 10, "one_stop"), refusal


def _insist(office: Office, code: str, child: Mapping[str, str]) -> Generator[Told, None, Json]:
    etag, _ = office.answer("GET", f"/v1/dossiers/{code}")
    paper = {"document_type": CERTIFICATE, "form": "copy", "reason": "Nộp bản sao", "holder": child}
    path = f"/v1/dossiers/{code}/supplement-requests"
    refusal = office.call("POST", path, {"items": [paper]}, expect=409, if_match=etag)
    cited = refusal["decision"]["findings"][0]["citations"]
    yield Told(
        "Cán bộ vẫn yêu cầu nộp bản sao giấy khai sinh: bị từ chối (409), không có gì gửi cho người dân",
        (f"Căn cứ: {'; '.join(map(_cited, cited))}",),
        "Yêu cầu trái luật dừng lại ở cơ quan, kèm điều khoản, và được ghi vào nhật ký.",
    )
    return refusal


def _insurance(office: Office, child: Mapping[str, str]) -> Generator[Told, None, Json]:
    wish = {"procedure": LINKED, "agency": AGENCY, "purpose": "own_dossier", "applicant": AN}
    form = office.call("GET", f"/v1/procedures/{LINKED}/form")
    related = {"mother": AN, "father": BINH, "child": child}
    filled = office.call("POST", "/v1/prefills", {**wish, "related": related}, expect=201)
    archived = [form["properties"][f["code"]]["title"] for f in known(filled) if f["source"]["kind"] == "archive"]
    yield Told(
        f"Thẻ bảo hiểm y tế cho bé (thủ tục liên thông {LINKED}): {_filled(filled)}",
        (_by_source(filled), f"Lấy từ giấy khai sinh vừa cấp: {', '.join(archived)}"),
        "Kết quả của thủ tục trước điền sẵn tờ khai của thủ tục sau.",
    )
    return filled


def _at_portal(office: Office, name: str, code: str) -> Told:
    path = f"/dossiers/{code}"
    seen = until(partial(office.world, "GET", path, None, 200, 404), _ended)
    steps = " → ".join(f"{STATUSES[int(step['TrangThai'])]} ({step['TrangThai']})" for step in seen["steps"])
    flags = [words for flag, words in _FLAGS.items() if seen["flags"][flag] is True]
    return Told(
        f"Cổng Dịch vụ công quốc gia đã biết hồ sơ {name} {code}",
        (f"Tiến độ: {steps}", f"Tính vào chỉ số phục vụ: {', '.join(flags) or 'không mục nào'}"),
        "Mỗi bước được báo đúng một lần, đúng thứ tự, không ai phải nhập lại.",
    )


# ---- what is read and written ---------------------------------------------------------------------------------------


def known(filled: Json) -> list[Json]:
    """The fields of a form that a source has filled."""
    return [f for f in filled["fields"] if f["state"] != "missing"]


def _filled(filled: Json) -> str:
    counts = filled["counts"]
    share = round(100 * counts["filled"] / counts["fields"])
    return f"đã điền sẵn {counts['filled']} trên {counts['fields']} trường ({share} %)"


def _by_source(filled: Json) -> str:
    """How many fields came from where, the most first."""
    counted = Counter(_source(f["source"]) for f in known(filled))
    return f"Nguồn: {', '.join(f'{count} từ {name}' for name, count in counted.most_common())}"


def _source(source: Json) -> str:
    return _SOURCES.get(source["kind"]) or database(source["service"])


def _about(dossier: Json, document_type: str) -> Json:
    findings = [f for c in dossier["components"] for f in c["findings"]]
    found: Json = next(f for f in findings if f["document_type"] == document_type)
    return found


def _cited(citation: Json) -> str:
    return f"{citation['title']}, {citation['provision']}" if citation["provision"] else citation["title"]


def _received(office: Office) -> Iterator[Json]:
    """Every dossier filed here, the oldest first."""
    path = "/v1/events?limit=200"
    page = office.call("GET", path)
    while page["items"]:
        for event in page["items"]:
            if event["type"] == "vn.motlan.dossier.received":
                yield office.call("GET", f"/v1/dossiers/{event['subject']}")
        page = office.call("GET", f"{path}&cursor={page['next_cursor']}")


def _into_the_world(office: Office, child: Mapping[str, str]) -> None:
    office.world("PUT", f"/people/{child['id']}", {**_who(child), "sex": "female", "identity_level": 0})


def _ended(dossier: Json) -> bool:
    """At the portal: the last step was told, and the report after it."""
    report = dossier.get("report", {})
    return dossier.get("status") == "10" and report.get("TrangThaiHoSo") == "10"


def _declared(form: Json, filled: Json, child: Mapping[str, str]) -> Json:
    """What the State filled in, and of the rest what a parent would write where it must be written."""
    values = {f["code"]: f["value"] for f in known(filled)}
    own = {
        "relation_to_child": "mother",
        "child_full_name": child["full_name"],
        "child_birth_date": child["birth_date"],
    }
    own |= {"child_sex": "female", "child_birth_place": "Bệnh viện đa khoa tỉnh Hà Tĩnh", "child_ethnicity": "Kinh"}
    own |= {"child_nationality": "Việt Nam", "child_origin": "Hà Tĩnh"}
    return values | {code: own.get(code, "Hà Tĩnh") for code in form["required"] if code not in values}


def _who(subject: Mapping[str, str]) -> Json:
    return {"full_name": subject["full_name"], "birth_date": subject["birth_date"]}


def until(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What is found once it is so: others are told by the worker, a moment later."""
    end = time.monotonic() + _DELIVERED_WITHIN
    while time.monotonic() < end:
        found = look()
        if good(found):
            return found
        time.sleep(0.1)
    raise WentWrong(f"quá {_DELIVERED_WITHIN:.0f} giây mà nơi nhận chưa được báo / others were not told in time")


def _place(url: str) -> str:
    """Where a call went, without what names a dossier or a person."""
    return "/".join(url.split("/")[3:5])


def _ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], expect: tuple[int, ...]
) -> tuple[int, str, Json]:
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            status, etag, raw = answer.status, answer.headers.get("ETag", ""), answer.read()
    except urllib.error.HTTPError as refused:
        status, etag, raw = refused.code, refused.headers.get("ETag", ""), refused.read()
    except OSError:
        raise WentWrong(f"{method} {_place(url)}: không có trả lời / no answer") from None
    found = _read(raw)
    if status not in expect:
        raise WentWrong(f"{method} {_place(url)}: {status} {found.get('code', '')}".rstrip())
    return status, etag, found


def _read(raw: bytes) -> Json:
    """The body; empty where it is not JSON, as of an error of something in between."""
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
