"""The law: YAML files → one `Rulebook`. Gaps, overlaps, missing references, unknown keys: refused, by file and line."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from app.domain.calendar import WorkingCalendar
from app.domain.law import (
    RULES,
    FeeLaw,
    Forwarding,
    Law,
    ListLaw,
    Period,
    ProcessingCut,
    Provision,
    Rulebook,
    RuleVersion,
    TypeLaw,
    WaitLimit,
)
from app.rulebook.yamlfile import Entry, load

LAW = Path(__file__).parent / "law"
CHANNELS = ("counter", "online", "postal")
FEE_PURPOSES = frozenset({"producing", "printing", "issuing"})

T = TypeVar("T")


def load_rulebook(folder: Path = LAW) -> Rulebook:
    """Read and check all law files. Raises RulebookError."""
    laws = _laws(load(folder / "laws.yaml"))
    provisions = _provisions(sorted((folder / "provisions").glob("*.yaml")), laws)
    rules_file = load(folder / "rules.yaml")
    rules = _rules(rules_file.entry("rules"), provisions)
    type_laws = _type_laws(rules_file.entries("type_laws"), provisions)
    article_4, cut_by = _article_4(rules_file.entry("papers_of_article_4"), provisions)
    wait_limits = _wait_limits(rules_file.entries("registry_wait"), provisions, rules_file)
    fees_dropped = _fees_dropped(rules_file.entries("fees_dropped"), provisions)
    ask_limits = _limits(rules_file.entries("ask_limits"), provisions)
    cuts = _processing_cuts(rules_file.entries("processing_cut"), provisions)
    forwarding = _forwarding(rules_file.entries("forwarding"), provisions)
    rules_file.close()
    lists = _lists(load(folder / "lists.yaml"), laws, provisions)
    return Rulebook(
        _revision(folder),
        laws,
        provisions,
        rules,
        type_laws,
        article_4,
        cut_by,
        lists,
        wait_limits,
        fees_dropped,
        tuple(limit for _, limit in ask_limits),
        cuts,
        forwarding,
    )


def load_calendar(folder: Path = LAW) -> WorkingCalendar:
    """Working hours, week days, holidays and swapped days by year. Raises RulebookError."""
    file = load(folder / "calendar.yaml")
    file.text("reference")
    file.day("checked_on")
    hours = tuple(_hours(e) for e in file.entries("hours"))
    weekdays = file.texts("weekdays")
    if not hours or not weekdays or not set(weekdays) <= set("0123456"):
        file.fail("at least one span of `hours` and one of the `weekdays` 0 to 6 are needed")
    acts = {_act(e) for e in file.entries("acts")}
    weekly = WorkingCalendar(hours, frozenset(int(d) for d in weekdays), frozenset())
    off: set[date] = set()
    worked: set[date] = set()
    announced: set[int] = set()
    for entry in file.entries("years"):
        year = entry.number("year")
        if entry.flag("announced", default=False):
            announced.add(year)
        for e in entry.entries("days_off"):
            off |= _days_off(e, year, acts)
        for e in entry.entries("swaps"):
            free, extra = _swap(e, year, acts, weekly)
            off.add(free)
            worked.add(extra)
        entry.close()
    file.close()
    return WorkingCalendar(hours, weekly.weekdays, frozenset(off), frozenset(worked), frozenset(announced))


def _act(entry: Entry) -> str:
    found, _ = entry.text("id"), entry.text("name")
    entry.close()
    return found


def _days_off(entry: Entry, year: int, acts: set[str]) -> set[date]:
    entry.text("name")
    first = entry.day("from")
    last = entry.day_or_none("until") or first
    _resting_on(entry, acts)
    if last < first or {first.year, last.year} != {year}:
        entry.fail(f"days off lie in the year {year}, the first before the last")
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def _swap(entry: Entry, year: int, acts: set[str], weekly: WorkingCalendar) -> tuple[date, date]:
    off, worked = entry.day("off"), entry.day("worked")
    _resting_on(entry, acts)
    if not weekly.is_working_day(off) or weekly.is_working_day(worked) or off.year != year:
        entry.fail("a swap makes a working day of the year free and a weekly day off a working day")
    return off, worked


def _resting_on(entry: Entry, acts: set[str]) -> None:
    if entry.text("basis") not in acts:
        entry.fail_at("basis", "`basis` names none of the `acts`")
    entry.close()


def _revision(folder: Path) -> str:
    """Digest of all law files: the same law has the same revision wherever it runs."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def _hours(entry: Entry) -> tuple[time, time]:
    opens, closes = _time(entry, "opens"), _time(entry, "closes")
    entry.close()
    if closes <= opens:
        entry.fail_at("closes", "`closes` does not lie after `opens`")
    return opens, closes


def _time(entry: Entry, key: str) -> time:
    try:
        return time.fromisoformat(entry.text(key))
    except ValueError:
        entry.fail_at(key, f"`{key}` must be a time, HH:MM")


def _period(entry: Entry) -> Period:
    start, until = entry.day_or_none("from"), entry.day_or_none("until")
    if start and until and until < start:
        entry.fail_at("until", "`until` lies before `from`")
    return Period(start, until)


def _laws(file: Entry) -> dict[str, Law]:
    laws: dict[str, Law] = {}
    for e in file.entries("laws"):
        law = Law(
            id=e.text("id"),
            name=e.text("name"),
            title=e.text("title"),
            issuer=e.text("issuer"),
            issued_on=e.day_or_none("issued_on"),
            period=_period(e),
            reference=e.text("reference"),
            confirmed=e.flag("confirmed", default=False),
            checked_on=e.day("checked_on"),
        )
        e.close()
        if law.id in laws:
            e.fail(f"the law {law.id} stands twice")
        laws[law.id] = law
    file.close()
    return laws


def _provisions(paths: Iterable[Path], laws: dict[str, Law]) -> dict[str, Provision]:
    provisions: dict[str, Provision] = {}
    for path in paths:
        file = load(path)
        law = laws.get(file.text("law"))
        if law is None:
            file.fail_at("law", "this law is not in laws.yaml")
        for e in file.entries("provisions"):
            found = e.flag("found", default=True)
            provision = Provision(
                id=e.text("id"),
                law=law,
                provision=e.text("provision") if found else None,
                period=_period(e),
                words=e.text_or_none("words"),
                reference=e.text("reference"),
                confidence=e.text("confidence"),
                checked_on=e.day("checked_on"),
            )
            e.close()
            if provision.period.start is None:
                e.fail("a provision needs the day `from` which it is in force")
            if provision.id in provisions:
                e.fail(f"the provision {provision.id} stands twice")
            provisions[provision.id] = provision
        file.close()
    return provisions


def _cites(entry: Entry, provisions: dict[str, Provision]) -> tuple[str, ...]:
    cites = entry.texts("cites")
    for name in cites:
        if name not in provisions:
            entry.fail_at("cites", f"the provision {name} is in no file of provisions/")
    return cites


def _rules(entry: Entry, provisions: dict[str, Provision]) -> dict[str, tuple[RuleVersion, ...]]:
    rules = {}
    for name, versions in entry.lists():
        if name not in RULES:
            entry.fail_at(name, f"the service knows no rule {name}")
        if not versions:
            entry.fail_at(name, f"the rule {name} has no version")
        rules[name] = _rule(name, versions, provisions)
    if missing := sorted(RULES - rules.keys()):
        entry.fail(f"missing: {', '.join(missing)}")
    return rules


def _rule(name: str, entries: Sequence[Entry], provisions: dict[str, Provision]) -> tuple[RuleVersion, ...]:
    versions = []
    for e in entries:
        versions.append((e, RuleVersion(_period(e), _cites(e, provisions))))
        e.close()
        if not versions[-1][1].cites:
            e.fail(f"the rule {name} cites nothing")
    _without_gap_or_overlap(f"the rule {name}", [(e, v.period) for e, v in versions])
    return tuple(v for _, v in versions)


def _without_gap_or_overlap(what: str, periods: Sequence[tuple[Entry, Period]]) -> None:
    """Versions follow each other day by day; only the last may be open."""
    for (_, one), (entry, other) in pairwise(periods):
        if one.until is None or other.start is None or other.start <= one.until:
            entry.fail(f"{what}: this version overlaps the one before it")
        if other.start != one.until + timedelta(days=1):
            entry.fail(f"{what}: there is a gap before this version")


def _type_laws(entries: Sequence[Entry], provisions: dict[str, Provision]) -> tuple[TypeLaw, ...]:
    laws: dict[tuple[str, str], list[tuple[Entry, Period]]] = {}
    found = []
    for e in entries:
        law = TypeLaw(e.text("document_type"), e.text("service"), _period(e), _cites(e, provisions))
        e.close()
        if not law.cites:
            e.fail(f"the law of {law.document_type} through {law.service} cites nothing")
        laws.setdefault((law.document_type, law.service), []).append((e, law.period))
        found.append(law)
    for (code, service), periods in laws.items():
        _without_gap_or_overlap(f"the law of {code} through {service}", periods)
    return tuple(found)


def _article_4(entry: Entry, provisions: dict[str, Provision]) -> tuple[dict[str, str], date]:
    cut_by = entry.day("cut_by")
    papers = entry.entry("papers")
    points: dict[str, str] = {}
    for code, point in papers.pairs():
        if not isinstance(point, str) or point not in provisions:
            papers.fail_at(code, f"the point of Điều 4 named for {code} is in no file of provisions/")
        points[code] = point
    entry.close()
    return points, cut_by


def _wait_limits(entries: Sequence[Entry], provisions: dict[str, Provision], file: Entry) -> tuple[WaitLimit, ...]:
    limits = _limits(entries, provisions)
    for channel in CHANNELS:
        own = [(e, limit.period) for e, limit in limits if limit.channel == channel]
        if not own:
            file.fail_at("registry_wait", f"no limit for the channel {channel}")
        _without_gap_or_overlap(f"registry_wait of {channel}", own)
    return tuple(limit for _, limit in limits)


def _limits(entries: Sequence[Entry], provisions: dict[str, Provision]) -> list[tuple[Entry, WaitLimit]]:
    limits: list[tuple[Entry, WaitLimit]] = []
    for e in entries:
        hours, days = e.number_or_none("working_hours"), e.number_or_none("working_days")
        if (hours is None) == (days is None):
            e.fail("exactly one of `working_hours` and `working_days` is needed")
        limits.append((e, WaitLimit(_period(e), _channel(e), hours, days, _cites(e, provisions))))
        e.close()
    return limits


def _channel(entry: Entry) -> str:
    channel = entry.text("channel")
    if channel not in CHANNELS:
        entry.fail_at("channel", f"`channel` must be one of {', '.join(CHANNELS)}")
    return channel


def _processing_cuts(entries: Sequence[Entry], provisions: dict[str, Provision]) -> tuple[ProcessingCut, ...]:
    cuts: list[tuple[Entry, ProcessingCut]] = []
    for e in entries:
        cuts.append((e, ProcessingCut(_period(e), _channel(e), e.number("percent"), _cites(e, provisions))))
        e.close()
        if not 0 < cuts[-1][1].percent < 100:
            e.fail_at("percent", "`percent` must lie between 1 and 99")
    for channel in CHANNELS:
        own = [(e, cut.period) for e, cut in cuts if cut.channel == channel]
        _without_gap_or_overlap(f"processing_cut of {channel}", own)
    return tuple(cut for _, cut in cuts)


def _forwarding(entries: Sequence[Entry], provisions: dict[str, Provision]) -> tuple[Forwarding, ...]:
    found = [(e, Forwarding(_period(e), _time(e, "by"), _cites(e, provisions))) for e in entries]
    for e, _ in found:
        e.close()
    _without_gap_or_overlap("forwarding", [(e, f.period) for e, f in found])
    return tuple(f for _, f in found)


def _fees_dropped(entries: Sequence[Entry], provisions: dict[str, Provision]) -> tuple[FeeLaw, ...]:
    laws = []
    for e in entries:
        names = {key: frozenset(e.texts(key)) for key in ("for", "document_types", "procedures")}
        law = FeeLaw(names["for"], names["document_types"], names["procedures"], _period(e), _cites(e, provisions))
        e.close()
        if not law.purposes or not law.purposes <= FEE_PURPOSES:
            e.fail_at("for", f"`for` must be some of {', '.join(sorted(FEE_PURPOSES))}")
        if law.period.start is None or not law.cites:
            e.fail("what drops a fee says `from` which day on, and cites a provision")
        laws.append(law)
    return tuple(laws)


def _lists(file: Entry, laws: dict[str, Law], provisions: dict[str, Provision]) -> dict[str, ListLaw]:
    lists: dict[str, ListLaw] = {}
    for e in file.entries("lists"):
        law = e.text("law")
        if law not in laws:
            e.fail_at("law", f"the law {law} is not in laws.yaml")
        entry = ListLaw(
            id=e.text("id"),
            title=e.text("title"),
            subject=e.text("subject"),
            law=law,
            cites=_cites(e, provisions),
            period=_period(e),
            declared=e.number_or_none("declared"),
            declared_rows=e.number_or_none("declared_rows"),
            cut_by=e.day_or_none("cut_by"),
        )
        e.close()
        if entry.subject not in ("procedure", "document_type"):
            e.fail_at("subject", "`subject` must be procedure or document_type")
        if not entry.cites:
            e.fail(f"the list {entry.id} cites nothing")
        if entry.id in lists:
            e.fail(f"the list {entry.id} stands twice")
        lists[entry.id] = entry
    file.close()
    return lists
