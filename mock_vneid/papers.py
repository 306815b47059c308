"""The documents of the virtual population: for each type a rule that says who has one and what stands on it.

Which service holds a type is not the sandbox's business: it has no catalogue, and a data service answers for every
type asked of it. A paper is written by its own rule; then it is placed: linked to the wallet or not, recorded or not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mock_vneid import civil, families
from mock_vneid.dice import Dice, Weighted
from mock_vneid.ids import is_branch, kind_of
from mock_vneid.people import FULL_IDENTITY_LEVEL, Data, Holding
from mock_vneid.population import SNAPSHOT, Life, life, organization

_CHIP_CARDS_FROM = date(2021, 1, 1)
_CHILDREN_CARDS_FROM = date(2024, 7, 1)  # Law on Identity 26/2023/QH15
_CARD_AGES = (14, 25, 40, 60)
_HEALTH_INSURANCE_ENDS = Weighted(((date(2025, 12, 31), 1), (date(2026, 12, 31), 12), (date(2027, 6, 30), 3)))
_ENDS_WITH_LIFE = frozenset({"CAN_CUOC", "THONG_TIN_CU_TRU", "GIAY_PHEP_LAI_XE", "THE_BHYT", "GIAY_KSK"})
_VEHICLES = Weighted(((None, 45), ("motorcycle", 45), ("car", 10)))


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a document, before it is known where it is kept."""

    issued_on: date
    valid_until: date | None = None
    number: str | None = None
    revoked_on: date | None = None
    data: Data | None = None


def _add_years(day: date, years: int) -> date:
    return date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _card_end(born: Life, issued_on: date) -> date | None:
    """A card ends at 14, 25, 40 or 60, at the next one when issued in the two years before; from 60 it has no end."""
    for age in _CARD_AGES:
        if _add_years(issued_on, 2) < born.birthday(age):
            return born.birthday(age)
    return None


def _identity_card(who: Life, dice: Dice) -> Paper | None:
    fourteen = who.birthday(14)
    if fourteen > SNAPSHOT:
        if not dice.chance(30) or who.born > SNAPSHOT:
            return None
        issued_on = dice.day(max(_CHILDREN_CARDS_FROM, who.born + timedelta(days=30)), SNAPSHOT)
    else:
        issued_on = dice.day(max(_CHIP_CARDS_FROM, fourteen), SNAPSHOT)
    end = _card_end(who, issued_on)
    if end and end < SNAPSHOT and dice.chance(80):  # most people renew in time
        issued_on = dice.day(end, SNAPSHOT)
        end = _card_end(who, issued_on)
    return Paper(issued_on, end, who.id)


def _residence(who: Life, dice: Dice) -> Paper | None:
    issued_on = dice.day(max(date(2021, 7, 1), who.born + timedelta(days=15)), SNAPSHOT)
    if who.died_on or who.born > SNAPSHOT:
        return Paper(issued_on)
    wedding = families.marriage(who.seed, who.id)
    anchor, household = civil.household(who.seed, who.id, wedding)
    data = {
        "permanent_address": civil.address(who.seed, anchor, anchor[:3]).text,
        "household_head": household.members[0].full_name,
    }
    return Paper(issued_on, number=household.number, data=data)


def _birth_certificate(who: Life, dice: Dice) -> Paper | None:
    issued_on, number = who.born + timedelta(days=1 + dice.below(60)), f"{1 + dice.below(400)}/{who.born.year}"
    father, mother = families.father_and_mother(who.seed, who.id)
    return Paper(issued_on, number=number, data={"father": father.full_name, "mother": mother.full_name})


def _marriage_certificate(who: Life, dice: Dice) -> Paper | None:
    wedding = families.marriage(who.seed, who.id)
    if wedding is None or wedding.divorced_on:
        return None
    couple, day = wedding.man or wedding.woman or "", wedding.wed_on
    other = wedding.spouse_of(who.id)
    spouse = families.relative(who.seed, other) if other else wedding.foreigner
    number = f"{1 + Dice(who.seed, 'wedding', couple).below(200)}/{day.year}"  # one number on both their certificates
    return Paper(day, number=number, data={"spouse": spouse.full_name} if spouse else None)


def _divorce(who: Life, dice: Dice) -> Paper | None:
    wedding = families.marriage(who.seed, who.id)
    if wedding is None or wedding.divorced_on is None:
        return None
    number = f"{1 + Dice(who.seed, 'divorce', wedding.man or '').below(300)}/{wedding.divorced_on.year}"
    return Paper(wedding.divorced_on, number=number)


def _marital_status(who: Life, dice: Dice) -> Paper | None:
    if who.died_on or not who.is_adult() or not dice.chance(10):
        return None
    if families.status(who.seed, who.id, families.marriage(who.seed, who.id)) not in ("single", "divorced"):
        return None
    issued_on = dice.day(max(who.birthday(18), SNAPSHOT - timedelta(days=240)), SNAPSHOT)
    return Paper(issued_on, issued_on + timedelta(days=182), f"{1 + dice.below(900)}/{issued_on.year}")


def _death_extract(who: Life, dice: Dice) -> Paper | None:
    if who.died_on is None:
        return None
    issued_on = min(who.died_on + timedelta(days=1 + dice.below(15)), SNAPSHOT)
    return Paper(issued_on, number=f"{1 + dice.below(200)}/{issued_on.year}")


def _driving_licence(who: Life, dice: Dice) -> Paper | None:
    if not who.is_adult() or not dice.chance(65):
        return None
    issued_on, grade = dice.day(max(who.birthday(18), date(2013, 1, 1)), SNAPSHOT), "A1"
    end = None
    if dice.chance(35):  # a motorcycle licence has no end, a car licence ten years
        grade, end = "B", _add_years(issued_on, 10)
        if end < SNAPSHOT and dice.chance(75):
            issued_on = dice.day(end - timedelta(days=60), SNAPSHOT)
            end = _add_years(issued_on, 10)
    revoked_on = dice.day(issued_on, SNAPSHOT) if dice.chance(1) else None
    return Paper(issued_on, end, dice.digits(12), revoked_on, {"class": grade})


def _health_insurance(who: Life, dice: Dice) -> Paper | None:
    number = dice.digits(10)
    if not dice.chance(93):
        return None
    ends = dice.weighted(_HEALTH_INSURANCE_ENDS)
    if ends <= who.born:
        ends = date(who.born.year + 1, 12, 31)
    return Paper(dice.day(max(who.born, date(2024, 1, 1)), min(ends, SNAPSHOT)), ends, number)


def _social_insurance(who: Life, dice: Dice) -> Paper | None:
    number = dice.digits(10)
    if not who.is_adult() or who.birthday(62) < date(2010, 1, 1) or not dice.chance(48):
        return None
    return Paper(dice.day(max(who.birthday(18), date(1995, 1, 1)), SNAPSHOT), number=number)


def _vehicle(who: Life, dice: Dice) -> str | None:
    """What they own; registration and inspection draw the same answer."""
    return dice.weighted(_VEHICLES) if who.is_adult() else None


def _vehicle_registration(who: Life, dice: Dice) -> Paper | None:
    vehicle = _vehicle(who, dice)
    if vehicle is None:
        return None
    issued_on = dice.day(max(who.birthday(18), date(2008, 1, 1)), SNAPSHOT)
    return Paper(issued_on, number=dice.digits(6), data={"vehicle": vehicle})


def _vehicle_inspection(who: Life, dice: Dice) -> Paper | None:
    if _vehicle(who, dice) != "car":
        return None
    issued_on = dice.day(max(SNAPSHOT - timedelta(days=600), who.birthday(18)), SNAPSHOT)
    return Paper(issued_on, issued_on + timedelta(days=dice.pick((182, 365, 730))), dice.digits(7))


def _judicial_record(who: Life, dice: Dice) -> Paper | None:
    if not who.is_adult() or not dice.chance(6):
        return None
    issued_on = dice.day(max(who.birthday(18), date(2023, 1, 1)), SNAPSHOT)
    return Paper(issued_on, number=dice.digits(8), data={"form": dice.pick(("1", "2"))})


def _health_record(who: Life, dice: Dice) -> Paper | None:
    return Paper(dice.day(max(who.born, date(2024, 10, 1)), SNAPSHOT)) if dice.chance(45) else None


def _health_certificate(who: Life, dice: Dice) -> Paper | None:
    if not who.is_adult() or not dice.chance(15):
        return None
    issued_on = dice.day(max(who.birthday(18), SNAPSHOT - timedelta(days=500)), SNAPSHOT)
    return Paper(issued_on, issued_on + timedelta(days=365))


def _land_certificate(who: Life, dice: Dice) -> Paper | None:
    if who.birthday(25) > SNAPSHOT or not dice.chance(30):
        return None
    number = f"{dice.pick('ABCD')}{dice.pick('ABKLNPQ')} {dice.digits(6)}"
    return Paper(dice.day(max(who.birthday(25), date(1995, 1, 1)), SNAPSHOT), number=number)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has the paper; in how many of a hundred cases it is linked and recorded (None: that source never has it)."""

    write: Callable[[Life, Dice], Paper | None]
    linked: int | None
    recorded: int | None
    topic: str | None = None  # types of one topic share their first draws


RULES: dict[str, Rule] = {
    "CAN_CUOC": Rule(_identity_card, 90, 99),
    "THONG_TIN_CU_TRU": Rule(_residence, 85, 98),
    "GIAY_KHAI_SINH": Rule(_birth_certificate, 45, 80),
    "GIAY_CN_KET_HON": Rule(_marriage_certificate, 45, 80),
    "GIAY_PHEP_LAI_XE": Rule(_driving_licence, 75, 96),
    "THE_BHYT": Rule(_health_insurance, 85, 98, "insurance"),
    "SO_BHXH": Rule(_social_insurance, 75, 98, "insurance"),
    "DANG_KY_XE": Rule(_vehicle_registration, 60, 95, "vehicle"),
    "DANG_KIEM": Rule(_vehicle_inspection, 55, None, "vehicle"),
    "PHIEU_LLTP": Rule(_judicial_record, 60, 95),
    "SO_SUC_KHOE_DIEN_TU": Rule(_health_record, 70, None),
    "GIAY_XN_TINH_TRANG_HON_NHAN": Rule(_marital_status, None, 95),
    "TRICH_LUC_LY_HON": Rule(_divorce, None, 75),
    "TRICH_LUC_KHAI_TU": Rule(_death_extract, None, 90),
    "GCN_QSDD": Rule(_land_certificate, None, 85),
    "GIAY_KSK": Rule(_health_certificate, None, 90),
}

_ORGANIZATION_PAPERS = {"CÔNG TY": "GCN_DKDN", "HỘ KINH DOANH": "GCN_DK_HKD", "HỢP TÁC XÃ": "GCN_DK_HTX"}
_ORGANIZATION_TYPES = (*_ORGANIZATION_PAPERS.values(), "GCN_DK_CN_VPDD")


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _until_death(paper: Paper | None, who: Life, document_type: str) -> Paper | None:
    """Nothing is issued to the dead but the extract of their death, and some papers lose their force with them."""
    if paper is None or who.died_on is None or document_type == "TRICH_LUC_KHAI_TU":
        return paper
    if paper.issued_on > who.died_on:
        return None
    if document_type not in _ENDS_WITH_LIFE or paper.revoked_on:
        return paper
    return replace(paper, revoked_on=who.died_on)


def _of_person(seed: int, who: Life, document_type: str) -> Holding | None:
    rule = RULES.get(document_type)
    written = rule.write(who, Dice(seed, who.id, rule.topic or document_type)) if rule else None
    paper = _until_death(written, who, document_type)
    if rule is None or paper is None:
        return None
    place = Dice(seed, who.id, "place", document_type)
    linked = place.chance(rule.linked or 0) and who.identity_level >= FULL_IDENTITY_LEVEL
    recorded = place.chance(rule.recorded or 0)
    return Holding(
        wallet="absent" if rule.linked is None else "linked" if linked else "not_linked",
        registry="held" if recorded else "absent",
        number=paper.number,
        issued_on=min(paper.issued_on, max(SNAPSHOT, who.born)).isoformat(),
        valid_until=_text(paper.valid_until),
        revoked_on=_text(paper.revoked_on),
        data=paper.data,
    )


def _of_organization(seed: int, organization_id: str, document_type: str) -> Holding | None:
    if is_branch(organization_id):
        paper = "GCN_DK_CN_VPDD"
    else:
        name = organization(seed, organization_id).full_name
        paper = next(paper for form, paper in _ORGANIZATION_PAPERS.items() if name.startswith(form))
    if document_type != paper or not Dice(seed, organization_id, "place", document_type).chance(97):
        return None
    known = civil.representation(seed, organization_id)
    data = {
        "representative": known.representative.full_name,
        "representative_id": known.representative.id,
        "representative_since": known.since,
        "address": known.seat.text,
    }
    return Holding(registry="held", number=organization_id, issued_on=known.founded_on, data=data)


def holding(seed: int, holder_id: str, document_type: str) -> Holding | None:
    """What the sources hold of this type about this virtual holder, or None when there is no such document."""
    if kind_of(holder_id) == "person":
        return _of_person(seed, life(seed, holder_id), document_type)
    return _of_organization(seed, holder_id, document_type)


def holdings(seed: int, holder_id: str) -> dict[str, Holding]:
    """All documents of this virtual holder, by type."""
    types = RULES if kind_of(holder_id) == "person" else _ORGANIZATION_TYPES
    found = ((document_type, holding(seed, holder_id, document_type)) for document_type in types)
    return {document_type: held for document_type, held in found if held}
