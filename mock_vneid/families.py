"""Marriages, children and parents of the virtual population, as recorded on the snapshot: from either side the same."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from mock_vneid import pedigree
from mock_vneid.data.names import FAMILY_NAMES, FOREIGNERS, GENERATION, GIVEN_NAMES, MIDDLE_NAMES, region
from mock_vneid.dice import Dice, Weighted
from mock_vneid.ids import Sex, birth_year_of, sex_of
from mock_vneid.people import MaritalStatus, Relative
from mock_vneid.population import SNAPSHOT, life, person

_HE_WEDS_FROM, _SHE_WEDS_FROM = 21, 19  # in the calendar year of that birthday; the law says 20 and 18 years of age
_BEFORE_FIRST_CHILD = 3  # years between the earliest wedding and the latest, where there are children
_CHILDLESS_WITHIN = 12
_FOREIGNERS = Weighted([((country, women, men), weight) for country, weight, women, men in FOREIGNERS])
_WIVES = {name: Weighted(table) for name, table in FAMILY_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Marriage:
    """`divorced_on` is None while it lasts, and when death ended it. One of the two has no id when from abroad."""

    man: str | None
    woman: str | None
    wed_on: date
    divorced_on: date | None = None
    foreigner: Relative | None = None

    def spouse_of(self, person_id: str) -> str | None:
        return self.woman if person_id == self.man else self.man


def marriage(seed: int, person_id: str) -> Marriage | None:
    """The one marriage of this person's life, or None while there is none on the day of the snapshot."""
    if pedigree.is_reserved(person_id):
        return None
    other = pedigree.match(seed, person_id)
    man, woman = (person_id, other) if sex_of(person_id) == "male" else (other, person_id)
    return _couple(seed, man, woman) or _abroad(seed, person_id)


@lru_cache(pedigree.KEPT)
def _couple(seed: int, man: str | None, woman: str | None) -> Marriage | None:
    if man is None or woman is None or pedigree.is_reserved(man) or pedigree.is_reserved(woman):
        return None
    births = [year for year, _ in pedigree.births(seed, man)]
    dice = Dice(seed, "couple", man)
    weds = dice.chance(40) or bool(births)
    first = max(birth_year_of(man) + _HE_WEDS_FROM, birth_year_of(woman) + _SHE_WEDS_FROM)
    last = births[0] - 1 if births else first + _CHILDLESS_WITHIN
    if births:
        first = max(first, last - _BEFORE_FIRST_CHILD)
    year = first + dice.below(last - first + 1)
    wed_on = dice.day(date(year, 1, 1), date(year, 12, 31))
    if not weds or wed_on > SNAPSHOT:
        return None
    divorces = dice.chance(7)
    settled = date(births[-1], 12, 31) if births else wed_on
    divorced_on = settled + timedelta(days=365 + dice.below(20 * 365))
    if divorces:
        deaths = (life(seed, man).died_on, life(seed, woman).died_on)
        divorces = divorced_on <= min((SNAPSHOT, *(day for day in deaths if day)))
    return Marriage(man, woman, wed_on, divorced_on if divorces else None)


def _abroad(seed: int, person_id: str) -> Marriage | None:
    dice, sex = Dice(seed, person_id, "abroad"), sex_of(person_id)
    if not dice.chance(2):
        return None
    country, women, men = dice.weighted(_FOREIGNERS)
    name = dice.pick(women if sex == "male" else men)
    passport = f"{dice.pick('BCEGKMP')}{dice.digits(8)}"
    year = birth_year_of(person_id) + (_HE_WEDS_FROM if sex == "male" else _SHE_WEDS_FROM) + dice.below(15)
    wed_on = dice.day(date(year, 1, 1), date(year, 12, 31))
    if wed_on > SNAPSHOT:
        return None
    man, woman = (person_id, None) if sex == "male" else (None, person_id)
    return Marriage(man, woman, wed_on, None, Relative(name, None, country, passport))


def status(seed: int, person_id: str, wedding: Marriage | None) -> MaritalStatus:
    if wedding is None:
        return "single"
    if wedding.divorced_on:
        return "divorced"
    spouse = wedding.spouse_of(person_id)
    return "widowed" if spouse and life(seed, spouse).died_on else "married"


def children(seed: int, wedding: Marriage) -> list[str]:
    """Those born by the snapshot, living or dead, eldest first; no child of a couple with a foreigner is recorded."""
    if wedding.man is None or wedding.woman is None:
        return []
    born = (child for year, child in pedigree.births(seed, wedding.man) if child and year <= SNAPSHOT.year)
    return [child for child in born if not pedigree.is_reserved(child)]


def parents(seed: int, person_id: str) -> Marriage | None:
    """Their marriage; None where the parents have no ids, so that only their names are recorded."""
    if pedigree.is_reserved(person_id) or birth_year_of(person_id) > SNAPSHOT.year:
        return None
    father = pedigree.father(seed, person_id)
    if father is None or pedigree.is_reserved(father):
        return None
    return _couple(seed, father, pedigree.match(seed, father))


def relative(seed: int, person_id: str) -> Relative:
    return Relative(person(seed, person_id).full_name, person_id)


def father_and_mother(seed: int, person_id: str) -> tuple[Relative, Relative]:
    """As the birth certificate names them: with ids when they have any."""
    wedding = parents(seed, person_id)
    if wedding and wedding.man and wedding.woman:
        return relative(seed, wedding.man), relative(seed, wedding.woman)
    dice, generation = Dice(seed, person_id, "parents"), int(birth_year_of(person_id) - 30 >= GENERATION)

    def named(family_name: str, sex: Sex) -> Relative:
        middle, given = dice.pick(MIDDLE_NAMES[sex][generation]), dice.pick(GIVEN_NAMES[sex][generation])
        return Relative(f"{family_name} {middle} {given}")

    father = named(pedigree.family_name(seed, person_id), "male")
    return father, named(dice.weighted(_WIVES[region(person_id[:3])]), "female")
