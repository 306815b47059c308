"""The two providers of a world, and who has an account with each: citizens (VNeID), and the officers of offices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mock_vneid import personas
from mock_vneid.faults import Face
from mock_vneid.ids import id_problem
from mock_vneid.jws import Key
from mock_vneid.oidc.logins import Logins
from mock_vneid.people import Person
from mock_vneid.staff import Officer
from mock_vneid.worlds import World

OFFLINE = "offline_access"
LEVELS = {level: f"urn:mock-vneid:level:{level}" for level in (1, 2)}
_STAFF_ACR = {2: "urn:mock-vneid:staff"}
_ROLES = {"one_stop": "bộ phận một cửa", "handler": "thụ lý", "auditor": "kiểm tra"}


@dataclass(frozen=True, slots=True)
class Account:
    """Who can log in. `sub` says nothing about them; `told` is everything userinfo may tell, by the claim's name."""

    id: str
    sub: str
    level: int
    acr: str
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those the login page offers. `says` is for whoever chooses; `able`: whether they have an account."""

    id: str
    name: str
    says: str
    story: str
    able: bool


@dataclass(frozen=True, slots=True)
class Provider:
    """An issuer below the world's URL. `scopes` name the claims each tells; `token`: its token endpoint in faults."""

    face: Face
    path: str
    token: str
    scopes: dict[str, tuple[str, ...]]
    acr: dict[int, str]
    find: Callable[[World, str], Account | None]
    choices: Callable[[World], Iterable[Choice]]
    logins: Callable[[World], Logins]
    key: Callable[[World], Key]

    def issuer(self, base: str) -> str:
        return f"{base}{self.path}"


def _sub(world: World, what: str, name: str) -> str:
    return blake2b(f"{what}|{world.state.seed}|{name}".encode(), digest_size=16).hexdigest()


# Citizens


def _citizen(world: World, person_id: str) -> Account | None:
    """A person with a VNeID account of level 1 or 2; None when the id is out of form, nobody's, or has no account."""
    person = None if id_problem("person", person_id) else world.holder(person_id)
    if not isinstance(person, Person) or person.identity_level not in LEVELS:
        return None
    told = {
        "name": person.full_name,
        "birthdate": person.birth_date,
        "gender": person.sex,
        "citizenPid": person.id,
        "accountType": "personal",
        "accountLevel": person.identity_level,
    }
    level = person.identity_level
    return Account(person.id, _sub(world, "sub", person_id), level, LEVELS[level], told)


def _choice(person: Person) -> Choice:
    level = person.identity_level
    says = f"Tài khoản mức {level}" if level else "Chưa có tài khoản"
    story = f"{says} · {person.story}" if person.story else says
    return Choice(person.id, person.full_name, f"{person.birth_date} · {person.id}", story, level > 0)


def _citizens(world: World) -> Iterable[Choice]:
    """Those put by hand and the personas."""
    named = dict.fromkeys(world.touched("person"))
    if world.state.population == "virtual":
        named |= dict.fromkeys(persona.holder.id for persona in personas.all() if persona.kind == "person")
    for person_id in named:
        if isinstance(person := world.holder(person_id), Person):
            yield _choice(person)


def whoever(world: World, number: str) -> Choice | None:
    """The person of a whole number, by hand, a persona or virtual."""
    person = None if id_problem("person", number) else world.holder(number)
    return _choice(person) if isinstance(person, Person) else None


CITIZENS = Provider(
    face="oidc",
    path="",
    token="vneid",
    scopes={
        "openid": (),
        "profile": ("name", "birthdate", "gender"),
        "vneid": ("citizenPid", "accountType", "accountLevel"),
        "wallet": (),
        OFFLINE: (),
    },
    acr=LEVELS,
    find=_citizen,
    choices=_citizens,
    logins=lambda world: world.logins,
    key=lambda world: world.keys.tokens,
)


# Officers


def _officer(world: World, code: str) -> Account | None:
    officer = world.state.staff.get(code)
    if officer is None:
        return None
    told = {
        "name": officer.full_name,
        "staff_code": officer.code,
        "agency": officer.agency,
        "agency_name": officer.agency_name,
        "roles": list(officer.roles),
    }
    return Account(officer.code, _sub(world, "staff", code), 2, _STAFF_ACR[2], told)


def _officers(world: World) -> Iterable[Choice]:
    for officer in world.state.staff.values():
        yield Choice(officer.code, officer.full_name, officer.code, f"{officer.agency_name} · {_duties(officer)}", True)


def _duties(officer: Officer) -> str:
    return ", ".join(_ROLES[role] for role in officer.roles) or "chưa được phân công"


STAFF = Provider(
    face="staff",
    path="/staff",
    token="token",
    scopes={
        "openid": (),
        "profile": ("name",),
        "staff": ("staff_code", "agency", "agency_name", "roles"),
        OFFLINE: (),
    },
    acr=_STAFF_ACR,
    find=_officer,
    choices=_officers,
    logins=lambda world: world.staff_logins,
    key=lambda world: world.keys.staff,
)


def provider_of(path: str) -> Provider:
    """Which provider a request went to; `path` is that below the world."""
    return STAFF if path.startswith(f"{STAFF.path}/") else CITIZENS
