"""Once only, played from beginning to end: a birth is registered, and the certificate is never asked for again.

For `motlan demo`, and for anybody who wants to see each call: nothing but HTTP, as another system would do it. The
people are made up; the sandbox's control door plays what the world outside does (a child is born).
"""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.api.examples import AGENCY, AN

Json = dict[str, Any]

BIRTH, RESIDENCE, LINKED = "1.001193", "1.004222", "2.000986"
CHILD = {"kind": "person", "id": "042326000012", "full_name": "TRẦN NGỌC MAI", "birth_date": "2026-11-02"}
_DELIVERED_WITHIN = 60.0


class WentWrong(Exception):
    """A call was answered otherwise than the story has it; the text says which, and nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: what it was, and what is worth seeing of it."""

    what: str
    seen: tuple[str, ...] = ()


class Office:
    """The one-stop centre's system, and the sandbox's control door."""

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

    def world(self, method: str, path: str, body: Json | None = None) -> Json:
        raw = None if body is None else json.dumps(body).encode()
        _, _, found = _ask(method, f"{self._control}{path}", raw, {"content-type": "application/json"}, (200, 201, 404))
        return found

    def move(self, code: str, to: int, who: str, **more: Any) -> Json:
        """The dossier moved on, from the version it has now."""
        etag, _ = self.answer("GET", f"/v1/dossiers/{code}")
        body = {"to": to, "as": who, **more}
        return self.call("POST", f"/v1/dossiers/{code}/transitions", body, if_match=etag)


def play(office: Office) -> Iterator[Told]:
    """Each thing as it happens. Raises WentWrong."""
    office.world("PUT", f"/people/{CHILD['id']}", {**_who(CHILD), "sex": "female", "identity_level": 0})
    birth = yield from _birth(office)
    residence = yield from _residence(office)
    yield from _insurance(office)
    yield from _portal(office, (birth, residence))


def _birth(office: Office) -> Generator[Told, None, str]:
    form = office.call("GET", f"/v1/procedures/{BIRTH}/form")
    wish = {"procedure": BIRTH, "case": "Thông thường", "agency": AGENCY, "purpose": "own_dossier", "applicant": AN}
    filled = office.call("POST", "/v1/prefills", {**wish, "related": {"mother": AN}}, expect=201)
    counts = filled["counts"]
    yield Told(
        f"{AN['full_name']} (hư cấu) khai sinh cho con: {form['title']}",
        (f"{counts['filled']} trên {counts['fields']} trường đã có dữ liệu, còn khai {counts['to_declare']} trường",),
    )
    values = _declared(form, filled)
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
            "form": {"values": values, "prefill_id": filled["prefill_id"], "revision": filled["revision"]},
        },
        expect=201,
    )
    code = str(dossier["code"])
    office.move(code, 2, "one_stop")
    office.move(code, 4, "handler")
    result = {
        "document_type": "GIAY_KHAI_SINH",
        "result_code": "KQ.G15.000031",
        "number": "12/2026",
        "holder": CHILD,
        "data": {"birth_place": "Bệnh viện đa khoa tỉnh Hà Tĩnh", "sex": "female", "mother": AN["full_name"]},
    }
    done = office.move(code, 9, "handler", result=result)
    office.move(code, 10, "one_stop")
    issued = done["results"][0]
    yield Told(
        f"Hồ sơ {code} đã trả kết quả", (f"{issued['result_code']} · {issued['document_ref']}: đã ký số và lưu kho",)
    )
    shown = _until(lambda: office.world("GET", f"/results/{issued['id']}"), lambda found: "claims" in found)
    yield Told("Kết quả đã có trong ví VNeID của người mẹ", (f"phiên bản {shown['claims']['version']}",))
    return code


def _residence(office: Office) -> Generator[Told, None, str]:
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
                {"position": 1, "supplied": "paper"},
                {"position": 4, "supplied": "none", "holder": CHILD},
            ],
        },
        expect=201,
    )
    code = str(dossier["code"])
    finding = next(f for c in dossier["components"] if c["position"] == 4 for f in c["findings"])
    yield Told(
        f"Đăng ký thường trú cho con, hồ sơ {code}: {finding['outcome']}",
        (finding["because"]["vi"], f"MaKetQuaThayThe {finding['flags']['MaKetQuaThayThe']}"),
    )
    etag, _ = office.answer("GET", f"/v1/dossiers/{code}")
    paper = {"document_type": "GIAY_KHAI_SINH", "form": "copy", "reason": "Nộp bản sao", "holder": CHILD}
    refused = office.call(
        "POST", f"/v1/dossiers/{code}/supplement-requests", {"items": [paper]}, expect=409, if_match=etag
    )
    cited = refused["decision"]["findings"][0]["citations"]
    yield Told(
        "Cán bộ vẫn đòi bản sao giấy khai sinh: bị từ chối",
        tuple(f"{c['title']}, {c['provision']}" if c["provision"] else c["title"] for c in cited[:2]),
    )
    office.move(code, 2, "one_stop")
    office.move(code, 4, "handler")
    office.move(code, 9, "handler")
    office.move(code, 10, "one_stop")
    return code


def _insurance(office: Office) -> Iterator[Told]:
    wish = {"procedure": LINKED, "agency": AGENCY, "purpose": "own_dossier", "applicant": AN}
    related = {"mother": AN, "child": CHILD}
    filled = office.call("POST", "/v1/prefills", {**wish, "related": related}, expect=201)
    archived = [f for f in filled["fields"] if f["source"] and f["source"]["kind"] == "archive" and not f["missing"]]
    counts = filled["counts"]
    yield Told(
        f"Tờ khai thẻ bảo hiểm y tế: {counts['filled']} trên {counts['fields']} trường đã điền sẵn",
        (f"từ kho dữ liệu của tỉnh: {', '.join(f['code'] for f in archived)}",),
    )


def _portal(office: Office, codes: tuple[str, ...]) -> Iterator[Told]:
    for code in codes:
        seen = _until(partial(office.world, "GET", f"/dossiers/{code}"), lambda found: found.get("status") == "10")
        steps = " → ".join(step["TrangThai"] for step in seen["steps"])
        flags = ", ".join(name for name, given in seen["flags"].items() if given is True)
        yield Told(f"Cổng Dịch vụ công quốc gia biết hồ sơ {code}", (f"trạng thái {steps}", f"cờ: {flags or '–'}"))


def _declared(form: Json, filled: Json) -> Json:
    """What the State filled in, and of the rest what a parent would write where it must be written."""
    values = {f["code"]: f["value"] for f in filled["fields"] if f["state"] != "missing"}
    for code in form["required"]:
        if code not in values:
            values[code] = _written(code, form["properties"][code])
    return values


def _written(code: str, field: Mapping[str, Any]) -> Any:
    own = {"child_full_name": CHILD["full_name"], "child_birth_date": CHILD["birth_date"], "child_sex": "female"}
    if code in own:
        return own[code]
    if choices := field.get("enum") or [c["const"] for c in field.get("oneOf", [])]:
        return choices[-1]
    kind = field.get("type", "string")
    return {"boolean": True, "integer": 1}.get(kind, "Việt Nam" if "nationality" in code else "Hà Tĩnh")


def _who(subject: Mapping[str, str]) -> Json:
    return {"full_name": subject["full_name"], "birth_date": subject["birth_date"]}


def _until(look: Callable[[], Json], good: Callable[[Json], bool]) -> Json:
    """What is found once it is so: others are told by the worker, a moment later."""
    end = time.monotonic() + _DELIVERED_WITHIN
    while time.monotonic() < end:
        found = look()
        if good(found):
            return found
        time.sleep(0.2)
    raise WentWrong("others were not told in time")


def _place(url: str) -> str:
    """Where a call went, without what names a dossier."""
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
    if status not in expect:
        known = json.loads(raw) if raw else {}
        raise WentWrong(f"{method} {_place(url)}: {status} {known.get('code', '')}")
    found: Json = json.loads(raw) if raw else {}
    return status, etag, found
