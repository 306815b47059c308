"""The forms that ship with the product: what they say fits the catalogue, and what does not fit is refused."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.domain.catalogue import Catalogue
from app.domain.evidence import Source
from app.domain.forms import Field, FieldSource, Form, Role, SourceKind
from app.domain.publications import catalogue_of
from app.rulebook.forms import FORMS, load_forms
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import load_starter
from app.rulebook.yamlfile import RulebookError

TODAY = date(2026, 11, 23)
ALL = load_forms()


@pytest.fixture(scope="module")
def starter() -> Catalogue:
    return catalogue_of(1, load_starter(load_rulebook()))


def sources() -> Iterator[tuple[Form, Field, FieldSource]]:
    return ((form, field, source) for form in ALL.values() for field in form.fields for source in field.sources)


def test_there_are_forms_of_real_procedures(starter: Catalogue) -> None:
    assert len(ALL) >= 12
    for code in ALL:
        assert starter.procedure(code, TODAY).components_known
    named = (
        "1.001193 1.000894 1.000656 1.004873 1.004222 1.004194 1.014063 3.000347 1.001612 3.000333 2.000986 1.001776"
    )
    assert set(named.split()) <= ALL.keys()


def test_a_paper_a_form_is_filled_from_has_that_source_in_the_catalogue(starter: Catalogue) -> None:
    for _, field, source in sources():
        if source.document_type is None:
            continue
        document_type = starter.document_types[source.document_type]
        assert field.whose.kind is None or document_type.may_belong_to(field.whose.kind)
        if source.kind is not SourceKind.ARCHIVE:
            held = {Source(s.source) for s in document_type.sources_for("", TODAY)}
            assert Source(source.kind.value) in held, (field.code, source)


def test_every_form_says_which_official_form_it_follows() -> None:
    for form in ALL.values():
        assert re.search(r"Thông tư|Nghị định|Mẫu số", form.basis)
        assert form.title.vi and form.title.en
        assert all(f.label.vi and f.label.en for f in form.fields)


def test_a_form_asks_the_number_of_whoever_it_is_about_before_anything_is_filled() -> None:
    for form in ALL.values():
        for role in form.roles:
            own = [f for f in form.fields if f.whose is role and f.sources]
            numbers = [f for f in own if f.sources[0].kind in (SourceKind.ACCOUNT, SourceKind.REQUEST)]
            assert len(numbers) == (1 if own else 0), (form.procedure, role)


def test_only_the_applicant_has_an_account() -> None:
    for _, field, source in sources():
        if source.kind is SourceKind.ACCOUNT:
            assert field.whose is Role.APPLICANT


def test_two_procedures_of_one_form_have_a_form_each() -> None:
    assert ALL["1.014063"].fields == ALL["1.014064"].fields
    assert ALL["1.014063"].procedure == "1.014063"


# ---- what does not fit --------------------------------------------------------------------------------------------

FAULTS = [
    ("basis: Mẫu DC02", "bass: Mẫu DC02", "`basis` is missing"),
    ('procedures: ["1.014063", "1.014064"]', 'procedures: ["1.014063", "1.014063"]', "1.014063 has a form already"),
    (
        "      applicant: {vi: người đề nghị, en: applicant}\n    fields:",
        "      somebody: {vi: a, en: b}\n    fields:",
        "a role is",
    ),
    ("data: [phone, email, occupation]", "data: [phone, email, phone]", "the field applicant_phone stands twice"),
    ("data: [phone, email, occupation]", "data: [phone, fax]", "fax is not in data.yaml"),
    ("whose: applicant, data: [phone, email, occupation]", "whose: child, data: [phone]", "`roles` does not say"),
    ("sources: [population/current_address]}", "sources: [population/shoe_size]}", "population/shoe_size: number, "),
    ("format: choice, required: true,", "format: text, required: true,", "`choices` go with the format choice"),
    ("format: flag,\n          required: true}", "format: flag, sources: [number]}", "a source says texts"),
    ("format: number_of_paper}", "format: number_of_paper, locked: true}", "nothing locks what no source says"),
]


@pytest.mark.parametrize(("good", "bad", "refused"), FAULTS, ids=[f[2] for f in FAULTS])
def test_what_does_not_fit_is_refused_by_file_and_line(tmp_path: Path, good: str, bad: str, refused: str) -> None:
    folder = Path(shutil.copytree(FORMS, tmp_path / "forms"))
    path = folder / "can-cuoc.yaml"
    text = path.read_text(encoding="utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=rf"can-cuoc\.yaml:[0-9]+: .*{re.escape(refused)}|: .*{re.escape(refused)}"):
        load_forms(folder)


def test_a_changed_form_has_another_revision(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FORMS, tmp_path / "forms"))
    assert load_forms(folder)["1.000894"].revision == ALL["1.000894"].revision
    path = folder / "data.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    load_forms.cache_clear()
    assert load_forms(folder)["1.000894"].revision != ALL["1.000894"].revision
