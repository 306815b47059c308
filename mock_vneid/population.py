"""The virtual population: every well-formed id is somebody, derived from (seed, id) alone and stored nowhere.

What the digits of an id say (sex, birth year, province) is kept; the rest is drawn with `Dice`, each topic from a
stream of its own, so that a new topic never changes an old one. People are as recorded on `SNAPSHOT`; the clock of a
world plays no part.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from mock_vneid.data.names import (
    BRANDS,
    FAMILY_NAMES,
    GENERATION,
    GIVEN_NAMES,
    MIDDLE_NAMES,
    SOUTHERN_FORMS,
    TRADES,
)
from mock_vneid.dice import Dice, Weighted
from mock_vneid.ids import Sex, birth_year_of, is_branch, sex_of
from mock_vneid.people import Organization, Person

SNAPSHOT = date(2026, 9, 30)

_FAMILY_NAMES = Weighted(FAMILY_NAMES)
_SOUTH_FROM = "048"
_YEAR_ONLY_BEFORE = 1966
_ADULT, _ACCOUNT_FROM = 18, 14
_IDENTITY_LEVELS = Weighted(((2, 80), (1, 10), (0, 10)))
_FORMS = Weighted((("CÔNG TY TNHH", 55), ("CÔNG TY CỔ PHẦN", 25), ("HỘ KINH DOANH", 15), ("HỢP TÁC XÃ", 5)))


@dataclass(frozen=True, slots=True)
class Life:
    """What documents are derived from. `born` is a full date also where only the year is recorded."""

    id: str
    born: date
    sex: Sex
    year_only: bool
    identity_level: int
    married_on: date | None

    def birthday(self, age: int) -> date:
        """The day of turning `age`; one born on 29 February turns on the 28th in a common year."""
        year = self.born.year + age
        day = 28 if (self.born.month, self.born.day) == (2, 29) else self.born.day
        return date(year, self.born.month, day)

    def is_adult(self) -> bool:
        return self.birthday(_ADULT) <= SNAPSHOT


def life(seed: int, person_id: str) -> Life:
    dice = Dice(seed, person_id, "life")
    year, sex = birth_year_of(person_id), sex_of(person_id)
    if year > SNAPSHOT.year:  # born after the snapshot: the first of January is the one day that has surely passed
        return Life(person_id, date(year, 1, 1), sex, year_only=False, identity_level=0, married_on=None)
    born = dice.day(date(year, 1, 1), min(date(year, 12, 31), SNAPSHOT))
    year_only = dice.chance(6) and year < _YEAR_ONLY_BEFORE
    identity_level = dice.weighted(_IDENTITY_LEVELS)
    if SNAPSHOT.year - year < _ACCOUNT_FROM:
        identity_level = 0
    weds, wait = dice.chance(85), dice.below(15 * 365)
    married_on = born + timedelta(days=(20 if sex == "male" else 18) * 366 + wait)
    return Life(
        person_id, born, sex, year_only, identity_level, married_on if weds and married_on <= SNAPSHOT else None
    )


def _family_name(dice: Dice, province: str) -> str:
    family = dice.weighted(_FAMILY_NAMES)
    return SOUTHERN_FORMS.get(family, family) if province >= _SOUTH_FROM else family


def person(seed: int, person_id: str) -> Person:
    """The virtual person of this id. The id must be well formed."""
    living, dice = life(seed, person_id), Dice(seed, person_id, "name")
    generation = int(living.born.year >= GENERATION)
    family = _family_name(dice, person_id[:3])
    middle = dice.pick(MIDDLE_NAMES[living.sex][generation])
    given = dice.pick(GIVEN_NAMES[living.sex][generation])
    birth_date = str(living.born.year) if living.year_only else living.born.isoformat()
    return Person(person_id, f"{family} {middle} {given}", birth_date, living.sex, living.identity_level)


def organization(seed: int, organization_id: str) -> Organization:
    """The virtual organisation of this id: a company, household business or cooperative, or (13 digits) its branch."""
    dice = Dice(seed, organization_id[:10], "organization")
    name = f"{dice.weighted(_FORMS)} {dice.pick(TRADES)} {dice.pick(BRANDS)}"
    return Organization(organization_id, f"CHI NHÁNH {name}" if is_branch(organization_id) else name)
