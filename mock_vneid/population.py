"""The virtual population: every well-formed id is somebody, derived from (seed, id) alone and stored nowhere.

What the digits of an id say (sex, birth year, province) is kept; the rest is drawn with `Dice`, each topic from a
stream of its own, so that a new topic never changes an old one. People are as recorded on `SNAPSHOT`; the clock of a
world plays no part. POPULATION.md is the specification; `families` and `civil` say who belongs to whom and lives where.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from mock_vneid import pedigree
from mock_vneid.data.names import BRANDS, GENERATION, GIVEN_NAMES, MIDDLE_NAMES, TRADES
from mock_vneid.dice import Dice, Weighted
from mock_vneid.ids import Sex, birth_year_of, is_branch, sex_of
from mock_vneid.people import Organization, Person

SNAPSHOT = date(2026, 9, 30)

_YEAR_ONLY_BEFORE = 1966
_ADULT, _ACCOUNT_FROM = 18, 14
_IDENTITY_LEVELS = Weighted(((2, 80), (1, 10), (0, 10)))
_FORMS = Weighted((("CÔNG TY TNHH", 55), ("CÔNG TY CỔ PHẦN", 25), ("HỘ KINH DOANH", 15), ("HỢP TÁC XÃ", 5)))
# The decade of the age at death. Nobody dies before 45, so that whoever wed or had children lived to do so.
_DEATH_FROM = Weighted(((45, 5), (55, 10), (65, 20), (75, 32), (85, 26), (95, 7)))
_FIRST_DEATH = 45


@dataclass(frozen=True, slots=True)
class Life:
    """What documents are derived from. `born` is a full date also where only the year is recorded."""

    seed: int
    id: str
    born: date
    sex: Sex
    year_only: bool
    identity_level: int
    died_on: date | None

    def birthday(self, age: int) -> date:
        """The day of turning `age`; one born on 29 February turns on the 28th in a common year."""
        year = self.born.year + age
        day = 28 if (self.born.month, self.born.day) == (2, 29) else self.born.day
        return date(year, self.born.month, day)

    def is_adult(self) -> bool:
        return self.birthday(_ADULT) <= SNAPSHOT


@lru_cache(pedigree.KEPT)
def life(seed: int, person_id: str) -> Life:
    dice = Dice(seed, person_id, "life")
    year, sex = birth_year_of(person_id), sex_of(person_id)
    if year > SNAPSHOT.year:  # born after the snapshot: the first of January is the one day that has surely passed
        return Life(seed, person_id, date(year, 1, 1), sex, year_only=False, identity_level=0, died_on=None)
    born = dice.day(date(year, 1, 1), min(date(year, 12, 31), SNAPSHOT))
    year_only = dice.chance(6) and year < _YEAR_ONLY_BEFORE
    identity_level = dice.weighted(_IDENTITY_LEVELS)
    died_on = _death(seed, person_id, born)
    if SNAPSHOT.year - year < _ACCOUNT_FROM or died_on:
        identity_level = 0
    return Life(seed, person_id, born, sex, year_only, identity_level, died_on)


def _death(seed: int, person_id: str, born: date) -> date | None:
    if SNAPSHOT.year - born.year < _FIRST_DEATH:
        return None
    dice = Dice(seed, person_id, "death")
    age = dice.weighted(_DEATH_FROM) + dice.below(10)
    died_on = date(born.year + age, born.month, min(born.day, 28)) + timedelta(days=3 + dice.below(360))
    return died_on if died_on <= SNAPSHOT else None


def person(seed: int, person_id: str) -> Person:
    """The virtual person of this id. The id must be well formed."""
    living, dice = life(seed, person_id), Dice(seed, person_id, "name")
    generation = int(living.born.year >= GENERATION)
    middle = dice.pick(MIDDLE_NAMES[living.sex][generation])
    given = dice.pick(GIVEN_NAMES[living.sex][generation])
    birth_date = str(living.born.year) if living.year_only else living.born.isoformat()
    full_name = f"{pedigree.family_name(seed, person_id)} {middle} {given}"
    return Person(person_id, full_name, birth_date, living.sex, living.identity_level)


def organization(seed: int, organization_id: str) -> Organization:
    """The virtual organisation of this id: a company, household business or cooperative, or (13 digits) its branch."""
    dice = Dice(seed, organization_id[:10], "organization")
    name = f"{dice.weighted(_FORMS)} {dice.pick(TRADES)} {dice.pick(BRANDS)}"
    return Organization(organization_id, f"CHI NHÁNH {name}" if is_branch(organization_id) else name)
