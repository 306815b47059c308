"""The portal's side of dossiers: `DongBoHoSoMC`, `CapNhatTienDoHoSoMC`, `TraCuuHoSo`, and a person's document store.

Observed in public integrations, not an official specification; what each thing rests on:

- The services' names and their parameters `isUpdating` ("True" or "False"), `data` (a list) and `mahoso`; the success
  code `00`, where the catalogue's is `0`; an empty `result` for a dossier nobody reported: OpenCPS.
- `LayGiayToKho`, the store of results under a person's number: that there is such a store (kho giấy tờ) and that papers
  are marked as taken from it, was seen; the name of the service and its form are this project's own.
- A report may name any well-formed MaTTHC: which ones there are is the portal's to know, and a sandbox has no list. In
  force, the fault `procedure_not_published` has it refuse those that were not put for the catalogue; its words are
  this project's own.
- What a report may hold, what is refused and what is counted: `mock_vneid/dossiers.py`. All of a call is taken or none.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mock_vneid import dossiers
from mock_vneid.dossiers import MOST_AT_ONCE, DossierCode, Reported, Step
from mock_vneid.faces.visits import Visit
from mock_vneid.faults import Struck
from mock_vneid.specs import HolderId
from mock_vneid.wire import Wire

SERVICES = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo", "LayGiayToKho")


class _Asked(Wire):
    session: str
    madonvi: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}$", examples=["000.00.00.H27"])]


class Report(_Asked):
    service: Literal["DongBoHoSoMC"]
    updating: Literal["True", "False"] = Field(alias="isUpdating")
    data: Annotated[list[Reported], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Progress(_Asked):
    service: Literal["CapNhatTienDoHoSoMC"]
    data: Annotated[list[Step], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Lookup(_Asked):
    service: Literal["TraCuuHoSo"]
    code: DossierCode = Field(alias="mahoso")


class Store(_Asked):
    service: Literal["LayGiayToKho"]
    number: HolderId = Field(alias="sodinhdanh")


DOCUMENTED = (Lookup, Store)


def take(visit: Visit, service: str, asked: dict[str, Any], struck: Struck) -> dict[str, Any]:
    """The answer of one of `SERVICES`. ValidationError: out of form; dossiers.Refused: in form, and not taken."""
    match service:
        case "DongBoHoSoMC":
            return _report(visit, Report.model_validate(asked), struck)
        case "CapNhatTienDoHoSoMC":
            state = visit.world.state
            state.dossiers = dossiers.advance(state.dossiers, Progress.model_validate(asked).data)
            return _said([])
        case "TraCuuHoSo":
            found = visit.world.state.dossiers.get(Lookup.model_validate(asked).code)
            return _said([] if found is None else [_told(found)])
        case _:
            return _store(visit, Store.model_validate(asked).number)


def _said(result: list[dict[str, Any]]) -> dict[str, Any]:
    return {"error_code": "00", "message": "Thành công", "result": result}


def _report(visit: Visit, question: Report, struck: Struck) -> dict[str, Any]:
    state = visit.world.state
    for index, report in enumerate(question.data):
        if report.procedure not in state.catalogue and struck.answer("procedure_not_published"):
            raise dossiers.Refused(f"data.{index}: the portal publishes no procedure of this MaTTHC")
    visit.entry.procedure = question.data[0].procedure
    state.dossiers = dossiers.take(state.dossiers, question.data, updating=question.updating == "True")
    return _said([])


def _told(dossier: dossiers.Dossier) -> dict[str, Any]:
    steps = [step.model_dump(by_alias=True, exclude={"code"}) for step in dossier.steps]
    return dossier.report.model_dump(by_alias=True) | {"TrangThaiHoSo": dossier.status, "QuaTrinhXuLy": steps}


def _store(visit: Visit, number: str) -> dict[str, Any]:
    visit.entry.holder_id = number
    visit.entry.holder_kind = "person" if len(number) == 12 else "organization"
    stored = dossiers.stores(visit.world.state.dossiers).get(number, [])
    return _said(
        [
            {
                "MaGiayToKetQua": result.code,
                "TenGiayTo": result.name,
                "DuongDanTepTinKetQua": result.url,
                "MaHoSo": dossier.report.code,
                "NgayTra": dossier.report.returned_at,
            }
            for dossier, result in stored
        ]
    )
