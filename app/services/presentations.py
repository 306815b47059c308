"""A citizen's share code, redeemed by an office or a body outside the State: what was shown, and whether the paper may
be demanded after that.

What was shared is answered and not kept; that it was, to whom and what for, is kept for its holder to see.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.domain.catalogue import Form
from app.domain.decisions import canonical
from app.domain.evidence import Source
from app.domain.persons import Subject
from app.domain.presentations import (
    DemandUnclear,
    Mode,
    NothingConcluded,
    NotRedeemed,
    Shown,
    Standing,
    UnknownPresentation,
    VerifierKind,
    advise,
)
from app.domain.values import Frozen, replace
from app.registries.answers import SourceFailed
from app.registries.presentations import Redeemed
from app.repositories import evidence, journal, presentations
from app.repositories.dossiers import DossierRow
from app.repositories.idempotency import Kept, Key
from app.repositories.presentations import PresentationRow
from app.services import checks, idempotency
from app.services.checks import Check, Judged, Line
from app.services.desk import Caller, Desk
from app.services.dossier_records import row_of

PURPOSE = "presentation"


class Verifier(Frozen):
    """Who redeems: `number` is an agency's code, or that of an organisation outside the State."""

    kind: VerifierKind
    number: str
    officer: str | None = None


class Paper(Frozen):
    """A paper demanded although its data was shown. An office names the procedure, unless a dossier does."""

    document_type: str
    form: Form
    procedure: str | None = None


class Asked(Frozen):
    """One use of a share code, for `purpose`, which is the one the citizen has agreed to."""

    code: str
    purpose: str
    verifier: Verifier
    procedure: str | None = None
    dossier: str | None = None
    paper: Paper | None = None

    def __repr__(self) -> str:
        return f"Asked({self.verifier.kind.value})"


class Tracked(Frozen):
    """In whose tracker a use stands, where anybody knows, and with which dossier of theirs."""

    mark: str | None
    dossier: str | None


# ---- redeeming ----------------------------------------------------------------------------------------------------


async def verify(desk: Desk, caller: Caller, asked: Asked, key: Key | None) -> bytes:
    """Redeem a code and answer what it shows; with `paper`, whether that may be demanded all the same.

    Raises NotRedeemed where the wallet refuses the code, NothingConcluded where it gave no answer to believe,
    UnknownProcedure, ProcedureNotInForce, UnknownDocumentType, UnknownDossier, DemandUnclear, and what an idempotency
    key raises. A code is used up once: whoever sends a key may ask again for the same use, whatever went wrong.
    """
    request_id = _request_id(desk, asked, key)

    def open_(conn: Connection) -> DossierRow | None:
        idempotency.claim_sealed(conn, desk, key, PURPOSE)
        return _checked(conn, desk, asked)

    async with idempotency.released_on_failure(desk, key):
        dossier = await (desk.db.read(open_) if key is None else desk.db.write(open_))
        asked = replace(asked, procedure=asked.procedure or (dossier.procedure if dossier else None))
        redeemed = await _redeemed(desk, caller, asked, request_id)
        row = _row_of(desk, caller, asked, request_id, redeemed)
        shown = _body_of(row, redeemed, desk.sealer.unseal(dossier.applicant) if dossier else None)
        # Who has shown no more than yes or no has shown it for the dossier: its applicant finds it with the rest.
        whose = row.holder_mark or (dossier.applicant_mark if dossier else None)
        # Somebody else's dossier is not named to them.
        tracked = Tracked(whose, row.dossier_code if dossier and dossier.applicant_mark == whose else None)

        def write(conn: Connection) -> bytes:
            _record(conn, row, tracked)
            body = canonical({**shown, "paper_demand": None})
            idempotency.settle_sealed(conn, desk, key, Kept(200, {}, body), PURPOSE)
            return body

        if asked.paper is None:
            return await desk.db.write(write)
        # Kept before the demand is judged: the code is used up, whatever becomes of the demand.
        await desk.db.write(_record, row, tracked)

        def finish(conn: Connection, demand: Mapping[str, Any]) -> bytes:
            body = canonical({**shown, "paper_demand": demand})
            idempotency.settle_sealed(conn, desk, key, Kept(200, {}, body), PURPOSE)
            return body

        return await _demanded(desk, caller, row, asked.paper, finish)


async def _redeemed(desk: Desk, caller: Caller, asked: Asked, request_id: str) -> Redeemed:
    verifier = asked.verifier
    wallet = desk.presentations[verifier.kind]
    try:
        return await wallet.redeem(
            asked.code, asked.purpose, request_id, procedure=asked.procedure, officer=verifier.officer
        )
    except (NotRedeemed, SourceFailed) as e:
        why = e.code if isinstance(e, NotRedeemed) else e.cause
        facts = {"presentation": request_id, "why": why, "client": caller.client_id, **_who(verifier)}
        await desk.db.write(journal.append, desk.clock.now(), "gate.presentation.refused", facts)
        if isinstance(e, NotRedeemed):
            raise
        raise NothingConcluded from None


def _request_id(desk: Desk, asked: Asked, key: Key | None) -> str:
    """The same for every attempt under one key, so that a code is not lost with an answer that got lost."""
    if key is None:
        return str(uuid7())
    return str(UUID(desk.sealer.fingerprint(f"redeem:{key.client}:{key.route}:{key.key}:{asked.code}")[:32], version=4))


def _checked(conn: Connection, desk: Desk, asked: Asked) -> DossierRow | None:
    """All that can be wrong is found before the code is used up; the dossier, where one is named."""
    known, today = desk.snapshots.current(conn), desk.clock.today()
    if asked.procedure:
        known.procedure(asked.procedure, today)
    if asked.paper:
        known.document_type(asked.paper.document_type)
        if asked.paper.procedure:
            known.judged_by(asked.paper.procedure, today)
    return row_of(conn, asked.dossier) if asked.dossier else None


def _row_of(desk: Desk, caller: Caller, asked: Asked, request_id: str, redeemed: Redeemed) -> PresentationRow:
    holder, verifier = redeemed.holder, asked.verifier
    return PresentationRow(
        id=request_id,
        client=caller.client_id,
        verifier_kind=verifier.kind.value,
        verifier=verifier.number,
        officer=verifier.officer,
        purpose=redeemed.purpose,
        procedure=asked.procedure,
        dossier_code=asked.dossier,
        mode=redeemed.mode.value,
        document_type=redeemed.document_type,
        standing=redeemed.standing.value,
        fields=" ".join(sorted(redeemed.fields)),
        holder=desk.sealer.seal(holder) if holder else None,
        holder_mark=desk.sealer.mark(holder.kind, holder.id) if holder else None,
        digest=desk.sealer.fingerprint(redeemed.digest),
        redeemed_at=desk.clock.now(),
    )


def _record(conn: Connection, row: PresentationRow, tracked: Tracked) -> None:
    """Keep a use of a code, once, and put it where its holder finds it."""
    if not presentations.add(conn, row):
        return
    if tracked.mark:
        lookup = {
            "decision_id": row.id,
            "holder_mark": tracked.mark,
            "source": Source.WALLET.value,
            "service": None,
            "document_types": row.document_type,
            "purpose": PURPOSE,
            "agency": row.verifier,
            "officer": row.officer or "",
            "cause": None,
            "looked_up_at": row.redeemed_at,
            # Whoever shows a code of theirs acts for themselves.
            "subject_mark": tracked.mark,
            "procedure": row.procedure,
            "dossier_code": tracked.dossier,
        }
        evidence.add_lookups(conn, [lookup])
    facts = {
        "presentation": row.id,
        "client": row.client,
        **_who(Verifier(VerifierKind(row.verifier_kind), row.verifier, row.officer)),
        "mode": row.mode,
        "document_type": row.document_type,
        "standing": row.standing,
        "fields": row.fields.split(),
        "holder": row.holder_mark,
        "procedure": row.procedure,
        "dossier": row.dossier_code,
        "digest": row.digest,
    }
    journal.append(conn, row.redeemed_at, "gate.presentation.redeemed", facts)


def _who(verifier: Verifier) -> dict[str, Any]:
    return {"verifier_kind": verifier.kind.value, "verifier": verifier.number, "officer": verifier.officer}


def _body_of(row: PresentationRow, redeemed: Redeemed, applicant: Subject | None) -> dict[str, Any]:
    """The answer: yes or no, or the chosen fields and nothing beside them."""
    sharing, holder = redeemed.mode is Mode.SHARING, redeemed.holder
    return {
        "id": row.id,
        "mode": row.mode,
        "purpose": row.purpose,
        "document_type": row.document_type,
        "valid": redeemed.standing is Standing.VALID,
        "standing": row.standing,
        "fields": dict(redeemed.fields) if sharing else None,
        "holder_is_applicant": (
            (holder.kind, holder.id) == (applicant.kind, applicant.id) if holder and applicant else None
        ),
        "verifier": {"kind": row.verifier_kind, "number": row.verifier},
        "procedure": row.procedure,
        "dossier": row.dossier_code,
        "redeemed_at": rfc3339(row.redeemed_at),
    }


# ---- the paper that is demanded all the same ----------------------------------------------------------------------


async def demand(desk: Desk, caller: Caller, presentation_id: str, paper: Paper, key: Key | None) -> bytes:
    """Judge a paper that is demanded from who has shown a document: an office by the gate's own rule, a body outside
    the State by what the law says once the data was shown. The attempt is kept.

    Raises UnknownPresentation, UnknownDocumentType, DemandUnclear, and what a demand and an idempotency key raise.
    """

    def open_(conn: Connection) -> PresentationRow:
        idempotency.claim(conn, desk, key)
        row = presentations.get(conn, presentation_id, caller.client_id)
        if row is None:
            raise UnknownPresentation
        desk.snapshots.current(conn).document_type(paper.document_type)
        return row

    def finish(conn: Connection, said: Mapping[str, Any]) -> bytes:
        body = canonical(said)
        idempotency.settle(conn, key, Kept(200, {}, body))
        return body

    async with idempotency.released_on_failure(desk, key):
        row = await (desk.db.read(open_) if key is None else desk.db.write(open_))
        return await _demanded(desk, caller, row, paper, finish)


Finish = Callable[[Connection, Mapping[str, Any]], bytes]


async def _demanded(desk: Desk, caller: Caller, row: PresentationRow, paper: Paper, finish: Finish) -> bytes:
    if row.verifier_kind == VerifierKind.PRIVATE:
        return await desk.db.write(_advised, desk, caller, row, paper, finish)
    check = checks.starting_anew(desk, await desk.db.read(_check_of, desk, row, paper))
    prepared = await desk.db.read(checks.prepare, desk, check)
    judged = await checks.judge(desk, check, prepared)

    def write(conn: Connection) -> bytes:
        checks.record(conn, caller, judged)
        (finding,) = judged.decision.findings
        said = _said(row, paper, judged.decision.law_as_of.isoformat(), finding.body(), judged)
        _keep_demand(conn, desk, caller, row, paper, said)
        return finish(conn, said)

    return await checks.keep(desk, caller, judged, write)


def _advised(conn: Connection, desk: Desk, caller: Caller, row: PresentationRow, paper: Paper, finish: Finish) -> bytes:
    """What is said to a body outside the State."""
    demanded = desk.snapshots.current(conn).document_type(paper.document_type)
    today = desk.clock.today()
    advice = advise(Shown(row.document_type, Standing(row.standing)), demanded, paper.form, desk.rulebook.on(today))
    said = _said(row, paper, today.isoformat(), advice.body(), None)
    _keep_demand(conn, desk, caller, row, paper, said)
    return finish(conn, said)


def _check_of(conn: Connection, desk: Desk, row: PresentationRow, paper: Paper) -> Check:
    """An office's demand as the gate takes it: whose paper it is was shown, or is the applicant's."""
    dossier = row_of(conn, row.dossier_code) if row.dossier_code else None
    holder = desk.sealer.unseal(row.holder) if row.holder else None
    subject = desk.sealer.unseal(dossier.applicant) if dossier else holder
    procedure = paper.procedure or row.procedure or (dossier.procedure if dossier else None)
    if subject is None or procedure is None:
        raise DemandUnclear
    own = holder is None or (holder.kind, holder.id) == (subject.kind, subject.id)
    return Check(
        purpose="paper_demand",
        procedure=procedure,
        agency=row.verifier,
        officer=row.officer or desk.settings.officer,
        channel="counter",
        subject=subject,
        on=desk.clock.today(),
        lines=(Line(paper.document_type, paper.document_type, paper.form, None if own else holder),),
        dossier_code=row.dossier_code,
    )


def _said(
    row: PresentationRow, paper: Paper, day: str, finding: Mapping[str, Any], judged: Judged | None
) -> dict[str, Any]:
    """The same shape whoever demands; `decision` is the gate's, where an office did."""
    named = ("outcome", "reason", "rule", "because", "citations", "remedy")
    return {
        "id": str(uuid7()),
        "presentation": row.id,
        "document_type": paper.document_type,
        "form": paper.form.value,
        "law_as_of": day,
        **{name: finding[name] for name in named},
        "decision": json.loads(judged.body) if judged else None,
    }


def _keep_demand(
    conn: Connection, desk: Desk, caller: Caller, row: PresentationRow, paper: Paper, said: Mapping[str, Any]
) -> None:
    now, decision = desk.clock.now(), said["decision"]
    decision_id = decision and decision["decision_id"]
    presentations.add_demand(
        conn,
        {
            "id": said["id"],
            "presentation_id": row.id,
            "document_type": paper.document_type,
            "form": paper.form.value,
            "outcome": said["outcome"],
            "reason": said["reason"],
            "law_as_of": desk.clock.today(),
            "rulebook_revision": desk.rulebook.revision,
            "decision_id": decision_id,
            "client": caller.client_id,
            "demanded_at": now,
        },
    )
    facts = {
        "demand": said["id"],
        "presentation": row.id,
        "client": caller.client_id,
        "document_type": paper.document_type,
        "form": paper.form.value,
        "outcome": said["outcome"],
        "decision": decision_id,
    }
    journal.append(conn, now, "gate.presentation.paper_demanded", facts)
