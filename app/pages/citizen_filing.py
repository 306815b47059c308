"""`/cua-toi/ho-so/moi`: a dossier filed online by whoever is signed in, for themselves or for an organisation.

Only their own papers are looked up here, an organisation's with those of its representative: with a number that is
typed, anybody could learn what somebody else holds. Where a dossier needs another's paper, it is filed at the counter.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.domain.catalogue import Catalogue, Component, Procedure, TypeSubject
from app.domain.dossiers import Supplied
from app.domain.errors import HolderRequired
from app.domain.guidance import Guidance, Guide
from app.domain.organizations import NotRepresentative
from app.pages import counter_forms, visits
from app.pages.counter import once
from app.pages.counter_filing import guidance_of, guide_of
from app.pages.counter_views import to_fill_in
from app.pages.site import searched, site_of
from app.pages.wording import HOLDERS
from app.services import citizens
from app.services.citizens import Filing, TooManyDossiers
from app.services.dossier_records import Answer
from app.services.dossiers import Offered
from app.services.sessions import Session

router = APIRouter(include_in_schema=False, prefix="/cua-toi/ho-so/moi")

Citizen = Annotated[Session, Depends(visits.citizen)]
# Nothing can be sent along on a page: it is told beforehand what will be.
SUPPLIED = {
    Supplied.NONE: "Không đưa gì",
    Supplied.ELECTRONIC: "Sẽ gửi bản điện tử",
    Supplied.WALLET: "Sẽ xuất trình trên VNeID",
}
# Whose papers count as one's own: the company's owner is asked of its representative.
_OWN = frozenset({None})
_OWN_OF_ORGANIZATION = frozenset({None, "representative", "owner"})
_NOT_REPRESENTATIVE = (
    "Hồ sơ chưa được nộp: cơ sở dữ liệu đăng ký ghi người đại diện theo pháp luật là người khác. Nếu mới đổi người đại "
    "diện, hãy cập nhật đăng ký trước; nếu làm theo ủy quyền, hãy nộp tại bộ phận một cửa kèm giấy ủy quyền."
)
_ANOTHERS = (
    "Hồ sơ chưa được nộp: thủ tục này có giấy tờ không phải của tài khoản đang đăng nhập. Hãy nộp tại bộ phận một cửa, "
    "hoặc đổi sang tài khoản có giấy tờ đó."
)


@router.get("")
async def choose(request: Request, session: Citizen, q: str = "") -> Response:
    citizens.refuse_low_level(session)
    return visits.private(request, "citizen_file_search.html", await searched(request, q))


@router.get("/{code}")
async def fill_in(
    request: Request, session: Citizen, code: str, truong_hop: Annotated[str, Query(alias="truong-hop")] = ""
) -> Response:
    citizens.refuse_low_level(session)
    return _form(request, session, await guidance_of(request, code), truong_hop, {}, {})


@router.post("/{code}")
async def file(request: Request, session: Citizen, code: str) -> Response:
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    citizens.refuse_low_level(session)
    found, number = await guidance_of(request, code), fields.get("case", "")
    guide = guide_of(found, number)
    if guide is None or _anothers(session, found.procedure, guide):
        return _form(request, session, found, number, fields, {}, 422)
    known = await site_of(request).catalogue()
    filing, faults = _filing(fields, session, found.procedure, guide, known, citizens.agencies(desk))
    if filing is None:
        return _form(request, session, found, number, fields, faults, 422)
    key = counter_forms.key_of(fields, citizens.mark_of(desk, session), f"/cua-toi/ho-so/moi/{code}")

    async def act() -> Answer:
        return await citizens.file(desk, session, filing, key)

    try:
        answer = await once(act)
    except TooManyDossiers:
        raise visits.FormRefused("too-many") from None
    except NotRepresentative:
        return _form(request, session, found, number, fields, {"nguoi-dai-dien": _NOT_REPRESENTATIVE}, 422)
    except HolderRequired:
        return _form(request, session, found, number, fields, {"thanh-phan": _ANOTHERS}, 422)
    return visits.go(f"/cua-toi/ho-so/{answer.headers['location'].rpartition('/')[2]}?xong=nop")


def _filing(
    fields: visits.Form,
    session: Session,
    procedure: Procedure,
    guide: Guide,
    known: Catalogue,
    agencies: Mapping[str, str],
) -> tuple[Filing | None, counter_forms.Faults]:
    """What is filed; or what is wrong, by field."""
    faults: counter_forms.Faults = {}
    agency = fields.get("agency", "")
    if agency not in agencies:
        faults["agency"] = "Hãy chọn cơ quan tiếp nhận trong danh sách."
    offered = []
    for component in procedure.in_case(guide.case):
        given = fields.get(f"given-{component.position}", Supplied.NONE.value)
        if given not in SUPPLIED:
            faults[f"given-{component.position}"] = "Chọn một trong các cách."
        else:
            holder = session.representative if _personal(component, known) else None
            offered.append(Offered(component.position, Supplied(given), holder))
    wishes = {"physical_result": True} if fields.get("physical") else None
    return (None if faults else Filing(procedure.code, agency, guide.case, tuple(offered), wishes)), faults


def _personal(component: Component, known: Catalogue) -> bool:
    """Whether only people have such papers."""
    types = (known.document_type(code) for code in component.document_types)
    return all(t.subject is TypeSubject.PERSON for t in types)


def _anothers(session: Session, procedure: Procedure, guide: Guide) -> list[str]:
    """Papers without which the dossier is not whole, and which are not of whoever is signed in."""
    own = _OWN_OF_ORGANIZATION if session.acting_for else _OWN
    needed = (c for c in procedure.in_case(guide.case) if c.mandatory and c.holder not in own)
    return [f"{c.name} ({HOLDERS.get(c.holder or '', 'của người khác')})" for c in needed]


def _form(
    request: Request,
    session: Session,
    found: Guidance,
    number: str,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    desk, guide = visits.desk_of(request), guide_of(found, number)
    view = {
        "found": found,
        "procedure": found.procedure,
        "guide": guide,
        "case_number": number,
        "components": to_fill_in(found.procedure, guide) if guide else [],
        "anothers": _anothers(session, found.procedure, guide) if guide else [],
        "supplied": {way.value: name for way, name in SUPPLIED.items()},
        "offered": citizens.agencies(desk),
        "typed": typed,
        "faults": faults,
        "key": counter_forms.fresh_key(),
    }
    return visits.private(request, "citizen_file.html", view, status)
