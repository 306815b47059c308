"""The two providers of a world, and who has an account with each: citizens (VNeID), and the officers of offices.

An organisation has an account at VNeID too. Its legal representative uses it, whose own account is of level 2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mock_vneid import personas
from mock_vneid.faults import Face
from mock_vneid.ids import id_problem
from mock_vneid.jws import Key
from mock_vneid.oidc.logins import Logins
from mock_vneid.people import FULL_IDENTITY_LEVEL, Organization, Person
from mock_vneid.staff import Officer
from mock_vneid.worlds import World

OFFLINE = "offline_access"
LEVELS = {level: f"urn:mock-vneid:level:{level}" for level in (1, 2)}
_STAFF_ACR = {2: "urn:mock-vneid:staff"}
_ROLES = {"one_stop": "bộ phận một cửa", "handler": "thụ lý", "auditor": "kiểm tra"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account somebody can log in with. `sub` says nothing about it; `told` is everything userinfo may tell.

    `id` is whose it is: a citizen, an officer's code, or an organisation, which `person_id` then acts for.
    """

    id: str
    sub: str
    level: int
    acr: str
    told: dict[str, Any]
    person_id: str

    @property
    def acting_for(self) -> str | None:
        return self.id if self.id != self.person_id else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those the login page offers. `says` is for whoever chooses; `able`: whether they have an account.

    `acts_for`: number and name of each organisation whose account they may use instead of their own.
    """

    id: str
    name: str
    says: str
    story: str
    able: bool
    acts_for: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """An issuer below the world's URL. `scopes` name the claims each tells; `token`: its token endpoint in faults.

    `find` takes who logs in, and the organisation they act for.
    """

    face: Face
    path: str
    token: str
    scopes: dict[str, tuple[str, ...]]
    acr: dict[int, str]
    find: Callable[[World, str, str | None], Account | None]
    choices: Callable[[World], Iterable[Choice]]
    logins: Callable[[World], Logins]
    key: Callable[[World], Key]

    def issuer(self, base: str) -> str:
        return f"{base}{self.path}"


def _sub(world: World, what: str, name: str) -> str:
    return blake2b(f"{what}|{world.state.seed}|{name}".encode(), digest_size=16).hexdigest()


# Citizens


def _citizen(world: World, person_id: str, acting_for: str | None = None) -> Account | None:
    """A person with a VNeID account of level 1 or 2, or the account of an organisation they represent.

    None when the id is out of form, nobody's, or has no account; when they may not act for the organisation.
    """
    person = None if id_problem("person", person_id) else world.holder(person_id)
    if not isinstance(person, Person) or person.identity_level not in LEVELS:
        return None
    level = person.identity_level
    told = {
        "name": person.full_name,
        "birthdate": person.birth_date,
        "gender": person.sex,
        "citizenPid": person.id,
        "accountType": "personal",
        "accountLevel": level,
    }
    if acting_for is None:
        return Account(person.id, _sub(world, "sub", person_id), level, LEVELS[level], told, person.id)
    organization = None if why_not(world, person, acting_for) else world.holder(acting_for)
    if organization is None:
        return None
    told |= {
        "accountType": "organization",
        "organizationId": organization.id,
        "organizationName": organization.full_name,
    }
    return Account(organization.id, _sub(world, "organization", acting_for), level, LEVELS[level], told, person.id)


def why_not(world: World, person: Person, organization_id: str) -> str | None:
    """Why this person may not use the account of this organisation; None when they may."""
    organization = None if id_problem("organization", organization_id) else world.holder(organization_id)
    if not isinstance(organization, Organization):
        return "acting_for is no organisation of this world"
    speaks = world.representative(organization_id)
    if speaks is None or speaks.id != person.id:
        return "the person does not represent this organisation"
    if person.identity_level < FULL_IDENTITY_LEVEL:
        return f"who acts for an organisation has an account of level {FULL_IDENTITY_LEVEL} of their own"
    return None


def named(world: World, hint: str, acting_for: str | None) -> tuple[str, str | None]:
    """Who logs in by this hint, and for whom: an organisation's number names its representative, acting for it."""
    if id_problem("organization", hint) is None and acting_for in (None, hint):
        speaks = world.representative(hint)
        return (speaks.id if speaks else hint), hint
    return hint, acting_for


def refusal(world: World, person_id: str, acting_for: str) -> str | None:
    """Why somebody with an account may not act for this organisation; None when they may, or have no account."""
    person = None if id_problem("person", person_id) else world.holder(person_id)
    return why_not(world, person, acting_for) if isinstance(person, Person) and person.identity_level else None


def _choice(person: Person, organizations: Iterable[Organization]) -> Choice:
    level = person.identity_level
    says = f"Tài khoản mức {level}" if level else "Chưa có tài khoản"
    story = f"{says} · {person.story}" if person.story else says
    able = organizations if level >= FULL_IDENTITY_LEVEL else ()
    acts_for = tuple((organization.id, organization.full_name) for organization in able)
    return Choice(person.id, person.full_name, f"{person.birth_date} · {person.id}", story, level > 0, acts_for)


def _citizens(world: World) -> Iterable[Choice]:
    """Those put by hand and the personas."""
    named = dict.fromkeys(world.touched("person"))
    if world.state.population == "virtual":
        named |= dict.fromkeys(persona.holder.id for persona in personas.all() if persona.kind == "person")
    represented = world.represented()
    for person_id in named:
        if isinstance(person := world.holder(person_id), Person):
            yield _choice(person, represented.get(person_id, ()))


def whoever(world: World, number: str) -> Choice | None:
    """The person of a whole number, by hand, a persona or virtual; of an organisation's, its representative."""
    if id_problem("organization", number) is None:
        organization, speaks = world.holder(number), world.representative(number)
        return _choice(speaks, [organization]) if speaks and isinstance(organization, Organization) else None
    person = None if id_problem("person", number) else world.holder(number)
    return _choice(person, world.represented().get(number, ())) if isinstance(person, Person) else None


CITIZENS = Provider(
    face="oidc",
    path="",
    token="vneid",
    scopes={
        "openid": (),
        "profile": ("name", "birthdate", "gender"),
        "vneid": ("citizenPid", "accountType", "accountLevel", "organizationId", "organizationName"),
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


def _officer(world: World, code: str, _: str | None = None) -> Account | None:
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
    return Account(officer.code, _sub(world, "staff", code), 2, _STAFF_ACR[2], told, officer.code)


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
