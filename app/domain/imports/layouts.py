"""What a file may be: our own kinds with their columns, the layouts in which others publish them, and neighbours.

A kind is recognised by its header. A neighbour is a file people have beside the catalogue that is no part of it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ImportKind(StrEnum):
    """In the order in which files given together are imported: each may rest on those before it."""

    DOCUMENT_TYPES = "document_types"
    SOURCES = "sources"
    PROCEDURES = "procedures"
    COMPONENTS = "components"
    LISTS = "lists"
    CORRECTIONS = "corrections"


@dataclass(frozen=True)
class Layout:
    """One arrangement of columns. `ignored` may stand in the file and are not read; `aliases`: header → column."""

    name: str
    kind: ImportKind
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    # Files of this layout are taken only where somebody says what they are.
    on_demand: bool = False


@dataclass(frozen=True)
class Neighbour:
    """What such a file is, and where its matter lives here."""

    columns: tuple[str, ...]
    vi: str
    en: str


_COLLECTED = ("confidence", "list_hint", "annex_hint")
_CODE = {"mã thủ tục": "code", "mã tthc": "code", "mã số thủ tục": "code", "procedure_code": "code"}
_NAMED = {"tên thủ tục": "name", "tên tthc": "name", "lĩnh vực": "sector", "cấp thực hiện": "level", "cấp": "level"}
_AGENCY = {"cơ quan thực hiện": "agency", "cơ quan": "agency"}
_DATED = {"ngày hiệu lực": "valid_from", "hiệu lực từ": "valid_from", "căn cứ": "basis", "quyết định công bố": "basis"}
_PERIOD = {"từ ngày": "from", "đến ngày": "until", "căn cứ": "basis"}
_OF_PROCEDURE = {"mã thủ tục": "procedure_code", "mã tthc": "procedure_code", "code": "procedure_code"}
_POSITION = {"stt": "position", "số thứ tự": "position", "vị trí": "position"}
_TEXT = {"tên giấy tờ": "name", "thành phần hồ sơ": "name", "tên thành phần hồ sơ": "name", "text": "name"}
_TYPE = {"mã loại giấy tờ": "code", "tên loại giấy tờ": "name", "tên": "name", "tên tiếng anh": "name_en"}

LAYOUTS = (
    Layout(
        "procedures",
        ImportKind.PROCEDURES,
        ("code", "name", "sector", "level", "agency"),
        ("valid_from", "basis", "status"),
        (*_COLLECTED, "source"),
        {**_CODE, **_NAMED, **_AGENCY, **_DATED, "trạng thái": "status", "tình trạng": "status"},
    ),
    Layout(
        "components",
        ImportKind.COMPONENTS,
        ("procedure_code", "position", "name"),
        ("valid_from",),
        # Read from the official text itself: what another reader thought of it is left out.
        (*_COLLECTED, "source", "document_type", "form", "mandatory"),
        {**_OF_PROCEDURE, **_POSITION, **_TEXT, "ngày hiệu lực": "valid_from"},
    ),
    Layout(
        "lists",
        ImportKind.LISTS,
        ("list", "code"),
        (
            *("name", "status", "from", "until", "basis", "document_types", "services", "provisions", "number"),
            *("field", "note"),
        ),
        ("source", "confidence"),
        {
            **_CODE,
            **_PERIOD,
            "danh sách": "list",
            "mã": "code",
            "tên": "name",
            "tên thủ tục": "name",
            "trạng thái": "status",
            "loại giấy tờ": "document_types",
            "dịch vụ": "services",
            "điều khoản": "provisions",
            "stt": "number",
            "số thứ tự": "number",
            "lĩnh vực": "field",
            "ghi chú": "note",
        },
    ),
    # The annexes of Resolution 66.7 as published: a row for each procedure, component and database.
    Layout(
        "annexes",
        ImportKind.LISTS,
        ("annex", "number", "procedure_code", "procedure_name", "component", "service"),
        ("legal_documents", "provisions", "field"),
        ("database", "database_owner"),
        {"phụ lục": "annex", "stt": "number", "mã thủ tục": "procedure_code", "tên thủ tục": "procedure_name"}
        | {"thành phần hồ sơ": "component", "dịch vụ": "service", "văn bản": "legal_documents"}
        | {"điều khoản": "provisions", "cơ sở dữ liệu": "database", "bộ": "field"},
    ),
    # Names of services that take no paper, each with the codes it may stand for.
    Layout(
        "candidates",
        ImportKind.LISTS,
        ("position", "name", "procedure_code_candidates"),
        (),
        (*_COLLECTED, "source"),
    ),
    Layout(
        "document_types",
        ImportKind.DOCUMENT_TYPES,
        ("code", "name"),
        ("kind", "subject", "name_en", "issuer", "basis"),
        (*_COLLECTED, "integrated_on_vneid", "source"),
        {**_TYPE, "loại": "kind", "chủ thể": "subject", "cơ quan cấp": "issuer", "căn cứ": "basis"},
    ),
    Layout(
        "sources",
        ImportKind.SOURCES,
        ("document_type", "source", "basis"),
        ("service", "from", "until", "procedures"),
        (),
        {
            **_PERIOD,
            "mã loại giấy tờ": "document_type",
            "nguồn": "source",
            "dịch vụ": "service",
            "thủ tục": "procedures",
        },
    ),
    Layout(
        "corrections",
        ImportKind.CORRECTIONS,
        ("name", "kind", "document_types", "relation", "form", "conditional"),
        ("note",),
        ("procedure_code", "position"),
        {**_TEXT, "loại": "kind", "loại giấy tờ": "document_types", "quan hệ": "relation", "hình thức": "form"}
        | {"điều kiện": "conditional", "ghi chú": "note", **_POSITION, "mã thủ tục": "procedure_code"},
        on_demand=True,
    ),
)

NEIGHBOURS = (
    Neighbour(
        ("id", "number", "title", "issuer", "issued_on"),
        "danh sách văn bản pháp luật: văn bản nằm trong bộ quy tắc của sản phẩm, đã rà soát từng điều khoản",
        "a list of laws: they live in the product's rulebook, each provision reviewed",
    ),
    Neighbour(
        ("code", "provider_agency", "database", "input_fields"),
        "danh sách dịch vụ dữ liệu NDXP: nguồn của từng loại giấy tờ nhập bằng tệp “sources”",
        "a list of NDXP data services: the sources of a document type are imported as a “sources” file",
    ),
    Neighbour(
        ("code", "name", "opencps_state"),
        "danh mục trạng thái hồ sơ: đã có sẵn trong sản phẩm",
        "the national statuses of a dossier: they ship with the product",
    ),
    Neighbour(
        ("code", "name", "kind", "province_code"),
        "danh mục đơn vị hành chính cấp xã: đã có sẵn trong sản phẩm",
        "a list of communes: it ships with the product",
    ),
    Neighbour(
        ("result_code", "name", "procedure_codes"),
        "danh mục mã kết quả giải quyết thủ tục: chưa dùng trong danh mục",
        "a list of result codes: the catalogue does not use it yet",
    ),
    Neighbour(
        ("procedure_code", "section", "rule_text"),
        "các đoạn văn về dữ liệu thay giấy tờ: thành phần hồ sơ nhập bằng tệp “components”",
        "passages on data that replaces paper: components are imported as a “components” file",
    ),
)
# Their columns are too plain to tell them from a catalogue file that lacks some: the whole header must be theirs.
_EXACT = (
    Neighbour(
        ("code", "sector", "level", "name", "source", "confidence"),
        "danh sách mã thủ tục theo lĩnh vực: không có cơ quan thực hiện và đủ tên thủ tục; hãy nhập tệp “procedures”",
        "procedure codes by sector: agency and many names are missing; import a “procedures” file",
    ),
    Neighbour(
        ("code", "name", "source", "confidence"),
        "danh mục mã nơi đăng ký khai sinh: đã có sẵn trong sản phẩm",
        "the codes of provinces of birth registration: they ship with the product",
    ),
)


def layouts_of(kind: ImportKind) -> tuple[Layout, ...]:
    return tuple(layout for layout in LAYOUTS if layout.kind is kind)


def recognise(headers: Iterable[str], kind: ImportKind | None = None) -> Layout | Neighbour | None:
    """What a file with these (folded) headers is; of one kind only, where it is given.

    The layout whose required columns are all there and that knows most of the others; None where nothing fits.
    """
    found = frozenset(headers)
    if kind is None:
        for neighbour in _EXACT:
            if found == set(map(fold_header, neighbour.columns)):
                return neighbour
        for neighbour in NEIGHBOURS:
            if found.issuperset(map(fold_header, neighbour.columns)):
                return neighbour
    fitting = [(layout, columns_of(layout)) for layout in (layouts_of(kind) if kind else LAYOUTS)]
    fitting = [
        (layout, known) for layout, known in fitting if set(layout.required) <= {known[h] for h in found if h in known}
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda f: (len(f[0].required), sum(h in f[1] for h in found)))[0]


def columns_of(layout: Layout) -> dict[str, str]:
    """Folded header → column."""
    own = {fold_header(c): c for c in (*layout.required, *layout.optional, *layout.ignored)}
    return {fold_header(header): column for header, column in layout.aliases.items()} | own


def fold_header(header: str) -> str:
    """Case, spaces, `_`, `-` and `*` in a header do not matter."""
    folded = unicodedata.normalize("NFC", header).casefold()
    return "".join(c for c in folded if not c.isspace() and c not in "_-*\u200b\ufeff")
