"""Scenario files: a world told in YAML, read through the same strict models as the control door."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from mock_vneid.specs import (
    DocumentType,
    FaultIn,
    HoldingIn,
    OrganizationId,
    OrganizationIn,
    PersonId,
    PersonIn,
    Population,
    ProcedureCode,
    ProcedureIn,
    Seed,
    Strict,
)
from mock_vneid.worlds import State

DEFAULT = Path(__file__).parent / "scenarios" / "default.yaml"


class ScenarioPerson(PersonIn):
    id: PersonId
    story: str
    holdings: dict[DocumentType, HoldingIn] = Field(default_factory=dict)


class ScenarioOrganization(OrganizationIn):
    id: OrganizationId
    story: str
    holdings: dict[DocumentType, HoldingIn] = Field(default_factory=dict)


class ScenarioProcedure(ProcedureIn):
    code: ProcedureCode


class ScenarioFault(FaultIn):
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]


class Scenario(Strict):
    description: str
    seed: Seed = 1
    population: Population = "virtual"
    people: list[ScenarioPerson] = Field(default_factory=list)
    organizations: list[ScenarioOrganization] = Field(default_factory=list)
    procedures: list[ScenarioProcedure] = Field(default_factory=list)
    faults: list[ScenarioFault] = Field(default_factory=list)


def load(path: Path = DEFAULT) -> Scenario:
    """The scenario of this file. ValueError with the file and every mistake in it."""
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"{path}: {error}") from error


def state_of(scenario: Scenario) -> State:
    state = State(seed=scenario.seed, population=scenario.population)
    for person in scenario.people:
        state.holders[person.id] = person.person(person.id, person.story)
        state.holdings[person.id] = {document_type: held.holding() for document_type, held in person.holdings.items()}
    for organization in scenario.organizations:
        state.holders[organization.id] = organization.organization(organization.id, organization.story)
        state.holdings[organization.id] = {
            document_type: held.holding() for document_type, held in organization.holdings.items()
        }
    state.catalogue = {procedure.code: procedure.procedure(procedure.code) for procedure in scenario.procedures}
    state.faults = {fault.id: fault.fault(fault.id) for fault in scenario.faults}
    return state
