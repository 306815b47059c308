"""The virtual population told as in the vectors; `python -m tests.mock_vneid.told` writes them."""

import json
import sys
from typing import Any

from mock_vneid import civil, papers, population
from mock_vneid.data.provinces import PROVINCES
from mock_vneid.people import Holding, Relative

Json = dict[str, Any]


def _relative(one: Relative | None) -> list[str | None] | None:
    return [one.full_name, one.id, one.nationality] if one else None


def _documents(held: dict[str, Holding]) -> Json:
    return {
        name: [one.wallet, one.registry, one.number, one.issued_on, one.valid_until, one.revoked_on, one.data]
        for name, one in held.items()
    }


def person(seed: int, person_id: str) -> Json:
    who, known = population.person(seed, person_id), civil.record(seed, person_id)
    house = known.household
    return {
        "full_name": who.full_name,
        "birth_date": who.birth_date,
        "sex": who.sex,
        "identity_level": who.identity_level,
        "died_on": known.died_on,
        "marital_status": known.marital_status,
        "married_on": known.married_on,
        "divorced_on": known.divorced_on,
        "father": _relative(known.father),
        "mother": _relative(known.mother),
        "spouse": _relative(known.spouse),
        "children": [child.id for child in known.children],
        "household": house and [house.number, [member.id for member in house.members]],
        "permanent": known.permanent and known.permanent.text,
        "current": known.current and known.current.text,
        "origin": known.origin,
        "guardian": known.guardian and known.guardian.id,
        "documents": _documents(papers.holdings(seed, person_id)),
    }


def organization(seed: int, organization_id: str) -> Json:
    known = civil.representation(seed, organization_id)
    return {
        "full_name": population.organization(seed, organization_id).full_name,
        "representative": known.representative.id,
        "since": known.since,
        "founded_on": known.founded_on,
        "seat": known.seat.text,
        "documents": _documents(papers.holdings(seed, organization_id)),
    }


def _ids() -> list[tuple[int, str]]:
    """Whom the vectors are about: every province, both sexes, all ages, the reserved, the unborn, and some kin."""
    codes = sorted(PROVINCES)
    found = [(1, f"{code}{n % 2}{(37 * n) % 100:02d}{(7919 * n + 100) % 990_000:06d}") for n, code in enumerate(codes)]
    found += [(7, f"042{n % 4}{(11 * n) % (100 if n % 4 < 2 else 27):02d}{100 + 8_191 * n:06d}") for n in range(80)]
    found += [(2**63 - 1, f"{codes[5 * n % 63]}{n % 2}{50 + n:02d}{500_000 + n:06d}") for n in range(40)]
    found += [(1, f"0421{n}0{tail:06d}") for n in (5, 9) for tail in (0, 99, 100, 989_999, 990_000, 999_999)]
    found += [(1, person_id) for person_id in ("042226000123", "042328000123", "042399000123", "001100000123")]
    for seed, person_id in list(found[:20]):
        known = civil.record(seed, person_id)
        kin = (known.father, known.mother, known.spouse, *known.children)
        found += [(seed, one.id) for one in kin if one and one.id]
    return list(dict.fromkeys(found))


def _organization_ids() -> list[tuple[int, str]]:
    return [(1 + n % 2, f"{(30 * 10**8 + 7_654_321 * n):010d}{'001' if n % 5 == 4 else ''}") for n in range(60)]


def vectors() -> str:
    """The text of `vectors/population.json`: one line a holder."""

    def lines(holders: list[Json]) -> str:
        return ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in holders)

    people = [{"seed": seed, "id": number, **person(seed, number)} for seed, number in _ids()]
    organizations = [{"seed": seed, "id": number, **organization(seed, number)} for seed, number in _organization_ids()]
    return (
        f'{{"version": 3, "snapshot": "{population.SNAPSHOT}",\n'
        f'"people": [\n{lines(people)}\n],\n"organizations": [\n{lines(organizations)}\n]}}\n'
    )


if __name__ == "__main__":
    sys.stdout.write(vectors())
