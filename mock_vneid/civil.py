"""What the population record says of a virtual person beyond the name: home, household, family; organisations."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from mock_vneid import families, pedigree
from mock_vneid.data.communes import COMMUNES
from mock_vneid.data.provinces import PROVINCES, PROVINCES_TODAY
from mock_vneid.dice import Dice, Weighted
from mock_vneid.families import Marriage, relative
from mock_vneid.ids import birth_year_of
from mock_vneid.people import Address, CivilRecord, Household, Relative, Representation
from mock_vneid.population import SNAPSHOT, Life, life

_TODAY = {old: (code, name) for code, name, territory in PROVINCES_TODAY for old in territory}
_NAMES = {code: name for code, name, _ in PROVINCES_TODAY}
_HOME = "42"  # whose communes are known
_COMMUNES = Weighted([(code, 3 if name.startswith("Phường") else 1) for code, name in COMMUNES.items()])
_AWAY = Weighted((("79", 30), ("01", 25), ("75", 10), ("48", 8), ("40", 7), ("42", 6), ("66", 5), ("24", 5), ("31", 4)))
_CODES = sorted(PROVINCES)
_REPRESENTATIVES_TRIED = 16


def address(seed: int, key: str, born_in: str, topic: str = "address") -> Address:
    """Where the household, organisation or guest of this key lives; `born_in` is the birth code it comes from."""
    dice = Dice(seed, key, topic)
    code = _TODAY[born_in][0] if dice.chance(78) else dice.weighted(_AWAY)
    if code != _HOME:
        return Address(f"Tổ {1 + dice.below(40)}", _NAMES[code], code)
    commune = dice.weighted(_COMMUNES)
    name = COMMUNES[commune]
    if name.startswith("Phường"):
        line = f"Số {1 + dice.below(300)}, tổ dân phố {1 + dice.below(15)}"
    else:
        line = f"Thôn {1 + dice.below(12)}"
    return Address(line, _NAMES[code], code, name, commune)


def _origin(seed: int, person_id: str) -> str:
    """Where the line comes from; the communes of today, though births were registered in those of their time."""
    code, name = _TODAY[person_id[:3]]
    if code != _HOME:
        return name
    dice = Dice(seed, "origin", *pedigree.line_of(seed, person_id))
    return f"{COMMUNES[dice.weighted(_COMMUNES)]}, {name}"


def _anchor(seed: int, person_id: str, wedding: Marriage | None) -> str:
    """The id that names a person's household: the husband's, the unmarried child's father's, else one's own."""
    if wedding and wedding.man and wedding.woman:
        return person_id if wedding.divorced_on else wedding.man
    if wedding is None and (parents := families.parents(seed, person_id)) and parents.man:
        return parents.man
    return person_id


def _members(seed: int, anchor: str) -> list[str]:
    """The living ones, the head first: husband, wife, then the children who have not married, eldest first."""
    wedding = families.marriage(seed, anchor)
    found = [anchor]
    if wedding and wedding.man == anchor:
        if wedding.woman and not wedding.divorced_on:
            found.append(wedding.woman)
        found += [child for child in families.children(seed, wedding) if not families.marriage(seed, child)]
    return [member for member in found if life(seed, member).died_on is None]


def household(seed: int, person_id: str, wedding: Marriage | None) -> tuple[str, Household]:
    """The anchor and the household of a living person; a spouse from abroad is in it without an id."""
    anchor = _anchor(seed, person_id, wedding)
    members = tuple(relative(seed, member) for member in _members(seed, anchor))
    if anchor == person_id and wedding and wedding.foreigner:
        members += (wedding.foreigner,)
    return anchor, Household(Dice(seed, anchor, "household").digits(10), members)


def home(seed: int, person_id: str, wedding: Marriage | None) -> Address:
    anchor = _anchor(seed, person_id, wedding)
    return address(seed, anchor, anchor[:3])


def _spouse(seed: int, person_id: str, wedding: Marriage | None) -> Relative | None:
    if wedding is None or wedding.divorced_on:
        return None
    other = wedding.spouse_of(person_id)
    return relative(seed, other) if other else wedding.foreigner


def _guardian(seed: int, who: Life) -> Relative | None:
    parents = None if who.is_adult() else families.parents(seed, who.id)
    living = [
        one for one in (parents and parents.man, parents and parents.woman) if one and not life(seed, one).died_on
    ]
    return relative(seed, living[0]) if living else None


def record(seed: int, person_id: str) -> CivilRecord:
    """The population record of this virtual person; of one born after the snapshot little stands in it."""
    who = life(seed, person_id)
    father, mother = families.father_and_mother(seed, person_id)
    wedding = families.marriage(seed, person_id)
    permanent = current = house = None
    if who.died_on is None and who.born <= SNAPSHOT:
        anchor, house = household(seed, person_id, wedding)
        permanent = current = address(seed, anchor, anchor[:3])
        if wedding is None and 18 <= SNAPSHOT.year - who.born.year <= 35 and Dice(seed, person_id, "stays").chance(15):
            current = address(seed, person_id, person_id[:3], "stay")
    return CivilRecord(
        origin=_origin(seed, person_id),
        birth_registered_in=PROVINCES[person_id[:3]],
        permanent=permanent,
        current=current,
        father=father,
        mother=mother,
        marital_status=families.status(seed, person_id, wedding),
        spouse=_spouse(seed, person_id, wedding),
        married_on=wedding.wed_on.isoformat() if wedding else None,
        divorced_on=wedding.divorced_on.isoformat() if wedding and wedding.divorced_on else None,
        children=tuple(relative(seed, child) for child in families.children(seed, wedding)) if wedding else (),
        household=house,
        guardian=_guardian(seed, who),
        died_on=who.died_on.isoformat() if who.died_on else None,
    )


def representation(seed: int, organization_id: str) -> Representation:
    """Who speaks for this virtual organisation or branch, since when, and where it has its seat. Always an adult."""
    dice = Dice(seed, organization_id, "representative")
    person_id = ""
    for _ in range(_REPRESENTATIVES_TRIED):
        province = "042" if dice.chance(25) else dice.pick(_CODES)
        head = f"{province}{0 if dice.chance(65) else 1}{60 + dice.below(38)}"
        person_id = f"{head}{100 + dice.below(989_900):06d}"
        if life(seed, person_id).died_on is None:
            break
    founded = Dice(seed, organization_id, "founded").day(date(2005, 1, 1), SNAPSHOT)
    since = dice.day(max(founded, date(birth_year_of(person_id) + 19, 1, 1)), SNAPSHOT)
    seat = address(seed, organization_id, person_id[:3])
    return Representation(relative(seed, person_id), since.isoformat(), founded.isoformat(), seat)


def without(known: CivilRecord, gone: Collection[str]) -> CivilRecord:
    """The record without the relatives of these ids, who are other people in this world."""
    if not gone:
        return known

    def kept(one: Relative | None) -> Relative | None:
        return None if one and one.id in gone else one

    def all_kept(some: tuple[Relative, ...]) -> tuple[Relative, ...]:
        return tuple(one for one in some if one.id not in gone)

    house = known.household
    return replace(
        known,
        father=kept(known.father),
        mother=kept(known.mother),
        spouse=kept(known.spouse),
        guardian=kept(known.guardian),
        children=all_kept(known.children),
        household=house and replace(house, members=all_kept(house.members)),
    )
