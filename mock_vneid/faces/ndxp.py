"""The data services of the exchange platform, by code: records of what a registry holds about one holder.

No catalogue says which service holds what: one of any code answers for every type, by what is held.
"""

from datetime import UTC, datetime
from time import time
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.admission import Admitted, admit, documented
from mock_vneid.faces.visits import answer
from mock_vneid.faults import NDXP_CODE, NDXP_SERVICES
from mock_vneid.ids import another_id
from mock_vneid.people import Holder, Person, as_registered, document_id
from mock_vneid.situations import held, told
from mock_vneid.tokens import NDXP

router = APIRouter(prefix="/w/{world}/ndxp", tags=["ndxp"])

POPULATION = "037"

# Judged by `admit`, once the token is: who holds none is told of nothing else.
Code = Annotated[
    str,
    Path(
        description="1 to 32 of A-Z, a-z, 0-9 and -",
        examples=list(NDXP_SERVICES),
        json_schema_extra={"pattern": f"^{NDXP_CODE}$"},
    ),
]


def _record(asked: Admitted, holder: Holder, document_type: str) -> dict[str, Any] | None:
    world = asked.visit.world
    holding = held(world, asked.struck, "registry", holder, document_type)
    if holding is None or holding.registry != "held":
        return None
    holder_id = another_id(holder.id) if asked.struck.document("wrong_person", document_type) else holder.id
    return {
        "document_type": document_type,
        "document_id": document_id(world.state.seed, holder.id, document_type, holding),
        "holder": {"kind": asked.query.holder.kind, "id": holder_id},
        **told(world, asked.struck, holder, document_type, as_registered(holding)),
    }


def _person(asked: Admitted, person: Person) -> dict[str, str]:
    person_id = another_id(person.id) if asked.struck.document("wrong_person", None) else person.id
    return {"id": person_id, "full_name": person.full_name, "birth_date": person.birth_date, "sex": person.sex}


def answered_by(asked: Admitted, code: str) -> dict[str, Any]:
    """The body of this service's answer."""
    holder = asked.holder
    records = [_record(asked, holder, document_type) for document_type in asked.query.types] if holder else []
    answered_at = time() - asked.struck.age()
    body: dict[str, Any] = {
        "error_code": "00",
        "message": "Thành công",
        "request_id": asked.query.request_id,
        "service": code,
        "answered_at": datetime.fromtimestamp(answered_at, UTC).isoformat(timespec="seconds"),
    }
    if code == POPULATION and isinstance(holder, Person):
        body["person"] = _person(asked, holder)
    body["records"] = [record for record in records if record is not None]
    return body


@router.post(
    "/services/{code}", summary="What a registry holds, by service code", openapi_extra=documented("ndxp.read")
)
async def service(request: Request, code: Code) -> Response:
    """A record for each type that is held, none for one that is not; 037 adds the person of the population record.

    There is no list of services: a well-formed code that nobody has seen answers as the known ones do.
    """
    asked = await admit(request, "ndxp", code, NDXP)
    return asked if isinstance(asked, Response) else answer(answered_by(asked, code))
