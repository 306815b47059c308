"""Files handed in, what came of them, and readings of components as shown and corrected."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from app.api.schemas.catalogue import PublishedOut, count
from app.api.schemas.common import Day, Input, Output, Text, TextOut, TypeCode, fault
from app.domain.catalogue import Relation
from app.domain.corrections import inconsistency
from app.domain.imports import ImportKind
from app.domain.readings import AskedForm, ComponentKind, Reading

KindName = Literal["document_types", "sources", "procedures", "components", "lists", "corrections"]
StatusName = Literal["queued", "running", "done", "refused", "failed"]
ReadingKind = Literal["official_document", "party_document", "mixed", "instruction", "data_statement"]
AskedFormName = Literal[
    "original", "copy", "certified_copy", "electronic", "original_or_copy", "present", "mixed", "unspecified"
]


def _flag(text: object) -> object:
    """`true` or `false` in a query, and nothing that merely looks like one."""
    if text in ("true", "false"):
        return text == "true"
    if isinstance(text, str):
        raise fault("flag")
    return text


Flag = Annotated[bool, BeforeValidator(_flag)]
Limit = Annotated[int, BeforeValidator(count)]


class ImportIn(Input):
    """Query of an upload. What is not given is told by the file itself."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=120,
            pattern=r"^[^\x00-\x1f\x7f/\\]+$",
            description="Tên tệp, để nói về nó trong kết quả / the file's name, as the result will call it",
            examples=["thanh-phan-ho-so.csv"],
        ),
    ] = "import"
    kind: KindName | None = Field(None, description="Loại tệp; không nêu thì theo hàng tiêu đề / told by the header")
    dry_run: Flag = Field(False, description="Chỉ kiểm tra, không công bố / report only, publish nothing")
    strict: Flag = Field(False, description="Cảnh báo cũng từ chối tệp / a warning refuses the file too")
    valid_from: Day | None = Field(None, description="Ngày hiệu lực của các thủ tục trong tệp / definitions hold from")

    def import_kind(self) -> ImportKind | None:
        return ImportKind(self.kind) if self.kind else None


class ImportsIn(Input):
    cursor: str | None = Field(
        None, max_length=36, pattern="^[0-9a-f-]+$", description="`next_cursor` của trang trước / of the page before"
    )
    limit: Limit = Field(50, ge=1, le=200, description="Số mục mỗi trang / items a page")


class ImportProblemOut(Output):
    """What is wrong in one row and how to mend it; row 0: the file as a whole."""

    file: str
    row: int
    column: str | None
    code: str
    vi: str
    en: str


class ImportBrief(Output):
    """`status`: queued → running → done, refused (bad rows, nothing published) or failed (try again)."""

    id: str
    status: StatusName
    kind: KindName | None
    name: str
    dry_run: bool
    strict: bool
    valid_from: date | None
    rows_done: int
    rows_total: int | None = Field(description="null khi chưa đếm xong / null until they are counted")
    counts: dict[str, int] = Field(
        description="new, changed, unchanged; components, texts, needs_review, … / theo loại tệp",
        examples=[{"new": 1355, "changed": 0, "unchanged": 0}],
    )
    revision: int | None = Field(description="Phiên bản danh mục đã công bố; null nếu không có gì mới")
    created_at: datetime
    finished_at: datetime | None


class ImportOut(ImportBrief):
    problems: list[ImportProblemOut]
    more_problems: int = Field(description="Số lỗi không liệt kê / problems that are not listed")
    warnings: list[ImportProblemOut]
    more_warnings: int


class BecauseOut(Output):
    what: str
    words: str
    says: str


class DoubtOut(TextOut):
    code: str
    words: str | None


class ReadingOut(Output):
    kind: ReadingKind
    document_types: list[str]
    relation: Literal["one", "any_of", "all_of"] | None
    form: AskedFormName
    conditional: bool
    because: list[BecauseOut] = Field(description="Từ ngữ đã quyết định / the words that decided")
    doubts: list[DoubtOut] = Field(description="Vì sao cần người rà soát / why a person should look")


class ReadOut(Output):
    text: str = Field(description="Lời văn chính thức / the official text")
    reading: ReadingOut
    corrected: bool
    needs_review: bool


class ComponentReadingOut(ReadOut):
    procedure: str
    position: int
    corrected_by: str | None
    corrected_on: date | None
    note: str | None


class PlaceOut(Output):
    procedure: str
    position: int


class TextReadingOut(ReadOut):
    """One text, wherever it stands: a correction of it holds in all of `components`."""

    key: str
    components: list[PlaceOut]


class CorrectedOut(PublishedOut):
    """`changed` is false when the same correction was there already."""

    component: ComponentReadingOut


class ReadingsIn(Input):
    needs_review: Flag | None = Field(None, description="true: chỉ những gì chờ rà soát / only what waits for review")
    cursor: str | None = Field(
        None, max_length=20, pattern="^[0-9a-f]+$", description="`next_cursor` của trang trước / of the page before"
    )
    limit: Limit = Field(100, ge=1, le=200, description="Số mục mỗi trang / items a page")


class ReadingIn(Input):
    """A reviewer's reading. It holds for these words wherever they stand, and no import overwrites it."""

    kind: ReadingKind
    document_types: Annotated[list[TypeCode], Field(max_length=30)]
    relation: Literal["one", "any_of", "all_of"] | None = Field(
        None, description="Bỏ trống khi không đòi giấy tờ / left out where no paper is asked for"
    )
    form: AskedFormName
    conditional: StrictBool
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.document_types)) != len(self.document_types):
            raise fault("distinct_types")
        if wrong := inconsistency(self.reading()):
            raise fault(wrong.code)
        return self

    def reading(self) -> Reading:
        return Reading(
            kind=ComponentKind(self.kind),
            document_types=tuple(self.document_types),
            relation=Relation(self.relation) if self.relation else None,
            form=AskedForm(self.form),
            conditional=self.conditional,
        )
