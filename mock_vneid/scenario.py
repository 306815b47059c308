"""Scenario files: a world told in YAML, read through the same strict models as the control door.

A file may also say what is to be expected of the sources, and of a gate that asks them: `runner.py` finds out.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, JsonValue, ValidationError

from mock_vneid.specs import (
    DocumentType,
    FaultIn,
    HolderId,
    HoldingIn,
    LicencesIn,
    Moment,
    OrganizationId,
    OrganizationIn,
    PersonId,
    PersonIn,
    Population,
    ProcedureCode,
    ProcedureIn,
    Seed,
    Strict,
    Words,
)
from mock_vneid.worlds import State

DEFAULT = Path(__file__).parent / "scenarios" / "default.yaml"


class ScenarioPerson(PersonIn):
    id: PersonId
    story: str | None = Field(default=None, description="what they are there for")
    holdings: dict[DocumentType, HoldingIn] = Field(default_factory=dict)


class ScenarioOrganization(OrganizationIn):
    id: OrganizationId
    story: str | None = None
    holdings: dict[DocumentType, HoldingIn] = Field(default_factory=dict)


class ScenarioProcedure(ProcedureIn):
    code: ProcedureCode


class ScenarioFault(FaultIn):
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")] | None = None


# What an office may conclude of a whole answer that it cannot use.
Unusable = Literal["no_answer", "refused", "refused_004", "refused_005"]
WalletSays = Literal["linked", "not_linked", "absent", "untrusted"]
RegistrySays = Literal["held", "absent", "untrusted"]


class Finding(Strict):
    """What a gate finds about one item of a demand; a reason left out is not looked at."""

    outcome: str
    reason: str | None = None


class Expectation(Strict):
    """About one holder: what an office reads from the sources, and what a gate decides of a demand.

    `untrusted` is a document or record an office must discard: its signature, its age, or whose it is. `services` goes
    by service code. `demand` is the body of the gate's POST /v1/paper-demands without its subject; `decisions` go by
    the `ref` of its items.
    """

    name: Words
    holder: HolderId
    wallet: dict[DocumentType, WalletSays] | Unusable | None = None
    services: dict[str, dict[DocumentType, RegistrySays] | Unusable] = Field(default_factory=dict)
    says: dict[DocumentType, dict[str, JsonValue]] = Field(
        default_factory=dict, description="what stands on the document, in the wallet or the first service that has it"
    )
    demand: dict[str, Any] | None = None
    decisions: dict[str, Finding] = Field(default_factory=dict)


class Scenario(Strict):
    description: str | None = None
    seed: Seed = 1
    now: Moment | None = Field(default=None, description="what the world's clock reads when it begins")
    population: Population = "virtual"
    licences: LicencesIn | None = None
    people: list[ScenarioPerson] = Field(default_factory=list)
    organizations: list[ScenarioOrganization] = Field(default_factory=list)
    procedures: list[ScenarioProcedure] = Field(default_factory=list)
    faults: list[ScenarioFault] = Field(default_factory=list)
    expect: list[Expectation] = Field(default_factory=list)


def load(path: Path = DEFAULT) -> Scenario:
    """The scenario of this file. ValueError with the file and every mistake in it; OSError when it cannot be read."""
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
    for fault in scenario.faults:
        made = fault.fault(fault.id or f"fault-{len(state.faults) + 1}")
        state.faults[made.id] = made
    if scenario.licences is not None:
        procedures, officers = scenario.licences.procedures, scenario.licences.officers
        state.procedures = None if procedures is None else frozenset(procedures)
        state.officers = None if officers is None else frozenset(officers)
    return state
