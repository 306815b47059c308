import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Acceptance, Form, MemberStatus, Relation, TypeSubject
from app.domain.errors import ProcedureNotInForce, UnknownDocumentType, UnknownProcedure
from app.domain.evidence import Source
from app.domain.persons import SubjectKind
from app.domain.publications import Kind, Publication, catalogue_of

TYPE = {
    "name": "Giấy thử",
    "kind": "official",
    "subject": "person",
    "sources": [
        {"source": "wallet", "basis": "CT-24-2025"},
        {
            "source": "registry",
            "service": "HO-TICH",
            "from": "2026-01-01",
            "until": "2026-06-30",
            "procedures": ["1.000001"],
            "basis": "NQ-66.7-2025",
        },
    ],
}
COMPONENT = {
    "position": 1,
    "name": "Giấy thử",
    "document_types": ["GIAY_THU"],
    "relation": "one",
    "form": "copy",
    "mandatory": True,
    "acceptance": "data_first",
}


def procedure(valid_from: str, name: str = "Thủ tục") -> Publication:
    body = {
        "name": name,
        "sector": "Thử",
        "level": "commune",
        "agency": "H00",
        "valid_from": valid_from,
        "components": [{**COMPONENT, "name": name}],
    }
    return Publication(Kind.PROCEDURE, "1.000001", body)


def member(start: str | None, until: str | None = None, status: str = "confirmed") -> Publication:
    body = {"from": start, "until": until, "status": status, "basis": "CT-24-2025", "document_types": ["GIAY_THU"]}
    return Publication(Kind.LIST_MEMBER, "ct24-annex-1/1.000001", body)


def test_a_document_type_comes_out_as_it_was_published() -> None:
    known = catalogue_of(7, [Publication(Kind.DOCUMENT_TYPE, "GIAY_THU", TYPE)])
    found = known.document_type("GIAY_THU")
    assert (known.revision, found.name, found.subject) == (7, "Giấy thử", TypeSubject.PERSON)
    wallet, registry = found.sources
    assert (wallet.source, wallet.service, wallet.period.start) == (Source.WALLET, None, None)
    assert (registry.service, registry.basis) == ("HO-TICH", "NQ-66.7-2025")
    assert found.sources_for("1.000001", date(2026, 6, 30)) == (wallet, registry)
    assert found.sources_for("1.000001", date(2026, 7, 1)) == (wallet,)
    assert found.sources_for("1.000002", date(2026, 1, 1)) == (wallet,)
    assert [found.may_belong_to(k) for k in SubjectKind] == [True, False]


def test_a_component_comes_out_as_it_was_published() -> None:
    body = {**COMPONENT, "case": "a", "holder": "spouse", "cites": ["ND-104-2022"], "mandatory_when": "khi có"}
    sent = Publication(Kind.PROCEDURE, "1.000001", {**procedure("2020-01-01").body, "components": [body, COMPONENT]})
    with_all, bare = catalogue_of(1, [sent]).procedure("1.000001", date(2026, 1, 1)).components
    assert (with_all.relation, with_all.form, with_all.acceptance) == (Relation.ONE, Form.COPY, Acceptance.DATA_FIRST)
    assert (with_all.case, with_all.holder, with_all.cites) == ("a", "spouse", ("ND-104-2022",))
    assert with_all.mandatory_when == "khi có"
    assert (bare.case, bare.holder, bare.cites, bare.mandatory_when) == (None, None, (), None)


def test_the_version_of_a_procedure_is_that_of_the_day_whatever_the_order_of_publishing() -> None:
    known = catalogue_of(1, [procedure("2026-05-01", "mới"), procedure("2024-01-01", "cũ")])
    assert known.procedure("1.000001", date(2026, 4, 30)).name == "cũ"
    assert known.procedure("1.000001", date(2026, 5, 1)).name == "mới"
    with pytest.raises(ProcedureNotInForce):
        known.procedure("1.000001", date(2023, 12, 31))


def test_a_version_published_again_replaces_its_own_day_and_no_other() -> None:
    sent = [procedure("2024-01-01", "cũ"), procedure("2026-05-01", "mới"), procedure("2024-01-01", "cũ, sửa")]
    known = catalogue_of(3, sent)
    assert [p.name for p in known.procedures["1.000001"]] == ["cũ, sửa", "mới"]


def test_a_type_or_a_member_published_again_replaces_the_one_before() -> None:
    types = [Publication(Kind.DOCUMENT_TYPE, "GIAY_THU", {**TYPE, "name": n, "sources": []}) for n in ("một", "hai")]
    known = catalogue_of(2, [*types, member("2025-09-13", status="candidate"), member("2025-09-13")])
    assert known.document_type("GIAY_THU").name == "hai"
    assert [m.status for m in known.memberships("1.000001", date(2026, 1, 1)).values()] == [MemberStatus.CONFIRMED]


def test_a_member_is_on_the_list_on_its_days_only() -> None:
    known = catalogue_of(1, [member("2025-09-13", "2026-01-31")])
    assert known.memberships("1.000001", date(2025, 9, 12)) == {}
    assert known.memberships("1.000001", date(2026, 1, 31)).keys() == {"ct24-annex-1"}
    assert known.memberships("1.000001", date(2026, 2, 1)) == {}
    assert known.memberships("1.000002", date(2026, 1, 31)) == {}


def test_a_second_membership_leaves_the_first_its_days() -> None:
    known = catalogue_of(2, [member("2025-10-01", "2025-12-31"), member("2026-06-01")])
    listed = {day: known.members_on("ct24-annex-1", day) for day in (date(2025, 11, 1), date(2026, 3, 1))}
    assert [m.period.until for m in listed[date(2025, 11, 1)]] == [date(2025, 12, 31)]
    assert listed[date(2026, 3, 1)] == []
    assert known.memberships("1.000001", date(2026, 6, 1)).keys() == {"ct24-annex-1"}


def test_a_membership_that_has_ended_does_not_bring_back_the_one_before_it() -> None:
    known = catalogue_of(2, [member("2025-10-01"), member("2026-06-01", "2026-06-30")])
    assert known.memberships("1.000001", date(2026, 5, 31)).keys() == {"ct24-annex-1"}
    assert known.memberships("1.000001", date(2026, 7, 1)) == {}


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@given(st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS, st.sampled_from(MemberStatus)), max_size=8), DAYS)
def test_the_membership_of_a_day_is_the_last_to_begin_as_it_was_last_published(
    sent: list[tuple[date | None, date | None, MemberStatus]], day: date
) -> None:
    put = [member(_iso(start), _iso(until), status) for start, until, status in sent]
    known = catalogue_of(len(put), put)
    last = {start: (until, status) for start, until, status in sent if start is None or start <= day}
    until, status = last[max(last, key=lambda start: start or date.min)] if last else (None, None)
    stands = status if status and (until is None or day <= until) else None
    assert [m.status for m in known.members_on("ct24-annex-1", day)] == ([stands] if stands else [])
    assert [m.status for m in known.memberships("1.000001", day).values()] == ([stands] if stands else [])


def test_a_candidate_counts_unless_candidates_are_made_inert() -> None:
    known = catalogue_of(1, [member("2025-09-13", status="candidate")])
    on = date(2026, 1, 1)
    assert known.memberships("1.000001", on)["ct24-annex-1"].document_types == {"GIAY_THU"}
    assert known.memberships("1.000001", on, confirmed_only=True) == {}


def test_what_was_never_published_is_unknown() -> None:
    known = catalogue_of(0, [])
    with pytest.raises(UnknownProcedure):
        known.procedure("1.000001", date(2026, 1, 1))
    with pytest.raises(UnknownDocumentType):
        known.document_type("GIAY_THU")


def test_a_body_read_back_from_its_json_gives_the_same_catalogue() -> None:
    sent = [Publication(Kind.DOCUMENT_TYPE, "GIAY_THU", TYPE), procedure("2024-01-01"), member("2025-09-13")]
    stored = [Publication(p.kind, p.key, json.loads(json.dumps(p.body))) for p in sent]
    assert catalogue_of(1, stored) == catalogue_of(1, sent)
