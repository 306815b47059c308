"""A made-up citizen goes through everything there is, on the service as it is run: its pages, its API, its worker.

Afterwards nobody is named in its log, its metrics, its problems, its redirects, or in the bytes of its database.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import pytest

from app.services.migrations import upgrade
from mock_vneid.testing import Mock, SandboxWorld, new_world
from tests.e2e.processes import Motlan, free_port
from tests.outlets import SHOWN
from tests.services.test_privacy import BORN, NAME, NUMBER, PAPER, assert_unnamed

OFFICE = "000.00.00.H27"
LICENCE, MARRIAGE, BIRTH = "3.000347", "1.000894", "1.003583"
WHO = {"kind": "person", "id": NUMBER, "full_name": NAME, "birth_date": BORN}
PURPOSE = "Đăng ký khai sinh"
HIDDEN = ("csrf", "key", "version")


@dataclass
class Told:
    """What the service let out where nobody may be named: problems and the addresses it leads to."""

    heap: list[bytes] = field(default_factory=list)

    def hear(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code < 500 or answer.status_code == 503, (answer.url.path, answer.text[-400:])
        self.heap += [value.encode() for name, value in answer.headers.items() if name != "set-cookie"]
        # A form that is wrong comes back with what its sender typed.
        if (answer.is_error and "html" not in answer.headers.get("content-type", "")) or answer.status_code == 404:
            self.heap.append(answer.content)
        return answer


@dataclass
class Browser:
    """One person's browser, signed in at the sandbox."""

    url: str
    told: Told
    http: httpx.Client

    def sign_in(self, door: str, who: str) -> None:
        begun = self.told.hear(self.http.get(self.url + door)).headers["location"]
        back = httpx.get(f"{begun}&prompt=none&login_hint={who}", follow_redirects=False).headers["location"]
        assert self.told.hear(self.http.get(back)).status_code == 303

    def get(self, address: str) -> str:
        return self.told.hear(self.http.get(urljoin(self.url, address))).text

    def send(self, page: str, address: str, **fields: str) -> httpx.Response:
        """A form as it stands on `page`, sent to `address`."""
        text = self.get(page)
        own = {name: text.split(f'name="{name}" value="')[1].split('"')[0] for name in HIDDEN if f'"{name}" va' in text}
        sent = self.http.post(urljoin(self.url, address), data={**own, **fields})
        return self.told.hear(sent)


@dataclass(frozen=True)
class Running:
    url: str
    world: SandboxWorld
    motlan: Motlan
    database: Path


@pytest.fixture
def running(sandbox: Mock, tmp_path: Path, tester: httpx.Client) -> Iterator[Running]:
    world = new_world(sandbox, tester)
    database, port = tmp_path / "motlan.sqlite3", free_port()
    upgrade(f"sqlite:///{database}")
    environment = {
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": f"sqlite:///{database}",
        "MOTLAN_VNEID_URL": sandbox.vneid_url(world.name),
        "MOTLAN_NDXP_URL": sandbox.ndxp_url(world.name),
        "MOTLAN_PORTAL_URL": sandbox.portal_url(world.name),
        "MOTLAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MOTLAN_WORKER_PAUSE": "0.2",
        "MOTLAN_LOG_LEVEL": "debug",
    }
    motlan = Motlan(environment, tmp_path / "log")
    try:
        _, url = motlan.serve(port)
        motlan.start("worker")
        yield Running(url, world, motlan, database)
    finally:
        motlan.end()
        world.delete()


def call(running: Running, told: Told, method: str, path: str, body: Any = None, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = told.hear(running.world.http.request(method, running.url + path, json=body, headers=given))
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


def bearer(running: Running, client: str = "demo-admin") -> dict[str, str]:
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{running.url}/oauth/token", data=form, auth=(client, f"{client}-secret"))
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def through_the_api(running: Running, told: Told) -> tuple[str, str]:
    """A dossier with a form and a result, a share code, subscriptions; and numbers where none belongs."""
    auth, world = bearer(running), running.world

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return call(running, told, method, path, body, **auth, **headers)

    for procedure, case in ((LICENCE, {}), (MARRIAGE, {"related": {"spouse": WHO}})):
        asked = {"procedure": procedure, "agency": OFFICE, "purpose": "counter", "applicant": WHO, **case}
        filled = ask("POST", "/v1/prefills", asked, idempotency_key=f"p-{procedure}")
        ask("POST", "/v1/prefills", asked, idempotency_key=f"p-{procedure}")
        ask("GET", f"/v1/prefills/{filled['prefill_id']}")
    dossier = {"procedure": BIRTH, "agency": OFFICE, "channel": "counter", "applicant": WHO}
    for values in ({NUMBER: NAME}, {"applicant_full_name": NAME}):
        ask("POST", "/v1/dossiers", {**dossier, "form": {"values": values, "prefill_id": filled["prefill_id"]}})
    code: str = ask("POST", "/v1/dossiers", dossier)["code"]
    result = {"document_type": "GIAY_KHAI_SINH", "number": PAPER, "data": {"full_name": NAME, "birth_date": BORN}}
    for move in ({"to": 2}, {"to": 4}, {"to": 9, "result": result}, {"to": 9, "reason": NUMBER}, {"to": NAME}):
        ask("POST", f"/v1/dossiers/{code}/transitions", move, if_match="*")
    found: str = ask("GET", f"/v1/dossiers/{code}")["results"][0]["id"]
    for path in ("", "/form", "/slips/receipt", "/slips/refusal"):
        ask("GET", f"/v1/dossiers/{code}{path}")
    ask("GET", f"/v1/results/{found}")
    ask("GET", f"/v1/results/{found}/check")
    shared = {"code": world.present(NUMBER, "CAN_CUOC", purpose=PURPOSE), "purpose": PURPOSE}
    office = {"kind": "office", "agency": OFFICE}
    shown = ask(
        "POST", "/v1/presentations/verify", {**shared, "verifier": office, "dossier": code}, idempotency_key="v"
    )
    assert shown["fields"], shown
    ask("POST", "/v1/presentations/verify", {**shared, "verifier": office})  # used
    ask("POST", f"/v1/presentations/{shown['id']}/paper-demand", {"document_type": "CAN_CUOC", "form": "copy"})
    bank = {"kind": "private", "organization": "3000000012"}
    call(
        running,
        told,
        "POST",
        "/v1/presentations/verify",
        {**shared, "verifier": bank},
        **bearer(running, "demo-verifier"),
    )
    for url in ("https://127.0.0.1/", "https://example.invalid/hook"):
        ask("POST", "/v1/subscriptions", {"url": url})
    for path in ("/v1/events", "/v1/subscriptions", "/v1/outbox", "/v1/reports", "/v1/reports/deadlines"):
        ask("GET", path)
    # Numbers and names where none belongs.
    for path in ("dossiers", "results", "prefills", "subscriptions", "reports", "decisions", "procedures", "laws"):
        ask("GET", f"/v1/{path}/{NUMBER}")
        ask("GET", f"/v1/{path}?cursor={NUMBER}&as_of={quote(NAME)}&{NUMBER}={NUMBER}")
    for path in ("prefills", "dossiers", "presentations/verify", "signature-demands", "subscriptions", "fee-demands"):
        ask("POST", f"/v1/{path}", {NUMBER: NAME, "procedure": NUMBER, "purpose": NAME, "url": NUMBER, "code": NUMBER})
    ask("GET", "/v1/events", traceparent=f"00-{NUMBER:0>32}-{'1' * 16}-01")
    return code, found


def through_the_pages(running: Running, told: Told, code: str, result_id: str) -> None:
    with httpx.Client() as at_home, httpx.Client() as at_work:
        citizen, clerk = Browser(running.url, told, at_home), Browser(running.url, told, at_work)
        citizen.sign_in("/dang-nhap", NUMBER)
        assert code in citizen.get("/cua-toi")
        said = {"procedure": LICENCE, "document_type": "CAN_CUOC", "form": "copy", "agency": OFFICE}
        said |= {"day": "2026-11-01", "said": NAME}
        new = f"/cua-toi/bao-cao/moi?thu-tuc={LICENCE}"
        assert citizen.send(new, "/cua-toi/bao-cao", **{**said, "said": f"{NAME} {NUMBER}"}).status_code == 422
        report = citizen.send(new, "/cua-toi/bao-cao", **said).headers["location"]
        for page in (f"/ho-so/{code}", f"/ho-so/{code}/phieu/tiep-nhan", "/ket-qua", f"/ket-qua/{result_id}"):
            citizen.get(f"/cua-toi{page}")
        for page in (f"/ket-qua/{result_id}/ban-in", "/tra-cuu", "/du-lieu", "/bao-cao", f"/ho-so/{code}/rut"):
            citizen.get(f"/cua-toi{page}")
        citizen.send("/cua-toi", f"/cua-toi/ho-so/{code}/rut", sure="yes", version="1", reason=NAME)
        citizen.get(report)
        for wrong in (
            f"/cua-toi/ho-so/{NUMBER}",
            f"/cua-toi/bao-cao/{NUMBER}",
            f"/ket-qua/{NUMBER}",
            f"/quay/ho-so/{NUMBER}",
        ):
            citizen.get(wrong)
        for wrong in (
            f"/dang-nhap/ve?state={NUMBER}&error={NUMBER}",
            f"/thu-tuc?q={NUMBER}",
            f"/cua-toi?trang={NUMBER}",
        ):
            citizen.get(wrong)
        clerk.sign_in("/can-bo", "CB-0001")
        assert NAME in clerk.get(f"/quay/ho-so/{code}")
        clerk.get("/quay")
        applying = {"kind": "person", "id": NUMBER, "full_name": NAME, "birth_date": BORN, "channel": "counter"}
        page = f"/quay/ho-so/moi/{LICENCE}"
        filed = clerk.send(page, page, case="", **applying).headers["location"]
        clerk.get(filed)
        clerk.send("/quay", "/quay/tim", code=NUMBER)
        clerk.send(page, page, case="", **{**applying, "id": "12", "birth_date": "x"})
        shared = running.world.present(NUMBER, "CAN_CUOC", purpose=PURPOSE)
        clerk.send("/quay/ma-chia-se", "/quay/ma-chia-se", code=shared, purpose=PURPOSE)
        clerk.send("/quay/ma-chia-se", "/quay/ma-chia-se", code="AAAAAAAAAA", purpose=NAME, dossier=NUMBER)
        clerk.get("/quay/bao-cao")
        clerk.send(
            f"/quay/bao-cao/{report.rpartition('/')[2]}", f"/quay/bao-cao/{report.rpartition('/')[2]}", answer=NAME
        )
        clerk.get(f"/quay/bao-cao?sau={NUMBER}")
        citizen.send("/cua-toi", "/dang-xuat")


def test_nobody_is_named_where_only_machines_look(running: Running) -> None:
    world, told = running.world, Told()
    world.call("PUT", f"/people/{NUMBER}", {"full_name": NAME, "birth_date": BORN, "sex": "female"})
    for procedure in (BIRTH, LICENCE):
        world.call("PUT", f"/procedures/{procedure}", SHOWN)
    for paper in ("CAN_CUOC", "GIAY_PHEP_LAI_XE", "THE_BHYT"):
        holding = {"wallet": "linked", "registry": "held", "number": PAPER, "issued_on": "2022-01-01"}
        world.call("PUT", f"/people/{NUMBER}/holdings/{paper}", holding)
    code, result_id = through_the_api(running, told)
    through_the_pages(running, told, code, result_id)
    auth = bearer(running)
    end = time.monotonic() + 30
    while call(running, told, "GET", "/v1/outbox?status=waiting", **auth)["items"] and time.monotonic() < end:
        time.sleep(0.1)
    assert world.results(), "the result never reached the wallet"
    metrics = httpx.get(f"{running.url}/metrics").content
    running.motlan.end()
    assert len(told.heap) > 300
    for where, heap in {
        "problems and headers": b"\n".join(told.heap),
        "the log": running.motlan.log().encode(),
        "the metrics": metrics,
        "the database": b"".join(path.read_bytes() for path in running.database.parent.glob("motlan.sqlite3*")),
    }.items():
        assert_unnamed(heap, where)
