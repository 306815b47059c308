"""The second door on what only the observed faces know: reported dossiers, the index, the login's keys, drift."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mock_vneid import dossiers, drift
from mock_vneid.dossiers import Dossier, DossierCode, Stored
from mock_vneid.faces import vneid_envelope
from mock_vneid.faces.control import PersonPath, WorldDep
from mock_vneid.people import Person
from mock_vneid.problems import Problem, ProblemOut

router = APIRouter(responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}})


class FlagsOut(BaseModel):
    digitised: bool = Field(description="HoSoCoThanhPhanSoHoa: at least one paper was digitised")
    reused: bool = Field(description="DuocTaiSuDung: at least one paper was used again")
    from_store: bool = Field(description="DuocLayTuKhoDMQG: at least one paper is said to come from the store")
    population_data: bool = Field(description="TaiKhoanDuocXacThucVoiVNeID, and a database that was connected")
    paid_online: bool
    late: bool = Field(description="ended after NgayHenTra, or papers were asked for more than once")
    unfounded: list[str] = Field(description="papers said to come from the store that is without them")


class DossierOut(BaseModel):
    code: str
    procedure: str
    status: str
    supplements: int = Field(description="how often more papers were asked for")
    flags: FlagsOut
    report: dict[str, Any] = Field(description="as it came")
    steps: list[dict[str, Any]]

    @classmethod
    def of(cls, stored: Stored, dossier: Dossier) -> "DossierOut":
        flags = dossiers.flags(stored, dossier)
        return cls(
            code=dossier.report.code,
            procedure=dossier.report.procedure,
            status=dossier.status,
            supplements=dossier.supplements,
            flags=FlagsOut(**{name: getattr(flags, name) for name in FlagsOut.model_fields}),
            report=dossier.report.model_dump(by_alias=True),
            steps=[step.model_dump(by_alias=True) for step in dossier.steps],
        )


class DossiersOut(BaseModel):
    items: list[DossierOut] = Field(description="by code")


class SharesOut(BaseModel):
    digitised: float | None = None
    reused: float | None = None
    from_store: float | None = None
    population_data: float | None = None
    paid_online: float | None = None
    late: float | None = None


class IndexOut(BaseModel):
    dossiers: int = Field(description="received in the period")
    shares: SharesOut = Field(description="per cent, two decimals; of no dossiers there is no share")
    full_marks: dict[str, bool] = Field(description="from 80 per cent")


class DifferenceOut(BaseModel):
    of: str = Field(description="a field, or a document type and a field")
    says: dict[str, Any]


class DriftOut(BaseModel):
    id: str
    faces: dict[str, dict[str, Any]] = Field(description="what each face tells of the person, in one form")
    documents: dict[str, dict[str, dict[str, Any]]] = Field(description="what stands on each paper, by face")
    differences: list[DifferenceOut] = Field(description="empty unless a world was told to differ")


class KeyOut(BaseModel):
    private_key: str = Field(description="PEM; opens the envelopes of the face vneid for every client")


@router.get("/worlds/{world}/dossiers", tags=["dossiers"])
async def list_dossiers(world: WorldDep) -> DossiersOut:
    """What was reported to the portal, with the flags that the national index counts."""
    known = world.state.dossiers
    stored = dossiers.stores(known)
    return DossiersOut(items=[DossierOut.of(stored, dossier) for _, dossier in sorted(known.items())])


@router.get("/worlds/{world}/dossiers/{code}", tags=["dossiers"])
async def read_dossier(world: WorldDep, code: Annotated[DossierCode, Path()]) -> DossierOut:
    known = world.state.dossiers
    if code not in known:
        raise Problem(404, "nobody reported a dossier of this code to the portal of this world")
    return DossierOut.of(dossiers.stores(known), known[code])


@router.get("/worlds/{world}/index", tags=["dossiers"])
async def read_index(
    world: WorldDep,
    since: Annotated[date | None, Query(description="the first day of receipt that counts")] = None,
    until: Annotated[date | None, Query(description="the last one")] = None,
) -> IndexOut:
    """The shares of the national index for the dossiers received in a period, both days included."""
    return IndexOut.model_validate(dossiers.index(world.state.dossiers, since, until))


@router.get("/worlds/{world}/drift/{id}", tags=["people"])
async def read_drift(world: WorldDep, id: PersonPath) -> DriftOut:
    """What every face tells of this person, compared. Faults in force are looked at as if they struck."""
    person = world.holder(id)
    if not isinstance(person, Person):
        raise Problem(404, "nobody of this id is in this empty world; PUT them first")
    found = drift.report(world, person)
    differences = [DifferenceOut(of=one.of, says=one.says) for one in found.differences]
    return DriftOut(id=id, faces=found.faces, documents=found.documents, differences=differences)


@router.get("/vneid-key", tags=["keys"])
async def read_vneid_key() -> KeyOut:
    """The private key of the made-up clients of the face vneid: another at each start of the sandbox."""
    return KeyOut(private_key=vneid_envelope.client_pem())
