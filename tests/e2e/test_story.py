"""Once only, from beginning to end: the story that `motlan demo` tells, among real processes, and looked at closely.

The national portal and the wallet are told everything once and in order, also when both were down all the while.
"""

import re
import socket
from collections import Counter
from collections.abc import Generator
from io import StringIO
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from app import demo, story
from app.api.examples import AN, BINH
from app.cli import app
from app.story import CERTIFICATE, CERTIFICATE_CODE, Life, Told
from tests.e2e.processes import free_port
from tests.e2e.province import Province, province
from tests.mock_vneid.office import Json

T = TypeVar("T")

WHOLE = ["2", "4", "9", "10"]
STEPS, RESULTS = 2 * len(WHOLE), 1  # of two dossiers, of which one ends with a certificate


def told_by(acts: Generator[Told, None, T]) -> tuple[list[Told], T]:
    """All that was told, and what the acts gave."""
    told = []
    while True:
        try:
            told.append(next(acts))
        except StopIteration as end:
            return told, end.value


def findings(dossier: Json, position: int) -> list[Json]:
    return next(c["findings"] for c in dossier["components"] if c["position"] == position)


# ---- what each act must show ----------------------------------------------------------------------------------------


def the_form_takes_what_the_state_knows(life: Life) -> None:
    filled = {f["code"]: f["source"]["kind"] for f in story.known(life.declared)}
    assert filled["mother_full_name"] == filled["father_full_name"] == "population"
    assert life.declared["counts"]["filled"] == len(filled) >= 0.2 * life.declared["counts"]["fields"]


def the_certificate_is_in_the_archive_and_in_the_wallet(town: Province, life: Life) -> None:
    issued = life.certificate
    assert (issued["document_type"], issued["result_code"]) == (CERTIFICATE, CERTIFICATE_CODE)
    assert town.office.call("GET", f"/v1/results/{issued['id']}")["status"] == "valid"
    (kept,) = town.office.world("GET", "/results")["items"]
    assert kept["claims"]["jti"] == issued["id"]
    assert kept["claims"]["holder"] == story.newborn()
    assert kept["claims"]["recipient"] == {"kind": "person", "id": AN["id"]}
    assert kept["claims"]["dossier"] == life.birth["code"]
    assert [one["claims"]["jti"] for one in town.office.world("GET", f"/results?holder={AN['id']}")["items"]] == [
        issued["id"]
    ]


def residence_uses_the_archive(life: Life) -> None:
    (finding,) = findings(life.residence, 4)
    assert (finding["outcome"], finding["flags"]["MaKetQuaThayThe"]) == ("REFUSE_PAPER_USE_ARCHIVE", CERTIFICATE_CODE)
    (archived,) = [found for found in finding["lookups"] if found["source"] == "archive"]
    assert (archived["status"], archived["document_ref"]) == ("held", life.certificate["document_ref"])
    assert not any(need["position"] == 4 for need in life.residence["to_supply"])


def the_request_is_refused_with_its_article(life: Life) -> None:
    assert (life.refusal["status"], life.refusal["code"]) == (409, "paper-demand-refused")
    (finding,) = life.refusal["decision"]["findings"]
    assert finding["outcome"] == "REFUSE_PAPER_USE_ARCHIVE"
    assert finding["citations"][0]["law"] == "ND-118-2025"
    # Nothing was sent: the dossier was never put to waiting for her.
    assert [move["to"] for move in life.residence["history"]] == [2, 4, 9, 10]
    assert life.residence["late"]["supplements"] == 0


def the_next_form_takes_the_certificate_from_the_archive(life: Life) -> None:
    fields = {f["code"]: f for f in life.linked["fields"]}
    of_the_certificate = {code: f["value"] for code, f in fields.items() if f["source"] and _archived(f)}
    assert of_the_certificate == {
        "child_birth_place": "Bệnh viện đa khoa tỉnh Hà Tĩnh",
        "child_birth_number": f"12/{story.newborn()['birth_date'][:4]}",
        "child_birth_registered_on": life.linked["filled_at"][:10],
    }


def _archived(field: Json) -> bool:
    return bool(field["state"] != "missing" and field["source"]["kind"] == "archive")


def the_portal_knows_every_status_in_order_with_right_flags(town: Province, life: Life) -> None:
    known = {one["code"]: one for one in town.office.world("GET", "/dossiers")["items"]}
    assert known.keys() == {life.birth["code"], life.residence["code"]}
    for dossier in (life.birth, life.residence):
        there = known[dossier["code"]]
        assert [step["TrangThai"] for step in there["steps"]] == WHOLE
        numbers = [int(step["NoiDungXuLy"].rpartition("#")[2].rstrip(")")) for step in there["steps"]]
        assert numbers == sorted(set(numbers))
        assert papers_told(there["report"]) == papers_of(dossier)
        assert there["flags"] == index_flags(dossier)
    of_birth, of_residence = (index_flags(one) for one in (life.birth, life.residence))
    assert [name for name, said in of_birth.items() if said is True] == ["digitised", "reused"]
    assert [name for name, said in of_residence.items() if said is True] == ["digitised", "reused", "from_store"]
    assert [one["MaGiayToKetQua"] for one in known[life.birth["code"]]["report"]["DanhSachGiayToKetQua"]] == [
        CERTIFICATE_CODE
    ]


def papers_told(report: Json) -> dict[str, tuple[str, str, str, str]]:
    names = ("DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "MaKetQuaThayThe")
    return {paper["MaThanhPhanHoSo"]: tuple(paper[name] for name in names) for paper in report["TaiLieuNop"]}


def papers_of(dossier: Json) -> dict[str, tuple[str, str, str, str]]:
    """The flags of each component that was handed in or replaced by data, by the findings about it alone."""
    papers = {}
    for component in dossier["components"]:
        replaced = [f["flags"] for f in component["findings"] if f["flags"]["DuocSoHoa"]]
        if not replaced and (component["supplied"] == "none" or component["position"] in dossier["handed_back"]):
            continue
        flags: Json = replaced[0] if replaced else {}
        result = flags.get("MaKetQuaThayThe") or ""
        reused = ("2" if result else "1") if flags.get("DuocTaiSuDung") else "0"
        from_store = "1" if result and flags.get("DuocLayTuKhoDMQG") else "0"
        name = f"{dossier['procedure']}-{component['position']}"
        papers[name] = ("1" if replaced else "0", reused, from_store, result)
    return papers


def index_flags(dossier: Json) -> Json:
    """What the national index counts of a dossier, as its findings have it."""
    papers = papers_of(dossier).values()
    of_all = [f for c in dossier["components"] for f in c["findings"]]
    shown = any(x["source"] == "wallet" and x["status"] == "held" for f in of_all for x in f["lookups"])
    return {
        "digitised": any(paper[0] == "1" for paper in papers),
        "reused": any(paper[1] != "0" for paper in papers),
        "from_store": any(paper[2] == "1" for paper in papers),
        "population_data": shown and any(f["flags"]["MaCSDL"] == "037" for f in of_all),
        "paid_online": False,
        "late": dossier["late"]["counts_as_late"],
        "unfounded": [],
    }


def everything_arrived_once(town: Province) -> None:
    """Each message was taken by one call, and there is no call that no message asked for."""
    story.until(lambda: messages(town, "waiting"), lambda waiting: not waiting)
    delivered = messages(town, "delivered")
    kinds = Counter(delivered.values())
    assert kinds["progress"] == len(taken(town, "portal", "CapNhatTienDoHoSoMC")) == STEPS
    assert kinds["report"] + kinds["update"] == len(taken(town, "portal", "DongBoHoSoMC"))
    assert kinds["report"] == 2
    assert [entry["status"] for entry in taken(town, "wallet", "deliver")] == [201] * kinds["result"] == [201] * RESULTS
    assert messages(town, "dead") == messages(town, "undeliverable") == {}


def messages(town: Province, state: str) -> dict[int, str]:
    """The kinds of the messages in a state, by number."""
    items = town.office.call("GET", f"/v1/outbox?status={state}&limit=200")["items"]
    return {one["id"]: one["kind"] for one in items}


def taken(town: Province, face: str, service: str) -> list[Json]:
    """The calls that were let through and done as they asked."""
    asked = town.journal(face, service)
    return [one for one in asked if not one["faults"] and "error" not in one and "refused" not in one]


def nobody_stands_in_the_log(town: Province) -> None:
    log = town.program.log()
    assert "Traceback" not in log
    for person in (AN, BINH, story.newborn()):
        assert person["id"] not in log
        assert person["full_name"] not in log


def the_whole_of_it(town: Province, life: Life) -> None:
    the_form_takes_what_the_state_knows(life)
    the_certificate_is_in_the_archive_and_in_the_wallet(town, life)
    residence_uses_the_archive(life)
    the_request_is_refused_with_its_article(life)
    the_next_form_takes_the_certificate_from_the_archive(life)
    the_portal_knows_every_status_in_order_with_right_flags(town, life)
    everything_arrived_once(town)
    nobody_stands_in_the_log(town)


# ---- the story ------------------------------------------------------------------------------------------------------


def test_from_the_birth_to_the_insurance_card_no_paper_is_asked_for_twice(seeded_url: str, tmp_path: Path) -> None:
    with province(seeded_url, tmp_path / "log") as town:
        told, life = told_by(story.play(town.office))
        the_whole_of_it(town, life)
    assert len(told) == 8
    assert all(one.seen and one.shows for one in told)


DOWN: list[tuple[str, str, Json]] = [
    ("sqlite", "http_503", {}),
    ("sqlite", "reset", {}),
    ("postgresql", "timeout", {"seconds": 60}),
]


@pytest.mark.parametrize(("kind", "fault", "attributes"), DOWN)
def test_portal_and_wallet_down_for_all_of_it_are_told_everything_once_and_in_order(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, fault: str, attributes: Json
) -> None:
    url = request.getfixturevalue("seeded_sqlite" if kind == "sqlite" else "seeded_postgres")
    with province(url, tmp_path / "log") as town:
        faults = [town.fault("portal", fault, attributes), town.fault("wallet", fault, attributes, "deliver")]
        _, life = told_by(story.live(town.office))
        tried(town, "portal")
        tried(town, "wallet", "deliver")
        assert town.office.world("GET", "/dossiers")["items"] == []
        assert town.office.world("GET", "/results")["items"] == []
        held = story.until(lambda: messages(town, "waiting"), all_of_it)
        for each in faults:
            town.mend(each)
        told_by(story.arrive(town.office, life))
        the_whole_of_it(town, life)
        assert messages(town, "delivered") == held


def all_of_it(waiting: dict[int, str]) -> bool:
    kinds = Counter(waiting.values())
    return (kinds["progress"], kinds["result"]) == (STEPS, RESULTS)


def tried(town: Province, face: str, service: str | None = None) -> None:
    """The worker has knocked there more than once, and was struck each time."""
    story.until(lambda: {"struck": town.journal(face, service)}, lambda found: len(found["struck"]) > 1)
    assert all(entry["faults"] for entry in town.journal(face, service))


# ---- as a newcomer sees it ------------------------------------------------------------------------------------------


def test_the_demo_tells_it_on_a_narrow_screen_and_leaves_nothing_running() -> None:
    shown = StringIO()
    screen = Console(file=shown, width=80)
    ports = demo.Ports(free_port(), free_port(), free_port())
    assert demo.play(stay=False, ports=ports, console=screen) == 0
    said = shown.getvalue()
    assert max(map(len, said.splitlines())) <= 80
    assert [line[:2] for line in said.splitlines() if re.match(r"\d\. ", line)] == [f"{n}." for n in range(1, 9)]
    assert "Thực sự còn phải nộp" in said
    assert demo.tell(screen, ports) is False
    assert "Câu chuyện dừng ở đây" in shown.getvalue()


def test_the_demo_takes_nobodys_port() -> None:
    shown = StringIO()
    with socket.create_server(("127.0.0.1", 0)) as anothers:
        port = anothers.getsockname()[1]
        assert (
            demo.play(
                stay=False, ports=demo.Ports(free_port(), port, free_port()), console=Console(file=shown, width=80)
            )
            == 1
        )
    assert str(port) in shown.getvalue()
    assert "make demo PORT=8100 MOCK_PORT=9100 CONTROL_PORT=9101" in " ".join(shown.getvalue().split())


def test_the_command_takes_other_ports_and_tells_which_are_taken() -> None:
    service, sandbox, control = free_port(), free_port(), free_port()
    chosen = ["--port", str(service), "--mock-port", str(sandbox), "--control-port", str(control)]
    with socket.create_server(("127.0.0.1", control)):
        said = CliRunner().invoke(app, ["demo", *chosen])
    assert said.exit_code == 1
    assert f"port in use: {control}\n" in said.output


def test_a_second_run_does_not_tell_it_again(seeded_sqlite: str, tmp_path: Path) -> None:
    def issued(town: Province) -> list[str]:
        events = town.office.call("GET", "/v1/events?limit=200")["items"]
        return [event["subject"] for event in events if event["type"] == "vn.motlan.result.issued"]

    shown = StringIO()
    with province(seeded_sqlite, tmp_path / "first") as town:
        assert story.recall(town.office) is False
        assert demo.tell(Console(file=StringIO()), town.ports) is True
        (certificate,) = issued(town)
    with province(seeded_sqlite, tmp_path / "second") as town:
        assert demo.tell(Console(file=shown, width=80), town.ports) is True
        assert issued(town) == [certificate]
        child = story.newborn()
        known = town.office.world("GET", f"/people/{child['id']}")
        assert (known["full_name"], known["birth_date"]) == (child["full_name"], child["birth_date"])
    assert "make clean" in shown.getvalue()
    assert "TRẦN" not in shown.getvalue()


def test_every_address_a_newcomer_is_given_opens(seeded_sqlite: str, tmp_path: Path) -> None:
    with province(seeded_sqlite, tmp_path / "log") as town:
        said = " ".join(seen for _, seen in demo.doors(town.ports))
        addresses = re.findall(r"http://[^\s]+", said)
        assert len(addresses) >= 8
        for address in addresses:
            assert httpx.get(address).status_code in (200, 303), address
