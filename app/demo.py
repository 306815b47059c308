"""The demo: starts the sandbox, the service and the worker, files one sample dossier and prints what was decided, then
plays the story of one child.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from app import story
from app.api import examples
from app.services import migrations

_START_LIMIT = 60.0
_OUTCOMES = {
    "REFUSE_PAPER_USE_WALLET": "[red]không được đòi[/] · dùng VNeID",
    "REFUSE_PAPER_USE_REGISTRY": "[red]không được đòi[/] · dùng cơ sở dữ liệu",
    "REFUSE_PAPER_USE_ARCHIVE": "[red]không được đòi[/] · dùng kho dữ liệu",
    "REFUSE_NOT_IN_DOSSIER": "[red]không được đòi[/] · ngoài thành phần hồ sơ",
    "REFUSE_PAPER_ELECTRONIC_ONLY": "[red]không thu giấy[/] · chỉ bản điện tử",
    "REFUSE_CERTIFIED_COPY": "[red]không đòi chứng thực[/] · bản chính là đủ",
    "SYNC_FIRST": "[yellow]liên kết VNeID trước[/]",
    "WAIT_SOURCE": "[yellow]chờ nguồn dữ liệu[/]",
    "PAPER_LAWFUL": "[green]được yêu cầu[/]",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the three listen, on the loopback."""

    service: int = 8000
    sandbox: int = 9000
    control: int = 9001

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.service}"

    @property
    def faces(self) -> str:
        return f"http://127.0.0.1:{self.sandbox}"

    @property
    def door(self) -> str:
        return f"http://127.0.0.1:{self.control}"


_USUAL = Ports()
_OTHERS = "PORT=8100 MOCK_PORT=9100 CONTROL_PORT=9101"


def play(*, stay: bool, ports: Ports = _USUAL, console: Console | None = None) -> int:
    """0 when everything came up, the sample was judged and the story came true; the servers stop with it unless they
    are to stay.
    """
    console = console or _console()
    if busy := [port for port in (ports.service, ports.sandbox, ports.control) if _taken(port)]:
        console.print(f"[red]Cổng đang bận / port in use: {', '.join(map(str, busy))}[/]")
        console.print(f"Chọn cổng khác / choose others: make {'run' if stay else 'demo'} {_OTHERS}")
        return 1
    # A demo leaves nothing behind; a service that stays keeps its data in var/.
    with tempfile.TemporaryDirectory(prefix="motlan-") as folder:
        data = Path("var") if stay else Path(folder)
        environment = _environment(ports, data)
        console.print("[dim]Đang chuẩn bị cơ sở dữ liệu và khởi động các máy chủ… / starting…[/]")
        migrations.upgrade(environment["MOTLAN_DATABASE_URL"])
        with _servers(environment, ports) as processes:
            if not (_wait_ready(processes, console, ports) and tell(console, ports)):
                return 1
            if stay:
                _stay(console, processes, ports)
            else:
                console.print("\n[dim]Muốn tự thử trên trình duyệt: make run / to look around[/]")
    return 0


def _console() -> Console:
    """As wide as the terminal; where there is none, wide enough for the table."""
    console = Console()
    return console if console.is_terminal else Console(width=120)


def _environment(ports: Ports, data: Path) -> dict[str, str]:
    world = f"{ports.faces}/w/default"
    return {
        **os.environ,
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": f"sqlite:///{(data / 'motlan.sqlite3').absolute()}",
        "MOTLAN_LOG_LEVEL": "warning",
        "MOTLAN_PORT": str(ports.service),
        "MOTLAN_VNEID_URL": world,
        "MOTLAN_NDXP_URL": f"{world}/ndxp",
        "MOTLAN_LGSP_URL": f"{world}/lgsp",
        "MOTLAN_PORTAL_URL": f"{world}/portal",
        # Somebody is watching.
        "MOTLAN_WORKER_PAUSE": "0.2",
    }


@contextmanager
def _servers(environment: Mapping[str, str], ports: Ports) -> Iterator[list[subprocess.Popen[bytes]]]:
    cli = [sys.executable, "-c", "from app.cli import app; app()"]
    mock = [sys.executable, "-m", "mock_vneid", "--port", str(ports.sandbox), "--control-port", str(ports.control)]
    commands = [mock, [*cli, "serve"], [*cli, "worker"]]
    processes = [subprocess.Popen(command, env=dict(environment)) for command in commands]  # noqa: S603 - our own programs
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_ready(processes: list[subprocess.Popen[bytes]], console: Console, ports: Ports) -> bool:
    until = time.monotonic() + _START_LIMIT
    while time.monotonic() < until:
        if any(process.poll() is not None for process in processes):
            break
        with suppress(OSError, ValueError):
            if _get(f"{ports.base}/readyz")["status"] == "ready" and _get(f"{ports.door}/healthz"):
                return True
        time.sleep(0.1)
    console.print("[red]Máy chủ không khởi động được; xem thông báo phía trên. / a server did not start[/]")
    return False


def tell(console: Console, ports: Ports) -> bool:
    """One dossier judged, then the story of one child as it happens; False when a call was answered otherwise.

    Told once in a database: a second time the child would have a second certificate.
    """
    try:
        office = story.Office(ports.base, ports.door)
        if story.recall(office):
            console.print(
                "[dim]Câu chuyện đã có trong var/, không kể lại (hộp cát thì mới tinh); làm lại từ đầu: make clean"
                " / told before, kept in var/ (the sandbox is new); to begin anew: make clean[/]"
            )
            return True
        dossier = office.call("POST", "/v1/dossiers", examples.DOSSIERS["birth"]["value"], expect=201)
        _show(console, dossier, office.call("GET", f"/v1/procedures/{dossier['procedure']}")["name"])
        console.print("\n[bold]Một lần: từ giấy khai sinh đến thẻ bảo hiểm y tế[/]")
        for number, told in enumerate(story.play(office), 1):
            console.print(f"\n[bold]{number}. {told.what}[/]")
            for seen in told.seen:
                console.print(Padding(seen, (0, 0, 0, 3), expand=False))
            console.print(Padding(f"[green]→ {told.shows}[/]", (0, 0, 0, 3), expand=False))
    except story.WentWrong as wrong:
        console.print(f"[red]Câu chuyện dừng ở đây / the story stops here: {wrong}[/]")
        return False
    return True


def _show(console: Console, dossier: Mapping[str, Any], procedure: str) -> None:
    applicant = examples.AN["full_name"]
    console.print()
    console.print(f"[bold]Hồ sơ {dossier['code']}[/] · {dossier['procedure']} {procedure}")
    console.print(f"Người nộp (hư cấu): {applicant} · pháp luật tại ngày {dossier['law_as_of']}")
    table = Table(show_lines=True)
    table.add_column("Giấy tờ", ratio=3)
    table.add_column("Kết luận", ratio=2)
    table.add_column("Căn cứ", ratio=4)
    table.add_column("Việc cần làm", ratio=4)
    wanted = {need["position"] for need in dossier["to_supply"]}
    for component in dossier["components"]:
        lead = _lead(component["findings"])
        types = " / ".join(f["document_type"] for f in component["findings"])
        cites = "\n".join(_short(c) for c in lead["citations"])
        table.add_row(
            f"{component['position']}. {component['name']}\n[dim]{types}[/]",
            _OUTCOMES[lead["outcome"]] + _given(component, lead, wanted),
            cites or f"[dim]{lead['because']['vi']}[/]",
            lead["remedy"]["text"]["vi"],
        )
    console.print(table)
    if any(n["status"] == "candidate" for c in dossier["components"] for f in c["findings"] for n in f["lists"]):
        console.print("[dim]Phụ lục của CT 24: hàng viện dẫn chưa được xác nhận với văn bản gốc (candidate).[/]")
    needed = [f"{c['position']}. {c['name']}" for c in dossier["components"] if c["position"] in wanted]
    console.print(f"[bold]Thực sự còn phải nộp:[/] {'; '.join(needed) or 'không còn gì'}")


def _lead(findings: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The finding that speaks for a component: of alternatives, the one that is held itself."""
    return next((f for f in findings if f["outcome"] != "PAPER_LAWFUL" and not f["via"]), findings[0])


def _given(component: Mapping[str, Any], lead: Mapping[str, Any], wanted: set[int]) -> str:
    """Of what may be asked for: whether it still has to be handed in."""
    if lead["outcome"] != "PAPER_LAWFUL":
        return ""
    if component["supplied"] != "none":
        return " · đã nộp"
    return " · còn phải nộp" if component["position"] in wanted else " · chỉ khi thuộc trường hợp này"


def _short(citation: Mapping[str, Any]) -> str:
    title: str = citation["title"]
    for long, short in (("Nghị định", "NĐ"), ("Nghị quyết", "NQ"), ("Chỉ thị", "CT")):
        title = title.replace(long, short)
    return f"{title}, {citation['provision']}" if citation["provision"] else title


def _stay(console: Console, processes: list[subprocess.Popen[bytes]], ports: Ports) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for name, seen in doors(ports):
        table.add_row(name, seen)
    console.print("\n[bold green]Đang chạy[/], dữ liệu ở var/. Mọi tài khoản dưới đây là giả lập.")
    console.print(table)
    console.print("Ctrl+C để dừng / to stop")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)


def doors(ports: Ports) -> tuple[tuple[str, str], ...]:
    """What there is to open, and as whom."""
    base, world = ports.base, f"{ports.door}/worlds/default"
    citizen = f"{examples.AN['full_name']}, {examples.AN['id']}"
    return (
        ("Trang mở cho mọi người", f"{base}/"),
        ("Công dân: hồ sơ của tôi", f"{base}/cua-toi · đăng nhập: {citizen}"),
        (
            "Cán bộ: quầy một cửa",
            f"{base}/quay · đăng nhập: CB-0001 (tiếp nhận), CB-0002 (giải quyết), CB-0006 (kiểm tra)",
        ),
        ("Cổng quốc gia đã nhận gì", f"{world}/dossiers"),
        ("Ví VNeID đã nhận gì", f"{world}/results"),
        ("API của dịch vụ", f"{base}/docs · demo-admin / demo-admin-secret"),
        ("API của hộp cát", f"{ports.faces}/docs · điều khiển: {ports.door}/docs"),
        ("Thế giới của hộp cát", f"{world}/page"),
    )


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own loopback addresses
        found: dict[str, Any] = json.loads(answer.read())
        return found
