"""A second implementation of the virtual population, written from POPULATION.md alone; nothing of mock_vneid is used.

Slow and plain on purpose: no class, no cache but of whole answers; the tables are read from the specification itself.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

_TEXT = (Path(__file__).parents[2] / "mock_vneid" / "POPULATION.md").read_text(encoding="utf-8")
TABLE: dict[str, Any] = {
    name: json.loads(body) for name, body in re.findall(r"^```json (\w+)\n(.*?)^```", _TEXT, re.MULTILINE | re.DOTALL)
}

SNAPSHOT = date(2026, 9, 30)
CODES = sorted(TABLE["province_codes"])
COMMUNES = [[code, 3 if name.startswith("Phường") else 1] for code, name in TABLE["communes"].items()]
Wedding = dict[str, Any]
Below = Callable[[int], int]


# 1. Draws: a stream is a function `below`


def stream(seed: int, *topic: object) -> Below:
    def words() -> Iterator[int]:
        block = 0
        while True:
            text = "|".join(["mock_vneid/1", str(seed), *map(str, topic), str(block)])
            octets = hashlib.blake2b(text.encode("utf-8")).digest()
            for start in range(0, 64, 4):
                yield int.from_bytes(octets[start : start + 4], "big")
            block += 1

    drawn = words()
    return lambda n: next(drawn) * n // 2**32


def chance(below: Below, percent: int) -> bool:
    return below(100) < percent


def pick(below: Below, items: Any) -> Any:
    return items[below(len(items))]


def weighted(below: Below, table: list[list[Any]]) -> Any:
    """The whole entry; its weight is the second of it."""
    left = below(sum(entry[1] for entry in table))
    for entry in table:
        left -= entry[1]
        if left < 0:
            return entry
    raise AssertionError


def digits(below: Below, count: int) -> str:
    return "".join([str(below(10)) for _ in range(count)])


def day(below: Below, first: date, last: date) -> date:
    return first + timedelta(below(max((last - first).days, 0) + 1))


# 2. Ids


def is_woman(person: str) -> bool:
    return person[3] in "13"


def year_of(person: str) -> int:
    return (1900 if person[3] in "01" else 2000) + int(person[4:6])


def is_reserved(person: str) -> bool:
    return int(person[6:]) < 100 or int(person[6:]) > 989_999


# 3. Lines


def slot_of(seed: int, person: str) -> int:
    return (int(person[6:]) * 618_033 + stream(seed, person[:6], "slots")(1_000_000)) % 1_000_000


def person_at(seed: int, province: str, woman: bool, year: int, slot: int) -> str | None:
    if year < 1900 or year > 2099:
        return None
    century = (2 if year > 1999 else 0) + (1 if woman else 0)
    head = f"{province}{century}{year % 100:02}"
    tail = (slot - stream(seed, head, "slots")(1_000_000)) * 7697 % 1_000_000
    return f"{head}{tail:06}"


def region(province: str) -> str:
    if province >= "048":
        return "south"
    return "north" if province < "038" else "north_central"


def line(seed: int, province: str, number: int) -> tuple[str, dict[int, tuple[int, int]]]:
    """The family name, and of each child of the line its family and its father's age."""
    below = stream(seed, "line", province, number)
    name: str = weighted(below, TABLE["family_names"][region(province)])[0]
    counts, turn, start = weighted(below, TABLE["children"])[0], below(4), below(8)
    order = [0, 5, 2, 7, 4, 1, 6, 3]
    circle = order[start:] + order[:start]
    known: dict[int, tuple[int, int]] = {}
    for family in range(4):
        first, apart = 26 + below(8), 2 + below(2)
        for nth in range(counts[(family + turn) % 4]):
            known[circle.pop(0)] = (family, first + nth * apart)
    return name, known


def family_name(seed: int, person: str) -> str:
    return line(seed, person[:3], slot_of(seed, person) // 4)[0]


def father_of(seed: int, person: str) -> str | None:
    slot = slot_of(seed, person)
    child = slot % 4 + (4 if is_woman(person) else 0)
    family, age = line(seed, person[:3], slot // 4)[1][child]
    return person_at(seed, person[:3], False, year_of(person) - age, slot // 4 * 4 + family)


def births_of(seed: int, man: str) -> list[tuple[int, str | None]]:
    slot = slot_of(seed, man)
    own = [(age, child) for child, (place, age) in line(seed, man[:3], slot // 4)[1].items() if place == slot % 4]
    return [
        (year_of(man) + age, person_at(seed, man[:3], child > 3, year_of(man) + age, slot // 4 * 4 + child % 4))
        for age, child in sorted(own)
    ]


# 4. The one match


def match_of(seed: int, person: str) -> str | None:
    slot, year, index = slot_of(seed, person), year_of(person), CODES.index(person[:3])
    hers = slot if is_woman(person) else (slot + 4 * 104_729 * (year - 1000)) % 1_000_000
    below = stream(seed, "match", hers)
    younger, afar = weighted(below, TABLE["younger"])[0], weighted(below, TABLE["from_afar"])[0]
    if not is_woman(person):
        return person_at(seed, CODES[(index + afar) % 63], True, year + younger, hers)
    his = (slot - 4 * 104_729 * (year - younger - 1000)) % 1_000_000
    return person_at(seed, CODES[(index - afar) % 63], False, year - younger, his)


# 5. Life and name


def birthday(born: date, age: int) -> date:
    return date(born.year + age, born.month, 28 if born.month == 2 and born.day == 29 else born.day)


@cache
def life(seed: int, person: str) -> dict[str, Any]:
    year = year_of(person)
    if year > 2026:
        return {"born": date(year, 1, 1), "year_only": False, "level": 0, "died": None, "adult": False}
    below = stream(seed, person, "life")
    born = day(below, date(year, 1, 1), min(date(year, 12, 31), SNAPSHOT))
    year_only = chance(below, 6) and year < 1966
    level, died = weighted(below, TABLE["identity_levels"])[0], None
    if 2026 - year >= 45:
        death = stream(seed, person, "death")
        age = weighted(death, TABLE["death_from"])[0] + death(10)
        died = date(year + age, born.month, min(28, born.day)) + timedelta(3 + death(360))
        died = None if died > SNAPSHOT else died
    if died or 2026 - year < 14:
        level = 0
    return {"born": born, "year_only": year_only, "level": level, "died": died, "adult": birthday(born, 18) <= SNAPSHOT}


def name_of(seed: int, person: str) -> str:
    below, sex = stream(seed, person, "name"), "female" if is_woman(person) else "male"
    generation = 0 if year_of(person) < 1985 else 1
    middle, given = (pick(below, TABLE[table][sex][generation]) for table in ("middle_names", "given_names"))
    return f"{family_name(seed, person)} {middle} {given}"


def is_alive(seed: int, person: str) -> bool:
    return life(seed, person)["died"] is None


# 6. Marriage, children, parents


@cache
def couple(seed: int, man: str | None, woman: str | None) -> Wedding | None:
    if man is None or woman is None or is_reserved(man) or is_reserved(woman):
        return None
    below, years = stream(seed, "couple", man), [year for year, _ in births_of(seed, man)]
    weds = chance(below, 40) or years != []
    first = max(year_of(man) + 21, year_of(woman) + 19)
    last = first + 12
    if years:
        last = years[0] - 1
        first = max(first, last - 3)
    year = first + below(last - first + 1)
    wed_on = day(below, date(year, 1, 1), date(year, 12, 31))
    if wed_on > SNAPSHOT or not weds:
        return None
    divorces = chance(below, 7)
    ended = (date(years[-1], 12, 31) if years else wed_on) + timedelta(365 + below(7300))
    limits = [SNAPSHOT, *(life(seed, one)["died"] for one in (man, woman) if not is_alive(seed, one))]
    divorced_on = ended if divorces and all(ended <= limit for limit in limits) else None
    return {"man": man, "woman": woman, "wed": wed_on, "divorced": divorced_on}


def marriage(seed: int, person: str) -> Wedding | None:
    if is_reserved(person):
        return None
    match = match_of(seed, person)
    found = couple(seed, match, person) if is_woman(person) else couple(seed, person, match)
    if found:
        return found
    below = stream(seed, person, "abroad")
    if not chance(below, 2):
        return None
    country, _, women, men = weighted(below, TABLE["foreigners"])
    name = pick(below, men if is_woman(person) else women)
    pick(below, "BCEGKMP")
    digits(below, 8)
    year = year_of(person) + (19 if is_woman(person) else 21) + below(15)
    wed_on = day(below, date(year, 1, 1), date(year, 12, 31))
    if wed_on > SNAPSHOT:
        return None
    return {"man": None, "woman": None, "wed": wed_on, "divorced": None, "foreigner": [name, None, country]}


def spouse_of(person: str, wedding: Wedding) -> str | None:
    other: str | None = wedding["man"] if is_woman(person) else wedding["woman"]
    return other


def status_of(seed: int, person: str, wedding: Wedding | None) -> str:
    if wedding is None:
        return "single"
    if wedding["divorced"]:
        return "divorced"
    spouse = spouse_of(person, wedding)
    return "widowed" if spouse and not is_alive(seed, spouse) else "married"


def children_of(seed: int, wedding: Wedding | None) -> list[str]:
    if wedding is None or wedding["man"] is None:
        return []
    return [one for year, one in births_of(seed, wedding["man"]) if one and year <= 2026 and not is_reserved(one)]


def parents_of(seed: int, person: str) -> Wedding | None:
    if is_reserved(person) or year_of(person) > 2026:
        return None
    father = father_of(seed, person)
    return couple(seed, father, match_of(seed, father)) if father else None


def told(seed: int, person: str) -> list[str | None]:
    return [name_of(seed, person), person, "VNM"]


def father_and_mother(seed: int, person: str) -> list[list[str | None]]:
    if wedding := parents_of(seed, person):
        return [told(seed, wedding["man"]), told(seed, wedding["woman"])]
    below, generation = stream(seed, person, "parents"), 0 if year_of(person) - 30 < 1985 else 1

    def given(sex: str) -> str:
        middle = pick(below, TABLE["middle_names"][sex][generation])
        return f"{middle} {pick(below, TABLE['given_names'][sex][generation])}"

    father = f"{family_name(seed, person)} {given('male')}"
    hers = weighted(below, TABLE["family_names"][region(person[:3])])[0]
    return [[father, None, "VNM"], [f"{hers} {given('female')}", None, "VNM"]]


# 7. Home and household


def anchor_of(seed: int, person: str) -> str:
    wedding = marriage(seed, person)
    if wedding is None:
        parents = parents_of(seed, person)
        return str(parents["man"]) if parents else person
    return person if wedding["divorced"] or wedding["man"] is None else str(wedding["man"])


def members_of(seed: int, anchor: str) -> list[str]:
    found, wedding = [anchor], marriage(seed, anchor)
    if wedding and wedding["man"] == anchor:
        found += [] if wedding["divorced"] else [wedding["woman"]]
        found += [child for child in children_of(seed, wedding) if marriage(seed, child) is None]
    return [one for one in found if is_alive(seed, one)]


def address(seed: int, key: str, province: str, topic: str = "address") -> str:
    below = stream(seed, key, topic)
    if chance(below, 78):
        code = next(code for code, _, territory in TABLE["provinces_today"] if province in territory)
    else:
        code = weighted(below, TABLE["away"])[0]
    name = next(name for one, name, _ in TABLE["provinces_today"] if one == code)
    if code != "42":
        return f"Tổ {below(40) + 1}, {name}"
    commune = TABLE["communes"][weighted(below, COMMUNES)[0]]
    if commune.startswith("Phường"):
        return f"Số {below(300) + 1}, tổ dân phố {below(15) + 1}, {commune}, {name}"
    return f"Thôn {below(12) + 1}, {commune}, {name}"


def home_of(seed: int, person: str) -> str:
    anchor = anchor_of(seed, person)
    return address(seed, anchor, anchor[:3])


def origin_of(seed: int, person: str) -> str:
    name: str = next(name for _, name, territory in TABLE["provinces_today"] if person[:3] in territory)
    if person[:3] != "042":
        return name
    below = stream(seed, "origin", "042", slot_of(seed, person) // 4)
    return f"{TABLE['communes'][weighted(below, COMMUNES)[0]]}, {name}"


# 8. Organisations


def representation(seed: int, organization: str) -> dict[str, Any]:
    below = stream(seed, organization, "representative")
    for _ in range(16):
        province = "042" if chance(below, 25) else pick(below, CODES)
        sex = 0 if chance(below, 65) else 1
        year = 60 + below(38)
        who = f"{province}{sex}{year}{100 + below(989_900):06}"
        if is_alive(seed, who):
            break
    founded = day(stream(seed, organization, "founded"), date(2005, 1, 1), SNAPSHOT)
    since = day(below, max(founded, date(year_of(who) + 19, 1, 1)), SNAPSHOT)
    seat = address(seed, organization, who[:3])
    return {"representative": who, "since": str(since), "founded_on": str(founded), "seat": seat}


def organization(seed: int, number: str) -> dict[str, Any]:
    below = stream(seed, number[:10], "organization")
    name = f"{weighted(below, TABLE['forms'])[0]} {pick(below, TABLE['trades'])} {pick(below, TABLE['brands'])}"
    begins = {"CÔNG TY": "GCN_DKDN", "HỘ KINH DOANH": "GCN_DK_HKD", "HỢP TÁC XÃ": "GCN_DK_HTX"}
    kind = next(document for form, document in begins.items() if name.startswith(form))
    if len(number) == 13:
        name, kind = f"CHI NHÁNH {name}", "GCN_DK_CN_VPDD"
    known, documents = representation(seed, number), {}
    if chance(stream(seed, number, "place", kind), 97):
        data = {
            "representative": name_of(seed, known["representative"]),
            "representative_id": known["representative"],
            "representative_since": known["since"],
            "address": known["seat"],
        }
        documents[kind] = ["absent", "held", number, known["founded_on"], None, None, data]
    return {"full_name": name, **known, "documents": documents}


# 9. Documents: each rule gives number, issue, end, revocation and data, or None


def years_on(start: date, years: int) -> date:
    return birthday(start, years)


def card(person: str, born: date, below: Below) -> Any:
    def end_of(issue: date) -> date | None:
        return next((d for age in (14, 25, 40, 60) if (d := birthday(born, age)) > years_on(issue, 2)), None)

    if birthday(born, 14) > SNAPSHOT:
        if not chance(below, 30) or born > SNAPSHOT:
            return None
        issue = day(below, max(date(2024, 7, 1), born + timedelta(30)), SNAPSHOT)
    else:
        issue = day(below, max(date(2021, 1, 1), birthday(born, 14)), SNAPSHOT)
    end = end_of(issue)
    if end and end < SNAPSHOT and chance(below, 80):
        issue = day(below, end, SNAPSHOT)
        end = end_of(issue)
    return person, issue, end, None, None


def driving_licence(born: date, below: Below) -> Any:
    if not chance(below, 65):
        return None
    issue, grade, end, revoked = day(below, max(birthday(born, 18), date(2013, 1, 1)), SNAPSHOT), "A1", None, None
    if chance(below, 35):
        grade, end = "B", years_on(issue, 10)
        if end < SNAPSHOT and chance(below, 75):
            issue = day(below, end - timedelta(60), SNAPSHOT)
            end = years_on(issue, 10)
    if chance(below, 1):
        revoked = day(below, issue, SNAPSHOT)
    return digits(below, 12), issue, end, revoked, {"class": grade}


def insurance(born: date, below: Below) -> Any:
    number = digits(below, 10)
    if not chance(below, 93):
        return None
    end = date.fromisoformat(weighted(below, TABLE["insurance_ends"])[0])
    if end <= born:
        end = date(born.year + 1, 12, 31)
    return number, day(below, max(born, date(2024, 1, 1)), min(end, SNAPSHOT)), end, None, None


def paper(seed: int, person: str, kind: str, below: Below) -> Any:  # noqa: C901 - one case for each row of the table
    who, wedding = life(seed, person), marriage(seed, person)
    born, adult, died = who["born"], who["adult"], who["died"]

    def since(age: int, *not_before: date) -> date:
        return day(below, max(birthday(born, age), *not_before), SNAPSHOT)

    def numbered(stream_of: Below, most: int, year: int) -> str:
        return f"{stream_of(most) + 1}/{year}"

    match kind:
        case "CAN_CUOC":
            return card(person, born, below)
        case "THONG_TIN_CU_TRU":
            issue = day(below, max(date(2021, 7, 1), born + timedelta(15)), SNAPSHOT)
            if died or born > SNAPSHOT:
                return None, issue, None, None, None
            anchor = anchor_of(seed, person)
            data = {
                "permanent_address": home_of(seed, person),
                "household_head": name_of(seed, members_of(seed, anchor)[0]),
            }
            return digits(stream(seed, anchor, "household"), 10), issue, None, None, data
        case "GIAY_KHAI_SINH":
            issue = born + timedelta(below(60) + 1)
            father, mother = father_and_mother(seed, person)
            return numbered(below, 400, born.year), issue, None, None, {"father": father[0], "mother": mother[0]}
        case "GIAY_CN_KET_HON" if wedding and not wedding["divorced"]:
            number = numbered(stream(seed, "wedding", wedding["man"] or person), 200, wedding["wed"].year)
            spouse = spouse_of(person, wedding)
            other = name_of(seed, spouse) if spouse else wedding["foreigner"][0]
            return number, wedding["wed"], None, None, {"spouse": other}
        case "GIAY_PHEP_LAI_XE" if adult:
            return driving_licence(born, below)
        case "THE_BHYT":
            return insurance(born, below)
        case "SO_BHXH":
            number = digits(below, 10)
            insured = adult and birthday(born, 62) >= date(2010, 1, 1) and chance(below, 48)
            return (number, since(18, date(1995, 1, 1)), None, None, None) if insured else None
        case "DANG_KY_XE" if adult and (vehicle := weighted(below, TABLE["vehicles"])[0]):
            issue = since(18, date(2008, 1, 1))
            return digits(below, 6), issue, None, None, {"vehicle": vehicle}
        case "DANG_KIEM" if adult and weighted(below, TABLE["vehicles"])[0] == "car":
            issue = since(18, SNAPSHOT - timedelta(600))
            end = issue + timedelta(pick(below, [182, 365, 730]))
            return digits(below, 7), issue, end, None, None
        case "PHIEU_LLTP" if adult and chance(below, 6):
            issue, number = since(18, date(2023, 1, 1)), digits(below, 8)
            return number, issue, None, None, {"form": pick(below, "12")}
        case "SO_SUC_KHOE_DIEN_TU" if chance(below, 45):
            return None, since(0, date(2024, 10, 1)), None, None, None
        case "GIAY_XN_TINH_TRANG_HON_NHAN" if not died and adult and chance(below, 10):
            if status_of(seed, person, wedding) not in ("single", "divorced"):
                return None
            issue = since(18, SNAPSHOT - timedelta(240))
            return numbered(below, 900, issue.year), issue, issue + timedelta(182), None, None
        case "TRICH_LUC_LY_HON" if wedding and wedding["divorced"]:
            ended = wedding["divorced"]
            return numbered(stream(seed, "divorce", wedding["man"]), 300, ended.year), ended, None, None, None
        case "TRICH_LUC_KHAI_TU" if died:
            issue = min(died + timedelta(below(15) + 1), SNAPSHOT)
            return numbered(below, 200, issue.year), issue, None, None, None
        case "GCN_QSDD" if birthday(born, 25) <= SNAPSHOT and chance(below, 30):
            number = f"{pick(below, 'ABCD')}{pick(below, 'ABKLNPQ')} {digits(below, 6)}"
            return number, since(25, date(1995, 1, 1)), None, None, None
        case "GIAY_KSK" if adult and chance(below, 15):
            issue = since(18, SNAPSHOT - timedelta(500))
            return None, issue, issue + timedelta(365), None, None
    return None


def documents_of(seed: int, person: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    who = life(seed, person)
    for kind, (linked, recorded, topic) in TABLE["places"].items():
        written = paper(seed, person, kind, stream(seed, person, topic))
        if written is None:
            continue
        number, issue, end, revoked, data = written
        if who["died"] and kind != "TRICH_LUC_KHAI_TU":
            if issue > who["died"]:
                continue
            if kind in ("CAN_CUOC", "THONG_TIN_CU_TRU", "GIAY_PHEP_LAI_XE", "THE_BHYT", "GIAY_KSK"):
                revoked = revoked or who["died"]
        place = stream(seed, person, "place", kind)
        in_wallet, in_registry = chance(place, linked or 0) and who["level"] == 2, chance(place, recorded or 0)
        wallet = "absent" if linked is None else "linked" if in_wallet else "not_linked"
        issue = min(issue, max(SNAPSHOT, who["born"]))
        dates = [value and str(value) for value in (issue, end, revoked)]
        found[kind] = [wallet, "held" if in_registry else "absent", number, *dates, data]
    return found


# 12. As in the vectors


def person(seed: int, number: str) -> dict[str, Any]:
    who, wedding = life(seed, number), marriage(seed, number)
    father, mother = father_and_mother(seed, number)
    household = permanent = current = spouse = guardian = None
    if is_alive(seed, number) and year_of(number) <= 2026:
        anchor = anchor_of(seed, number)
        members: list[str | None] = [*members_of(seed, anchor)]
        if wedding and wedding["man"] is wedding["woman"] is None:
            members.append(None)
        household = [digits(stream(seed, anchor, "household"), 10), members]
        permanent = current = home_of(seed, number)
        if wedding is None and 18 <= 2026 - year_of(number) <= 35 and chance(stream(seed, number, "stays"), 15):
            current = address(seed, number, number[:3], "stay")
    if wedding and not wedding["divorced"]:
        other = spouse_of(number, wedding)
        spouse = told(seed, other) if other else wedding["foreigner"]
    if not who["adult"] and (parents := parents_of(seed, number)):
        guardian = next((one for one in (parents["man"], parents["woman"]) if is_alive(seed, one)), None)
    return {
        "full_name": name_of(seed, number),
        "birth_date": str(who["born"].year) if who["year_only"] else str(who["born"]),
        "sex": "female" if is_woman(number) else "male",
        "identity_level": who["level"],
        "died_on": who["died"] and str(who["died"]),
        "marital_status": status_of(seed, number, wedding),
        "married_on": wedding and str(wedding["wed"]),
        "divorced_on": str(wedding["divorced"]) if wedding and wedding["divorced"] else None,
        "father": father,
        "mother": mother,
        "spouse": spouse,
        "children": children_of(seed, wedding),
        "household": household,
        "permanent": permanent,
        "current": current,
        "origin": origin_of(seed, number),
        "guardian": guardian,
        "documents": documents_of(seed, number),
    }
