"""One person through every face: what each would tell now, and where two of them contradict each other.

What a face leaves out contradicts nobody: a paper that the wallet has and a registry has not is a fact, no drift.
Faults in force are looked at as if they struck, and are not used up.
"""

from dataclasses import asdict, dataclass
from typing import Any

from mock_vneid import citizens
from mock_vneid.faces import soap, vnconnect, vneid_envelope
from mock_vneid.faults import Face, Struck
from mock_vneid.ids import another_id
from mock_vneid.oidc.accounts import CITIZENS
from mock_vneid.people import Holding, Person, as_registered, wallet_state
from mock_vneid.situations import held, known, told
from mock_vneid.soap_xml import body_of, envelope, parse
from mock_vneid.worlds import World

_SEX_OF = {"1": "male", "2": "female"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A person as one face tells them, in one form; None is not told."""

    id: str | None = None
    full_name: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    account_level: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`of` is a field, or a document type and a field; `says` has what each face tells."""

    of: str
    says: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    faces: dict[str, dict[str, Any]]
    documents: dict[str, dict[str, dict[str, Any]]]
    differences: list[Difference]


def report(world: World, person: Person) -> Report:
    """`record` is what was put, or derived; a face that tells nothing of this person is left out."""
    faces = {name: _told(seen) for name, seen in _faces(world, person).items()}
    documents = {
        document_type: papers
        for document_type, holding in world.holdings(person.id).items()
        if (papers := _papers(world, person, document_type, holding))
    }
    differences = _between("", faces)
    record = {name: faces["record"][name] for name in ("full_name", "birth_date")}
    for document_type, papers in documents.items():
        differences += _between(f"{document_type}.", {"record": record, **papers})
    return Report(faces, documents, differences)


def _told(seen: Seen) -> dict[str, Any]:
    return {name: value for name, value in asdict(seen).items() if value is not None}


def _between(prefix: str, faces: dict[str, dict[str, Any]]) -> list[Difference]:
    found = []
    for name in sorted({name for seen in faces.values() for name in seen if name != "data"}):
        says = {face: seen[name] for face, seen in faces.items() if name in seen}
        if len(set(says.values())) > 1:
            found.append(Difference(prefix + name, says))
    return found


def _struck(world: World, face: Face, service: str, person: Person, types: tuple[str, ...] = ()) -> Struck:
    faults = [fault.copy() for fault in world.matching_faults(face, service, person.id, types)]
    return Struck(faults, world.state.seed, [])


def _faces(world: World, person: Person) -> dict[str, Seen]:
    record = Seen(person.id, person.full_name, person.birth_date, person.sex, person.identity_level)
    seen = {"record": record, **_population(world, person)}
    if (account := CITIZENS.find(world, person.id, None)) is not None:
        said = account.told
        name, born, sex = said["name"], said["birthdate"], said["gender"]
        seen["oidc"] = Seen(said["citizenPid"], name, born, sex, said["accountLevel"])
        said = vneid_envelope.claims(person)
        seen["vneid"] = Seen(said["citizenPid"], said["fullName"], said["birthDate"], None, said["accountLevel"])
        said = vnconnect.claims(world, "", person)
        born = _day(said["NgayThangNamSinh"])
        seen["vnconnect"] = Seen(said["SoDinhDanh"], said["HoVaTen"], born, None, int(said["IAL"]))
    return seen


def _day(text: str) -> str:
    return text if len(text) == 4 else f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _population(world: World, person: Person) -> dict[str, Seen]:
    """The population record in its three forms; one that is told to find nobody is left out."""
    seen = {}
    struck = _struck(world, "ndxp", "037", person)
    if known(struck, person):
        number = another_id(person.id) if struck.document("wrong_person", None) else person.id
        seen["ndxp"] = Seen(number, person.full_name, person.birth_date, person.sex)
    question = citizens.Question("037", "-", "-", "-", person.id, None, person.full_name, person.birth_date)
    faces: tuple[Face, ...] = ("soap", "lgsp")
    for face in faces:
        answer = soap.answer_to(world, question, _struck(world, face, "037", person))
        for citizen in body_of(parse(envelope(answer, citizens.ANSWERS))).children:
            text = {element.name: element.text for element in citizen.children}
            inner = {
                part.name: part.text
                for element in citizen.children
                if element.name in ("HoVaTen", "NgayThangNamSinh")
                for part in element.children
            }
            born = _day(inner.get("NgayThangNam") or inner["Nam"])
            seen[face] = Seen(text["SoDinhDanh"], inner["Ten"], born, _SEX_OF[text["GioiTinh"]])
    return seen


def _papers(world: World, person: Person, document_type: str, holding: Holding) -> dict[str, dict[str, Any]]:
    """What stands on this paper where it is linked, and where it is recorded."""
    types, papers = (document_type,), {}
    struck = _struck(world, "wallet", "search", person, types)
    linked = held(world, struck, "wallet", person, document_type)
    if known(struck, person) and linked and wallet_state(person, linked) == "linked":
        papers["wallet"] = told(world, struck, person, document_type, linked)
    struck = _struck(world, "ndxp", "037", person, types)
    recorded = held(world, struck, "registry", person, document_type)
    if known(struck, person) and recorded and recorded.registry == "held":
        papers["ndxp"] = told(world, struck, person, document_type, as_registered(recorded))
    return papers
