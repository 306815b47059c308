"""The demo: starts the sandbox, the service and the worker, files one sample dossier and prints what was decided."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app import story
from app.api import examples
from app.services import migrations

APP, MOCK, CONTROL = 8000, 9000, 9001
_BASE = f"http://127.0.0.1:{APP}"
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


def play(*, stay: bool) -> int:
    """0 when everything came up and the sample was judged; the servers stop with it unless they are to stay."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    if busy := [port for port in (APP, MOCK, CONTROL) if _taken(port)]:
        console.print(f"[red]Cổng đang bận / port in use: {', '.join(map(str, busy))}[/]")
        return 1
    # A demo leaves nothing behind; a service that stays keeps its data in var/.
    with tempfile.TemporaryDirectory(prefix="motlan-") as folder:
        data = Path("var") if stay else Path(folder)
        environment = {
            **os.environ,
            "MOTLAN_ENV": "demo",
            "MOTLAN_DATABASE_URL": f"sqlite:///{(data / 'motlan.sqlite3').absolute()}",
            "MOTLAN_LOG_LEVEL": "warning",
        }
        console.print("[dim]Đang chuẩn bị cơ sở dữ liệu và khởi động các máy chủ… / starting…[/]")
        migrations.upgrade(environment["MOTLAN_DATABASE_URL"])
        with _servers(environment) as processes:
            if not _wait_ready(processes, console):
                return 1
            _show(console, _file_sample())
            if not _tell(console):
                return 1
            if stay:
                _stay(console, processes)
    return 0


@contextmanager
def _servers(environment: Mapping[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    cli = [sys.executable, "-c", "from app.cli import app; app()"]
    mock = [sys.executable, "-m", "mock_vneid", "--port", str(MOCK), "--control-port", str(CONTROL)]
    commands = [mock, [*cli, "serve", "--port", str(APP)], [*cli, "worker"]]
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


def _wait_ready(processes: list[subprocess.Popen[bytes]], console: Console) -> bool:
    until = time.monotonic() + _START_LIMIT
    while time.monotonic() < until:
        if any(process.poll() is not None for process in processes):
            break
        with suppress(OSError, ValueError):
            if _get(f"{_BASE}/readyz")["status"] == "ready" and _get(f"http://127.0.0.1:{CONTROL}/healthz"):
                return True
        time.sleep(0.1)
    console.print("[red]Máy chủ không khởi động được; xem thông báo phía trên. / a server did not start[/]")
    return False


def _file_sample() -> dict[str, Any]:
    basic = base64.b64encode(b"demo-onestop:demo-onestop-secret").decode()
    token = _send(
        f"{_BASE}/oauth/token",
        b"grant_type=client_credentials",
        {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"},
    )["access_token"]
    body = json.dumps(examples.DOSSIERS["birth"]["value"]).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    dossier = _send(f"{_BASE}/v1/dossiers", body, headers)
    dossier["procedure_name"] = _get(f"{_BASE}/v1/procedures/{dossier['procedure']}")["name"]
    return dossier


def _show(console: Console, dossier: Mapping[str, Any]) -> None:
    applicant = examples.AN["full_name"]
    console.print()
    console.print(f"[bold]Hồ sơ {dossier['code']}[/] · {dossier['procedure']} {dossier['procedure_name']}")
    console.print(f"Người nộp (hư cấu): {applicant} · pháp luật tại ngày {dossier['law_as_of']}")
    table = Table(show_lines=True)
    table.add_column("Giấy tờ", ratio=3)
    table.add_column("Kết luận", ratio=2)
    table.add_column("Căn cứ", ratio=4)
    table.add_column("Việc cần làm", ratio=4)
    for component in dossier["components"]:
        lead = _lead(component["findings"])
        types = " / ".join(f["document_type"] for f in component["findings"])
        cites = "\n".join(_short(c) for c in lead["citations"])
        table.add_row(
            f"{component['position']}. {component['name']}\n[dim]{types}[/]",
            _OUTCOMES[lead["outcome"]],
            cites or f"[dim]{lead['because']['vi']}[/]",
            lead["remedy"]["text"]["vi"],
        )
    console.print(table)
    if any(n["status"] == "candidate" for c in dossier["components"] for f in c["findings"] for n in f["lists"]):
        console.print("[dim]Phụ lục của CT 24: hàng viện dẫn chưa được xác nhận với văn bản gốc (candidate).[/]")
    needed = [f"{n['position']} ({', '.join(n['document_types'])})" for n in dossier["to_supply"]]
    console.print(f"[bold]Thực sự còn phải nộp:[/] {'; '.join(needed) or 'không còn gì'}")


def _tell(console: Console) -> bool:
    """The story of one child, as it happens; False when a call was not answered as it should be."""
    console.print("\n[bold]Một lần: từ giấy khai sinh đến thẻ bảo hiểm y tế[/]")
    try:
        for told in story.play(story.Office(_BASE, f"http://127.0.0.1:{CONTROL}")):
            console.print(f"  [green]•[/] {told.what}")
            for seen in told.seen:
                console.print(f"      [dim]{seen}[/]")
    except story.WentWrong as wrong:
        console.print(f"[red]{wrong}[/]")
        return False
    return True


def _lead(findings: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The finding that speaks for a component: of alternatives, the one that is held itself."""
    return next((f for f in findings if f["outcome"] != "PAPER_LAWFUL" and not f["via"]), findings[0])


def _short(citation: Mapping[str, Any]) -> str:
    title: str = citation["title"]
    for long, short in (("Nghị định", "NĐ"), ("Nghị quyết", "NQ"), ("Chỉ thị", "CT")):
        title = title.replace(long, short)
    return f"{title}, {citation['provision']}" if citation["provision"] else title


def _stay(console: Console, processes: list[subprocess.Popen[bytes]]) -> None:
    console.print(f"\n[bold green]Đang chạy[/] · Swagger UI: {_BASE}/docs · demo-admin / demo-admin-secret")
    console.print(f"Hộp cát: http://127.0.0.1:{MOCK}/docs · điều khiển: http://127.0.0.1:{CONTROL}/docs")
    console.print("Ctrl+C để dừng / to stop")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(url: str) -> dict[str, Any]:
    return _send(url, None, {})


def _send(url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 - our own loopback addresses
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        found: dict[str, Any] = json.loads(answer.read())
        return found
