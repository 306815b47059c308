"""The loader takes the real law and refuses, by file and line, what does not fit together."""

import re
import shutil
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest
import yaml

from app.domain.catalogue import Form
from app.domain.law import Period, WaitLimit
from app.rulebook.loader import load_calendar, load_rulebook
from app.rulebook.yamlfile import RulebookError, load, load_list

HERE = Path(__file__).parent
WHOLE_FILES = sorted((HERE / "bad").glob("*.yaml"))

FAULTS: list[dict[str, str]] = yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "good", tmp_path / "law"))


def load_all(folder: Path) -> None:
    load_rulebook(folder)
    load_calendar(folder)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f["fault"])
def test_what_does_not_fit_is_refused_by_file_and_line(folder: Path, fault: dict[str, str]) -> None:
    path = folder / fault["file"]
    text = path.read_text(encoding="utf-8")
    assert fault["good"] in text
    path.write_text(text.replace(fault["good"], fault["bad"], 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=re.escape(fault["refused"])):
        load_all(folder)


@pytest.mark.parametrize("bad", WHOLE_FILES, ids=lambda p: p.name)
def test_a_file_that_is_no_table_of_entries_is_refused(folder: Path, bad: Path) -> None:
    """The first line of each bad file says how it is refused; its name, which file it stands for."""
    refused = bad.read_bytes().split(b"\n")[0].decode().removeprefix("# refused: ")
    shutil.copyfile(bad, folder / bad.name.split(".", 1)[1])
    with pytest.raises(RulebookError, match=re.escape(refused)):
        load_all(folder)


def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    (folder / "lists.yaml").unlink()
    with pytest.raises(RulebookError, match=r"lists\.yaml:1: the file is missing"):
        load_all(folder)


def test_the_good_files_give_what_they_say(folder: Path) -> None:
    book, calendar = load_rulebook(folder), load_calendar(folder)
    assert book.laws["L-MOT"].confirmed and not book.laws["L-HAI"].confirmed
    assert book.provisions["mot"].provision is None
    assert book.rules["not-in-dossier"][0].period == Period(date(2020, 1, 1), date(2020, 12, 31))
    assert book.rules["use-archive"][0].cites == ("mot-d1",)
    assert [t.cites for t in book.type_laws] == [("mot-d1",), ("mot-d2",)]
    assert (book.article_4, book.article_4_cut_by) == ({"GIAY_A": "mot-d1"}, date(2026, 1, 1))
    assert book.on(date(2026, 1, 1)).wait_limit("online").working_hours == 0
    on = book.on(date(2021, 12, 31))
    assert [on.fee_dropped(purpose, "GIAY_A", "2.000001") is not None for purpose in ("printing", "producing")] == [
        True,
        False,
    ]
    assert on.fee_dropped("producing", "GIAY_B", "1.000001") == book.fees_dropped[1]
    assert book.on(date(2022, 1, 1)).fee_dropped("printing", "GIAY_A", "2.000001") is None
    annex = book.lists["mot-annex"]
    assert (annex.declared, annex.declared_rows, annex.cut_by) == (3, 4, date(2021, 1, 1))
    assert book.lists["mot-papers"].period == Period()
    assert calendar.hours == ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))
    tet = {date(2026, 2, day) for day in range(14, 18)}
    assert calendar.holidays == {date(2026, 1, 1), date(2026, 1, 2)} | tet
    assert calendar.extra_days == {date(2026, 1, 10)}
    assert calendar.announced == {2026}
    law = book.on(date(2026, 1, 1))
    assert law.ask_limit("online") == WaitLimit(
        Period(date(2026, 1, 1), date(2026, 12, 31)), "online", 8, None, ("mot-d1",)
    )
    assert (law.ask_limit("counter"), book.on(date(2027, 1, 1)).ask_limit("online")) == (None, None)
    cuts = {
        day: book.on(date.fromisoformat(day)).processing_cut("online")
        for day in ("2024-12-31", "2025-01-01", "2026-01-01")
    }
    assert [cut and cut.percent for cut in cuts.values()] == [None, 20, 30]
    assert law.processing_cut("counter") is None
    assert (law.forwarding() or pytest.fail("no rule")).by == time(15)
    assert book.on(date(2025, 12, 31)).forwarding() is None


def test_the_revision_is_the_files_own_whatever_the_line_ends(folder: Path) -> None:
    before = load_rulebook(folder).revision
    for path in folder.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_rulebook(folder).revision == before
    with (folder / "lists.yaml").open("a", encoding="utf-8") as file:
        file.write("# seen again\n")
    assert load_rulebook(folder).revision != before


def test_the_real_law_loads_with_a_reference_and_a_day_of_checking_for_every_entry() -> None:
    book = load_rulebook()
    assert len(book.laws) >= 57
    seen = [(x.reference, x.checked_on) for x in book.laws.values()]
    seen += [(x.reference, x.checked_on) for x in book.provisions.values()]
    assert all(reference and checked_on >= date(2026, 11, 22) for reference, checked_on in seen)
    assert {p.confidence for p in book.provisions.values()} <= {"H", "M", "L"}
    assert load_calendar().is_working_day(date(2026, 11, 23))


def test_every_provision_lies_within_its_act() -> None:
    for p in load_rulebook().provisions.values():
        assert p.law.period.covers(p.period.start or date.min), p.id
        assert p.law.period.until is None or (p.period.until or date.max) <= p.law.period.until, p.id


# ---- the reader beneath ---------------------------------------------------------------------------------------------


def entry_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_value_is_the_text_that_stands_there(tmp_path: Path) -> None:
    e = load(entry_of(tmp_path, "service: 037\nno: no\nday: 2026-01-01\nlist: [037, on]\nform: copy\nn: 5\n"))
    assert (e.text("service"), e.text("no"), e.texts("list")) == ("037", "no", ("037", "on"))
    assert (e.day("day"), e.choice("form", Form), e.number("n")) == (date(2026, 1, 1), Form.COPY, 5)
    assert e.has("n") and not e.has("m")
    assert (e.texts("m"), e.entries("m"), e.days("m"), e.text_or_none("m")) == ((), (), (), None)
    assert e.keys() == ("service", "no", "day", "list", "form", "n")
    e.close()


def test_a_list_may_be_a_file(tmp_path: Path) -> None:
    assert [e.text("a") for e in load_list(entry_of(tmp_path, "- {a: 1}\n- {a: 2}\n"))] == ["1", "2"]
    with pytest.raises(RulebookError, match=r"x\.yaml:1: a list is expected here"):
        load_list(entry_of(tmp_path, "a: 1\n"))


READS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a choice that is none": (
        "form: scan\n",
        lambda p: load(p).choice("form", Form),
        "x.yaml:1: `form` must be one of original",
    ),
    "a number in words": ("\nn: ba\n", lambda p: load(p).number("n"), "x.yaml:2: `n` must be a whole number"),
    "a full-width number": ("n: ３\n", lambda p: load(p).number("n"), "x.yaml:1: `n` must be a whole number"),
    "a number that is missing": ("m: 3\n", lambda p: load(p).number("n"), "x.yaml:1: `n` is missing"),
    "a day that is missing": ("m: 3\n", lambda p: load(p).day("day"), "x.yaml:1: `day` is missing"),
    "an entry that is missing": ("m: 3\n", lambda p: load(p).entry("e"), "x.yaml:1: `e` is missing"),
}


@pytest.mark.parametrize(("text", "read", "refused"), READS.values(), ids=READS)
def test_a_value_that_cannot_be_read_is_refused(
    tmp_path: Path, text: str, read: Callable[[Path], object], refused: str
) -> None:
    path = entry_of(tmp_path, text)
    with pytest.raises(RulebookError, match=re.escape(refused)):
        read(path)
