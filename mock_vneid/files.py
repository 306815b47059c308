"""A world as a file: everything it would go back to, in the words of a scenario file, which is one of these too.

Keys, tokens and the journal are not in it: an imported world signs with keys of its own.
"""

import re
from dataclasses import asdict
from datetime import datetime
from time import time
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, JsonValue, ValidationError

from mock_vneid.catalogue import Procedure
from mock_vneid.dossiers import Dossier, Reported, Status, Step
from mock_vneid.faults import Fault
from mock_vneid.oidc.registration import CLIENT_ID, ClientIn, JwksIn
from mock_vneid.people import Holding, Organization, Person
from mock_vneid.results import AGENCY, BadResult, kept
from mock_vneid.scenario import Scenario, state_of
from mock_vneid.specs import (
    VIETNAM,
    DocumentType,
    HolderId,
    HoldingIn,
    Strict,
    WorldName,
    seconds_of,
)
from mock_vneid.staff import OFFICER_CODE, Officer, OfficerIn
from mock_vneid.tokens import Client
from mock_vneid.wire import said
from mock_vneid.worlds import IDLE, State, World, check_limits

FORMAT = "mock_vneid-world/1"
KEYS = "not exported"

_DEEPEST = 64
_Count = Annotated[int, Field(strict=True, ge=0)]


class Counted(Strict):
    """How far a fault has come: what it strikes next hangs on it."""

    matched: _Count = 0
    hits: _Count = 0


class ReportedDossier(Strict):
    """A dossier as the portal knows it: the last report and the steps, both in the words of the wire."""

    report: Reported
    status: Status
    steps: list[Step] = Field(default_factory=list)


class WorldFile(Scenario):
    format: Literal["mock_vneid-world/1"] | None = None
    keys: Literal["not exported"] | None = None
    name: WorldName | None = None
    frozen: bool = False
    holdings: dict[HolderId, dict[DocumentType, HoldingIn]] = Field(
        default_factory=dict, description="laid over people and organisations that are not put by hand"
    )
    clients: dict[Annotated[str, Field(pattern=CLIENT_ID)], ClientIn] | None = None
    dossiers: list[ReportedDossier] = Field(default_factory=list, description="as they were reported to the portal")
    issuers: dict[Annotated[str, Field(pattern=AGENCY)], JwksIn] | None = None
    results: list[str] = Field(default_factory=list, description="as they were delivered: compact JWS of an issuer")
    staff: dict[Annotated[str, Field(pattern=OFFICER_CODE)], OfficerIn] | None = None
    counts: dict[str, Counted] = Field(default_factory=dict, description="of the faults, by id")
    faults_made: _Count = 0


# Out


def written(world: World) -> dict[str, Any]:
    """The world as plain data. A clock that goes with the real one is not told; any other by what it reads now."""
    state = world.state
    file: dict[str, Any] = {
        "format": FORMAT,
        "keys": KEYS,
        "description": f"the world {world.name}",
        "name": world.name,
        "seed": state.seed,
        "population": state.population,
    }
    if state.offset or state.frozen_at is not None:
        file["now"] = datetime.fromtimestamp(world.now(), VIETNAM).isoformat()
        file["frozen"] = state.frozen_at is not None
    for holder_id, holder in state.holders.items():
        told = _told(holder)
        told["holdings"] = _holdings(state.holdings.get(holder_id, {}))
        if isinstance(holder, Organization):
            told["name"] = told.pop("full_name")
        file.setdefault("people" if isinstance(holder, Person) else "organizations", []).append(told)
    file["holdings"] = {
        holder_id: _holdings(held)
        for holder_id, held in state.holdings.items()
        if held and not world.by_hand(holder_id)
    }
    file["licences"] = {
        name: sorted(allowed)
        for name, allowed in (("procedures", state.procedures), ("officers", state.officers))
        if allowed is not None
    }
    file["procedures"] = [_procedure(procedure) for procedure in state.catalogue.values()]
    file["clients"] = {client.id: _client(client) for client in state.clients.values()}
    file["dossiers"] = [_dossier(dossier) for dossier in state.dossiers.values()]
    file["issuers"] = {agency: {"keys": list(keys)} for agency, keys in state.issuers.items()}
    file["results"] = [result.jws for result in state.results]
    file["staff"] = {code: _officer(officer) for code, officer in state.staff.items()}
    file["faults"] = [_fault(fault) for fault in state.faults.values()]
    file["counts"] = {
        fault.id: {"matched": fault.matched, "hits": fault.hits} for fault in state.faults.values() if fault.matched
    }
    file["faults_made"] = state.faults_made
    return file


def _told(value: Any) -> dict[str, Any]:
    return {name: part for name, part in asdict(value).items() if part is not None}


def _holdings(held: dict[str, Holding]) -> dict[str, Any]:
    return {document_type: _told(holding) for document_type, holding in held.items()}


def _procedure(procedure: Procedure) -> dict[str, Any]:
    told = _told(procedure)
    told["level"] = "|".join(told.pop("levels"))
    lines = enumerate(procedure.components, 1)
    told["components"] = [{"position": position, **_told(component)} for position, component in lines]
    return told


def _client(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = {"jwks": {"keys": list(client.jwks)}} if client.jwks else {"secret": client.secret}
    return {
        **told,
        "grant_types": list(client.grants),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "kind": client.kind,
        "any_loopback_port": client.any_loopback_port,
    }


def _dossier(dossier: Dossier) -> dict[str, Any]:
    steps = [step.model_dump(by_alias=True) for step in dossier.steps]
    return {"report": dossier.report.model_dump(by_alias=True), "status": dossier.status, "steps": steps}


def _officer(officer: Officer) -> dict[str, Any]:
    told = _told(officer)
    del told["code"]
    return {**told, "roles": list(officer.roles)}


def _fault(fault: Fault) -> dict[str, Any]:
    told = _told(fault)
    for count in ("matched", "hits", "missed_by"):
        del told[count]
    told["match"] = {name: told.pop(name) for name in ("person", "document_type", "service") if name in told}
    bounds = {"from": told.pop("starts_at", None), "until": told.pop("ends_at", None)}
    told["window"] = {
        name: datetime.fromtimestamp(moment, VIETNAM).isoformat()
        for name, moment in bounds.items()
        if moment is not None
    }
    return told


class _Dumper(yaml.SafeDumper):
    """Quotes every text that some reader of YAML could take for a number: an id is one for YAML 1.2."""


_NUMBER = re.compile(r"[-+.]?[0-9][0-9A-Fa-fxo_.:+-]*")


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "'" if _NUMBER.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def as_yaml(file: dict[str, Any]) -> str:
    return yaml.dump(file, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


# In


def read_json(text: bytes) -> WorldFile:
    """The file in this JSON. ValueError with every mistake in it, never repeating what was written."""
    try:
        return WorldFile.model_validate_json(text)
    except ValidationError as error:
        raise _mistakes(error) from None


def read_yaml(text: bytes) -> WorldFile:
    """The file in this YAML, unless it would grow without bounds while it is read. ValueError as above."""
    try:
        _check_growth(text)
        found: JsonValue = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}this is not YAML") from None
    try:
        return WorldFile.model_validate(found)
    except ValidationError as error:
        raise _mistakes(error) from None


def _check_growth(text: bytes) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("write everything out: aliases (*name) are not taken")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError(f"nothing is nested deeper than {_DEEPEST} levels")


def _mistakes(error: ValidationError) -> ValueError:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return ValueError("; ".join(said(mistake["loc"], mistake["msg"]) for mistake in found[:20]))


def world_of(file: WorldFile, name: str, idle: float | None = None) -> World:
    """A new world as the file tells it. Raises LimitReached; ValueError when a result in it proves nothing."""
    state = _state(file)
    check_limits(state)
    return World(name, state, None if file.now is None else seconds_of(file.now), idle or IDLE)


def _state(file: WorldFile) -> State:
    state = state_of(file)
    for holder_id, held in file.holdings.items():
        if holder_id not in state.holders:
            state.holdings[holder_id] = {document_type: written.holding() for document_type, written in held.items()}
    if file.clients is not None:
        state.clients = {client_id: client.client(client_id) for client_id, client in file.clients.items()}
    state.dossiers = {told.report.code: Dossier(told.report, told.status, tuple(told.steps)) for told in file.dossiers}
    if file.issuers is not None:
        state.issuers = {agency: tuple(jwks.keys) for agency, jwks in file.issuers.items()}
    for index, jws in enumerate(file.results):
        try:
            state.results.put(kept(jws))
        except BadResult as bad:
            raise ValueError(f"results.{index}: {bad.says}") from bad
    if file.staff is not None:
        state.staff = {code: officer.officer(code) for code, officer in file.staff.items()}
    for fault_id, counted in file.counts.items():
        if fault := state.faults.get(fault_id):
            fault.matched, fault.hits = counted.matched, counted.hits
    state.faults_made = file.faults_made
    if file.frozen:
        state.frozen_at = time() if file.now is None else seconds_of(file.now)
    return state
