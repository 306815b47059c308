"""What the file of the personas says a gate should conclude, asked of the gate itself."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.domain.catalogue import Form
from app.domain.persons import Subject, SubjectKind
from app.services import catalogue
from app.services.checks import Line
from app.settings import Settings
from mock_vneid import personas
from mock_vneid.people import Person
from mock_vneid.personas import Persona
from mock_vneid.testing import Mock
from tests.desk import MONDAY, Gate, component, procedure_body
from tests.mock_vneid.office import Office

PROCEDURE = "9.990001"
TYPES = sorted({told.document_type for persona in personas.all() for told in persona.conclusions})


@pytest.fixture(scope="module")
def office(sandbox: Mock, tester: httpx.Client) -> Office:
    """A virtual world whose clock reads the day of the demands."""
    body = {"population": "virtual", "now": MONDAY.isoformat()}
    made = tester.post(f"{sandbox.control_url}/worlds", json=body).raise_for_status().json()
    return Office(sandbox, made["name"], tester)


@pytest.fixture(scope="module")
def gate(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, office: Office) -> Iterator[Gate]:
    database = tmp_path_factory.mktemp("personas") / "motlan.db"
    database.write_bytes(sqlite_template.read_bytes())
    settings = Settings(
        env="test",
        database_url=f"sqlite:///{database}",
        vneid_url=office.vneid,
        ndxp_url=office.ndxp,
        lookup_budget=5.0,
    )
    opened = Gate(settings, office)
    components = [component(position, name) for position, name in enumerate(TYPES, 1)]
    opened.run(catalogue.publish_procedure(opened.desk, "test", PROCEDURE, procedure_body(*components)))
    yield opened
    opened.close()


@pytest.mark.parametrize("persona", personas.all(), ids=lambda persona: persona.key)
def test_the_gate_concludes_what_the_persona_is_there_for(gate: Gate, persona: Persona) -> None:
    holder = persona.holder
    born = holder.birth_date if isinstance(holder, Person) else None
    subject = Subject(SubjectKind(persona.kind), holder.id, holder.full_name, born)
    expected = {told.document_type: (told.outcome, told.reason) for told in persona.conclusions}
    lines = [Line(name, name, Form.ORIGINAL) for name in expected]
    decision = gate.demand(*lines, procedure=PROCEDURE, subject=subject)
    assert {found["ref"]: (found["outcome"], found["reason"]) for found in decision["findings"]} == expected
