"""Asking the population database as an integrator would: messages put together by hand, read with another parser."""

import hashlib
import json
import time
from base64 import b64encode
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx

from mock_vneid.faces.lgsp import PARTNER
from mock_vneid.faces.soap import API_KEY, XROAD_CLIENT
from tests.mock_vneid.office import CLIENT, PERSON, Office

QUESTIONS, ANSWERS = "http://dancuquocgia.bca", "http://www.mic.gov.vn/dancu/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
LOOKUP, CONFIRM, HOUSEHOLD = "TraCuuThongTinCongDan", "XacThucThongTinCongDan", "CungCapThongTinHoGiaDinh"

Elements = list[tuple[str, Any]]


def elements(born: str = "19900203", code: str = "037", **change: str | None) -> Elements:
    """The elements of a question in their order; one changed to None is left out, one that is no default added."""
    told: dict[str, str | None] = {
        "MaYeuCau": "r-1",
        "MaDVC": "1.001193",
        "MaTichHop": code,
        "MaCanBo": "CB-0001",
        "SoDinhDanh": PERSON,
        "SoCMND": None,
        "HoVaTen": "NGUYỄN VĂN AN",
    }
    birth = ("Nam" if len(born) == 4 else "NgayThangNam", born)
    return [(name, text) for name, text in (told | change).items() if text is not None] + [
        ("NgayThangNamSinh", [birth])
    ]


def _written(parts: Elements) -> str:
    inside = ((name, _written(text) if isinstance(text, list) else escape(text)) for name, text in parts)
    return "".join(f"<d:{name}>{text}</d:{name}>" for name, text in inside)


def message(parts: Elements, operation: str = LOOKUP) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:d="{QUESTIONS}"><s:Header/>'
        f"<s:Body><d:{operation}>{_written(parts)}</d:{operation}></s:Body></s:Envelope>"
    ).encode()


class Citizens:
    """One world's population database, straight (`soap`) or through the gateway (`lgsp`, `lgsp_json`)."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.soap_url, self.lgsp_url = f"{office.vneid}/soap/dancu", f"{office.vneid}/lgsp"

    def direct(self, **change: str | None) -> dict[str, str]:
        """The headers of the straight way; one changed to None is left out."""
        stamp = str(int(time.time() * 1000))
        proof = hashlib.sha256(f"{self.soap_url}{CLIENT[0]}{stamp}{CLIENT[1]}".encode()).hexdigest()
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": '""',
            "Timestamp": stamp,
            "Authorization": f"Basic {b64encode(f'{CLIENT[0]}:{proof}'.encode()).decode()}",
            "X-Road-Client": XROAD_CLIENT,
            "ApiKey": API_KEY,
        }
        return {name: value for name, value in (headers | change).items() if value is not None}

    @staticmethod
    def partner(**change: str) -> str:
        return b64encode(json.dumps(PARTNER | change).encode()).decode()

    def token(self, partner: str | None = None, form: str = "grant_type=client_credentials") -> httpx.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if partner != "":
            headers["lgspaccesstoken"] = partner or self.partner()
        return self.office.http.post(f"{self.lgsp_url}/token", content=form, headers=headers)

    def through(self, **change: str | None) -> dict[str, str]:
        """The headers of the way through the gateway, with a fresh token unless one is given."""
        token = change.pop("token", None) or self.token().json()["access_token"]
        headers = {
            "Content-Type": "text/xml",
            "Authorization": f"Bearer {token}",
            "lgspaccesstoken": self.partner(),
            "AuthHash": b64encode(":".join(CLIENT).encode()).decode(),
        }
        return {name: value for name, value in (headers | change).items() if value is not None}

    def soap(self, parts: Elements, operation: str = LOOKUP, **headers: str | None) -> httpx.Response:
        return self.raw(message(parts, operation), **headers)

    def raw(self, body: bytes, **headers: str | None) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.office.http.post(self.soap_url, content=body, headers=self.direct(**named))

    def lgsp(self, parts: Elements, of: str = LOOKUP, /, **headers: str | None) -> httpx.Response:
        body = message(parts, of)
        return self.office.http.post(f"{self.lgsp_url}/dancu", content=body, headers=self.through(**headers))

    def lgsp_json(self, body: Any, **headers: str | None) -> httpx.Response:
        sent = self.through(**{"Content-Type": "application/json"} | headers)
        return self.office.http.post(f"{self.lgsp_url}/api/dancu", content=json.dumps(body), headers=sent)


def body_of(answer: httpx.Response) -> ET.Element:
    assert answer.headers["content-type"].startswith("text/xml"), answer.text
    (body,) = ET.fromstring(answer.content).findall(f"{{{SOAP}}}Body/*")
    return body


def found(answer: httpx.Response) -> list[ET.Element]:
    """The citizens of a collection."""
    assert answer.status_code == 200, answer.text
    body = body_of(answer)
    assert body.tag == f"{{{ANSWERS}}}CongdanCollection"
    return list(body)


def text(element: ET.Element, *path: str) -> str | None:
    """The text at this path: None where there is no such element, "" where it is empty."""
    at = element.find("/".join(f"{{{ANSWERS}}}{name}" for name in path))
    return None if at is None else (at.text or "")


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and words of a fault."""
    body = body_of(answer)
    assert body.tag == f"{{{SOAP}}}Fault"
    return answer.status_code, body.findtext("faultcode") or "", body.findtext("faultstring") or ""
