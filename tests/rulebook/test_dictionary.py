"""The dictionary of readings is taken as a whole, or refused by file and line."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from app.domain.reading import Nature, read
from app.domain.reading.lexicon import FormWord
from app.rulebook.dictionary import READING, RulebookError, load_dictionary
from app.rulebook.starter import CATALOGUE
from app.rulebook.yamlfile import load_list

HERE = Path(__file__).parent
FAULTS: list[dict[str, str]] = yaml.safe_load((HERE / "reading_faults.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "reading", tmp_path / "reading"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f["fault"])
def test_what_does_not_fit_is_refused_by_file_and_line(folder: Path, fault: dict[str, str]) -> None:
    path = folder / fault["file"]
    text = path.read_text(encoding="utf-8")
    assert fault["good"] in text
    path.write_text(text.replace(fault["good"], fault["bad"], 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=re.escape(fault["refused"])):
        load_dictionary(folder)


def test_a_file_of_cues_must_be_there(folder: Path) -> None:
    (folder / "cues.yaml").unlink()
    with pytest.raises(RulebookError, match=r"cues\.yaml:1: the file is missing"):
        load_dictionary(folder)


def test_the_good_files_give_what_they_say(folder: Path) -> None:
    dictionary = load_dictionary(folder)
    card, text = dictionary.papers
    assert (card.codes, card.nature, card.collective) == (("CAN_CUOC",), Nature.OFFICIAL, False)
    assert (text.otherwise, text.collective) == (Nature.PARTY, True)
    assert [(t.codes, t.nature, t.form, t.case) for t in text.turns] == [
        (("TO_KHAI",), Nature.PARTY, None, False),
        (None, Nature.OFFICIAL, FormWord.ELECTRONIC, True),
    ]
    assert read("Bản sao giấy chứng minh nhân dân hoặc thẻ căn cước", dictionary).document_types == ("CAN_CUOC",)
    assert read("văn bản của hội đề nghị", dictionary).document_types == ("TO_KHAI",)


def test_every_document_type_has_a_name_in_the_dictionary_that_ships() -> None:
    named = {code for paper in load_dictionary().papers for code in paper.codes}
    assert {e.text("code") for e in load_list(CATALOGUE / "document_types.yaml")} - named == set()


@pytest.mark.parametrize("path", sorted(READING.glob("*.yaml")), ids=lambda p: p.name)
def test_the_files_that_ship_say_what_they_are_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
