"""Monthly publications: what is sent, the signed content as it is published, and what changed."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from app.api.schemas.catalogue import count
from app.api.schemas.common import CitationOut, Input, Output, Text

MONTH = "^(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH, description="Tháng `yyyy-mm` / the month", examples=["2025-10"])]
Revision = Annotated[int, BeforeValidator(count), Field(ge=1, le=999_999)]
FormatName = Literal["json", "csv", "xlsx", "jws"]
PartName = Literal["documents", "lists"]


class PublicationIn(Input):
    month: Month
    reason: Text | None = Field(
        None, description="Bắt buộc khi đính chính tháng đã công bố / compulsory where it corrects a published month"
    )


class PublicationsIn(Input):
    cursor: str | None = Field(
        None,
        pattern=r"^[0-9]{4}-[0-9]{2}\.[0-9]{1,6}$",
        description="`next_cursor` của trang trước / of the page before",
    )
    limit: Annotated[int, BeforeValidator(count)] = Field(
        50, ge=1, le=200, description="Số mục mỗi trang / items a page"
    )


class RevisionIn(Input):
    revision: Revision | None = Field(None, description="Bản số mấy; mặc định: bản mới nhất / default: the latest")


class PublicationQuery(RevisionIn):
    format: FormatName = Field("json", description="jws: JWS đủ ba phần, nội dung ở giữa / the JWS with its payload")
    part: PartName = Field(
        "documents", description="Phần nào, khi format là csv hoặc xlsx / which part a sheet shows, for csv and xlsx"
    )


class ChangesIn(RevisionIn):
    since: Month | None = Field(
        None,
        description="So với bản mới nhất của tháng này; nếu là chính tháng đang đọc: so với bản được đính chính; "
        "không nêu: tháng đã công bố liền trước / compared with this month's latest revision; with the revision it "
        "corrects, where that is the same month; with the month published before, where it is left out",
    )


class PublicationBrief(Output):
    """`signature`: a compact JWS whose payload is left out (RFC 7515, appendix F)."""

    month: str
    revision: int = Field(description="1, rồi 2, 3, … cho các bản đính chính / from 2 on a correction")
    as_of: date = Field(description="Ngày của danh mục: ngày cuối tháng, hoặc ngày công bố nếu tháng chưa hết")
    published_at: datetime
    reason: str | None
    catalogue_revision: int
    rulebook_revision: str
    digest: str = Field(description="SHA-256 của nội dung / of the content", examples=["ab" * 32])
    signature: str


class PublicationDone(PublicationBrief):
    changed: bool = Field(description="false: tháng này đã công bố đúng như vậy / it said so already")


class MonthSourceOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    source: Literal["wallet", "registry"]
    service: str | None
    start: date | None = Field(alias="from")
    until: date | None
    replaces_since: date | None = Field(description="Dữ liệu thay giấy từ ngày / data stand instead of the paper since")
    procedures: list[str]
    basis: str
    basis_title: str
    citations: list[CitationOut]


class MonthListingOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="list")
    status: Literal["confirmed", "candidate"]
    citations: list[CitationOut]


class MonthDocumentOut(Output):
    document_type: str
    name: str
    subject: Literal["person", "organization", "any"]
    sources: list[MonthSourceOut]
    citations: list[CitationOut]
    lists: list[MonthListingOut]


class MonthMemberOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    code: str
    name: str | None
    status: Literal["confirmed", "candidate"]
    start: date | None = Field(alias="from")
    until: date | None
    basis: str
    document_types: list[str]


class MonthListOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="list")
    title: str
    subject: Literal["procedure", "document_type"]
    law: str
    citations: list[CitationOut]
    start: date | None = Field(alias="from")
    until: date | None
    declared: int | None
    loaded: int
    confirmed: int
    members_sha256: str = Field(description="SHA-256 của `members[list]` viết theo RFC 8785 / of the list's members")


class MonthContentOut(Output):
    """What is signed: these members as RFC 8785 writes them (by name, without spaces) are the payload."""

    month: str
    revision: int
    as_of: date
    published_at: datetime
    reason: str | None
    catalogue_revision: int
    rulebook_revision: str
    documents: list[MonthDocumentOut]
    lists: list[MonthListOut]


class PublicationOut(PublicationBrief):
    content: MonthContentOut
    members: dict[str, list[MonthMemberOut]] = Field(description="Các mục của từng danh sách / each list's members")


class DifferenceOut(Output):
    code: str = Field(examples=["source_added"])
    vi: str
    en: str
    citations: list[CitationOut]


class ChangeOut(Output):
    """`citations`: the law that brought it, took it away or changed it."""

    code: str
    name: str | None
    citations: list[CitationOut]
    differences: list[DifferenceOut]


class _Changes(Output):
    added: list[ChangeOut]
    removed: list[ChangeOut]
    changed: list[ChangeOut]


class ListChangesOut(_Changes):
    id: str = Field(alias="list")
    title: str
    subject: Literal["procedure", "document_type"]


class WhichOut(Output):
    month: str
    revision: int


class ChangesOut(_Changes):
    """Documents that came, went and changed, and the same for each list that did; `since` null: the first one."""

    month: str
    revision: int
    since: WhichOut | None
    lists: list[ListChangesOut]


class PublicKeyOut(Output):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class KeySetOut(Output):
    """A JWK set (RFC 7517)."""

    keys: list[PublicKeyOut]
