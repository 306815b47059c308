"""The yardstick of fields spared: what had to be typed does not count, and the plans' goal is met by every form."""

import sys

import pytest

from app.domain.forms import Role
from app.domain.persons import Subject, SubjectKind
from app.rulebook.forms import load_forms
from app.services.prefill_sources import Wish
from bench import prefill

ME = Subject(SubjectKind.PERSON, "042190000001")
OTHER = Subject(SubjectKind.PERSON, "042085000002", "TRẦN VĂN BÌNH", "1985-03-20")
COMPANY = Subject(SubjectKind.ORGANIZATION, "3000000012")


def typed(procedure: str, **related: Subject) -> set[str]:
    people = {Role(role): who for role, who in related.items()}
    return prefill.typed(load_forms()[procedure], Wish(procedure, "H", "CB", "own_dossier", ME, None, people))


def test_what_is_typed_to_name_somebody_is_not_spared() -> None:
    assert typed("1.000894", spouse=OTHER) == {"spouse_full_name", "spouse_id", "spouse_birth_date"}
    assert typed("2.002018", organization=COMPANY) == {"organization_enterprise_id"}


def test_the_applicant_is_known_from_the_account_in_every_part_they_take() -> None:
    assert typed("1.004873") == set()
    assert typed("1.001193", mother=ME) == set()


def test_every_form_spares_a_fifth_of_its_fields_over_both_ways(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.prefill", "--quick"])
    assert prefill.main() == 0
    assert "1.000894" in capsys.readouterr().out
