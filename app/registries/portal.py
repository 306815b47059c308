"""The national public service portal as a source of procedures: what it publishes, and the lines of each dossier.

The message was seen in public integrations and is no official specification: a session instead of a token, one address
for every service, and refusals that are a 200. Nothing here is about a person, so a whole list may be asked for.
"""

import asyncio
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import httpx
from httpx_aiohttp import AiohttpTransport
from pydantic import ValidationError

from app.registries import portal_wire as wire
from app.registries.answers import NoAnswer, SourceFailed, cause_of_status
from app.registries.http import failure_of, read_within

# The country's list of some 6,300 procedures is below 3 MB.
MAX_ANSWER = 16 * 1024 * 1024
CONNECTIONS = 8

_PUBLISHED = 1
_LEVELS = {"cấp bộ": "bộ", "cấp tỉnh": "tỉnh", "cấp xã": "xã", "cơ quan khác": "khác"}

Answer = TypeVar("Answer", bound=wire.Outcome)


class Refused(SourceFailed):
    """The portal has understood, under a fresh session too, and does not take it. Its own words are not kept."""

    def __init__(self) -> None:
        super().__init__(NoAnswer.REJECTED.value)


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """One procedure of the list. `changed_on`: the day in Việt Nam it was last changed, None where it is not told."""

    code: str
    name: str
    changed_on: date | None


@dataclass(frozen=True, slots=True)
class PublishedComponent:
    """One line of a dossier in its official words; `position` counts from 1 through all cases.

    `case` heads the lines that belong together, `form` names the form to fill in; the numbers of originals and of
    copies are None where they are not told.
    """

    position: int
    text: str
    case: str | None
    form: str | None
    originals: int | None
    copies: int | None


@dataclass(frozen=True, slots=True)
class PublishedProcedure:
    """A procedure as the portal shows it. `level` is one of bộ, tỉnh, xã, khác, or several with `|` between them, in
    the portal's own words where it knows another; `agency` joins several with `; `; each is empty where it is not told.
    `in_force` is False where the portal shows the procedure no longer.
    """

    code: str
    name: str
    sector: str
    level: str
    agency: str
    in_force: bool
    changed_on: date | None
    components: tuple[PublishedComponent, ...]


class Portal:
    """One portal. `agency`: the code of who asks (`000.00.00.H27`); `timeout`: seconds for one call, login apart.

    Each question raises SourceFailed with one of NoAnswer: NO_TOKEN where the login gave no session, REJECTED where the
    portal refused with a fresh session too, GARBAGE for another shape, WRONG_REQUEST for another procedure's answer.
    """

    def __init__(self, base_url: str, username: str, password: str, agency: str, *, timeout: float) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(limits=limits), timeout=timeout, follow_redirects=False, trust_env=False
        )
        self._login_url, self._services_url = f"{base_url}/mapi/login", f"{base_url}/mapi/services"
        self._credentials = {"username": username, "password": password}
        self._agency, self._timeout = agency, timeout
        self._session: str | None = None
        self._logging_in = asyncio.Lock()

    async def procedures(self, since: date | None = None) -> tuple[PublishedLine, ...]:
        """The list by code; `since` leaves out what the portal says it changed before that day, and nothing else."""
        answer = await self.ask(wire.Lines, "LayDanhSachTTHC")
        lines = {line.code: PublishedLine(line.code, _plain(line.name), line.changed_on) for line in answer.result}
        if len(lines) < len(answer.result):
            raise SourceFailed(NoAnswer.GARBAGE.value)
        wanted = (line for _, line in sorted(lines.items()))
        return tuple(x for x in wanted if since is None or x.changed_on is None or x.changed_on >= since)

    async def procedure(self, code: str) -> PublishedProcedure | None:
        """One procedure with its dossier; None where the portal knows none of this code."""
        answer = await self.ask(wire.Procedures, "LayThuTuc", maTTHC=code)
        if not answer.result:
            return None
        (found,) = answer.result
        if found.code != code:
            raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
        return _read(found)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, shape: type[Answer], service: str, **parameters: Any) -> Answer:
        """One service's answer. A refusal does not say why, so it is met with a fresh session, once; then Refused."""
        question = {"madonvi": self._agency, "service": service, **parameters}
        session = await self._login()
        raw = await self._put(session, question)
        if _parsed(wire.Outcome, raw).error_code:
            raw = await self._put(await self._login(refused=session), question)
            if _parsed(wire.Outcome, raw).error_code:
                raise Refused
        return _parsed(shape, raw)

    async def _put(self, session: str, question: dict[str, Any]) -> bytes:
        status, raw = await self._send(self._services_url, {"session": session, **question})
        if status != 200:
            raise SourceFailed(cause_of_status(status, None))
        return raw

    async def _login(self, refused: str | None = None) -> str:
        async with self._logging_in:
            # Whoever waited here meanwhile finds the session another has opened.
            if self._session is None or self._session == refused:
                self._session = None
                self._session = await self._open_session()
            return self._session

    async def _open_session(self) -> str:
        status, raw = await self._send(self._login_url, self._credentials)
        try:
            if status != 200 or _parsed(wire.Outcome, raw).error_code:
                raise SourceFailed(NoAnswer.NO_TOKEN.value)
            return _parsed(wire.Login, raw).session
        except SourceFailed:
            raise SourceFailed(NoAnswer.NO_TOKEN.value) from None

    async def _send(self, url: str, body: dict[str, Any]) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._timeout), self._client.stream("POST", url, json=body) as response:
                return response.status_code, await read_within(MAX_ANSWER, response.aiter_bytes())
        except Exception as e:
            raise failure_of(e) from e


def _parsed(shape: type[Answer], raw: bytes) -> Answer:
    try:
        return shape.model_validate_json(raw)
    except ValidationError:
        raise SourceFailed(NoAnswer.GARBAGE.value) from None


def _read(found: wire.Procedure) -> PublishedProcedure:
    papers = [(case, paper) for case in found.cases for paper in case.papers]
    return PublishedProcedure(
        code=found.code,
        name=_plain(found.name),
        sector=_plain(found.sectors[0].name) if found.sectors else "",
        level="|".join(dict.fromkeys(_level(level.name) for level in found.levels)),
        agency="; ".join(dict.fromkeys(_plain(agency.name) for agency in found.agencies)),
        in_force=found.status in (None, _PUBLISHED),
        changed_on=found.changed_on,
        components=tuple(
            PublishedComponent(
                position=position,
                text=_plain(paper.text),
                case=case.name and _plain(case.name),
                form=paper.form and _plain(paper.form),
                originals=paper.originals,
                copies=paper.copies,
            )
            for position, (case, paper) in enumerate(papers, 1)
        ),
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _level(name: str) -> str:
    plain = _plain(name).casefold()
    return _LEVELS.get(plain, plain)
