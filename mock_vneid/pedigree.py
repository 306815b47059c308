"""Who descends from whom and who may marry whom, by arithmetic on ids alone: nothing is stored, each step goes back.

The million tails of a head (province, century and sex, year) are shuffled into slots; four slots are a *line*, the four
families of one name that go on from father to son under the same number in every year. POPULATION.md has all of it.
"""

from dataclasses import dataclass
from functools import lru_cache

from mock_vneid.data.names import FAMILY_NAMES, region
from mock_vneid.data.provinces import PROVINCES
from mock_vneid.dice import Dice, Weighted
from mock_vneid.ids import Sex, birth_year_of, sex_of

_SLOTS, _FAMILIES = 1_000_000, 4
_LINES = _SLOTS // _FAMILIES
_SPREAD = 618_033  # has no factor in common with a million: a step from slot to slot that can be taken back
_BACK = pow(_SPREAD, -1, _SLOTS)
# Of a family much is asked again and again, so the latest draws are kept; never more than these.
KEPT = 512
_BRIDES_STEP, _BRIDES_YEAR = 104_729, 1000

_NAMES = {name: Weighted(table) for name, table in FAMILY_NAMES.items()}
_CODES = sorted(PROVINCES)
_INDEX = {code: index for index, code in enumerate(_CODES)}

# How the eight children of a line fall to its four families, in their order; first and last years of a birth year.
_CHILDREN = Weighted((((2, 2, 2, 2), 20), ((1, 2, 2, 3), 25), ((0, 2, 3, 3), 35), ((0, 2, 2, 4), 20)))
_ORDER = (0, 5, 2, 7, 4, 1, 6, 3)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099

# By how many years a wife is younger, and by how many codes further on she was born.
_YOUNGER = Weighted(((-2, 4), (-1, 8), (0, 14), (1, 16), (2, 17), (3, 15), (4, 12), (5, 8), (6, 6)))
_FROM_AFAR = Weighted(((0, 80), (1, 5), (62, 5), (2, 2), (61, 2), (7, 2), (20, 2), (40, 2)))


@dataclass(frozen=True, slots=True)
class Line:
    """Of each of the eight children born under a line's number: the family (0-3) and the father's age in years."""

    family_name: str
    family: tuple[int, ...]
    father_age: tuple[int, ...]


def is_reserved(person_id: str) -> bool:
    """Tails 000000-000099 and 990000-999999 are left to people put by hand: the population has no kin there."""
    return not 100 <= int(person_id[6:]) < 990_000


def _head(province: str, sex: Sex, year: int) -> str | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    return f"{province}{2 * (year >= 2000) + (sex == 'female')}{year % 100:02d}"


@lru_cache(KEPT)
def _shift(seed: int, head: str) -> int:
    return Dice(seed, head, "slots").below(_SLOTS)


def _slot(seed: int, person_id: str) -> int:
    return (int(person_id[6:]) * _SPREAD + _shift(seed, person_id[:6])) % _SLOTS


def _at(seed: int, head: str | None, slot: int) -> str | None:
    return None if head is None else f"{head}{(slot - _shift(seed, head)) * _BACK % _SLOTS:06d}"


@lru_cache(KEPT)
def _line(seed: int, province: str, number: int) -> Line:
    dice = Dice(seed, "line", province, str(number))
    family_name = dice.weighted(_NAMES[region(province)])
    children, turn, start = dice.weighted(_CHILDREN), dice.below(_FAMILIES), dice.below(len(_ORDER))
    family, father_age, born = [0] * 8, [0] * 8, 0
    for place in range(_FAMILIES):
        first, apart = 26 + dice.below(8), 2 + dice.below(2)
        for nth in range(children[(place + turn) % _FAMILIES]):
            child = _ORDER[(start + born) % 8]
            family[child], father_age[child] = place, first + nth * apart
            born += 1
    return Line(family_name, tuple(family), tuple(father_age))


def family_name(seed: int, person_id: str) -> str:
    return _line(seed, person_id[:3], _slot(seed, person_id) // _FAMILIES).family_name


def line_of(seed: int, person_id: str) -> tuple[str, str]:
    """Birth code and number of the line, as a topic of draws that all of one line share."""
    return person_id[:3], str(_slot(seed, person_id) // _FAMILIES)


def father(seed: int, person_id: str) -> str | None:
    """The id of the father by blood, or None where he was born before the first id there is."""
    province, (number, place) = person_id[:3], divmod(_slot(seed, person_id), _FAMILIES)
    line, child = _line(seed, province, number), place + 4 * (sex_of(person_id) == "female")
    head = _head(province, "male", birth_year_of(person_id) - line.father_age[child])
    return _at(seed, head, number * _FAMILIES + line.family[child])


def births(seed: int, man_id: str) -> list[tuple[int, str | None]]:
    """Year and id of each child that is or will be born to this man, eldest first; no id beyond the year 2099."""
    province, (number, place) = man_id[:3], divmod(_slot(seed, man_id), _FAMILIES)
    line, year = _line(seed, province, number), birth_year_of(man_id)
    found: list[tuple[int, str | None]] = []
    for child in sorted(range(8), key=line.father_age.__getitem__):
        if line.family[child] == place:
            born = year + line.father_age[child]
            head = _head(province, "male" if child < _FAMILIES else "female", born)
            found.append((born, _at(seed, head, number * _FAMILIES + child % _FAMILIES)))
    return found


def match(seed: int, person_id: str) -> str | None:
    """The only one whom this person may marry inside the population; their match is this person. None: out of range."""
    number, place = divmod(_slot(seed, person_id), _FAMILIES)
    year, index, woman = birth_year_of(person_id), _INDEX[person_id[:3]], sex_of(person_id) == "female"
    if not woman:
        number = (number + _BRIDES_STEP * (year - _BRIDES_YEAR)) % _LINES
    dice = Dice(seed, "match", str(number * _FAMILIES + place))
    younger, afar = dice.weighted(_YOUNGER), dice.weighted(_FROM_AFAR)
    if woman:
        year -= younger
        number = (number - _BRIDES_STEP * (year - _BRIDES_YEAR)) % _LINES
        head = _head(_CODES[(index - afar) % len(_CODES)], "male", year)
    else:
        head = _head(_CODES[(index + afar) % len(_CODES)], "female", year + younger)
    return _at(seed, head, number * _FAMILIES + place)
