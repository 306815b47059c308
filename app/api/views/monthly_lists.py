"""Monthly publications as JSON, as sheets and as an Atom feed."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from app.clock import rfc3339
from app.domain.decisions import canonical
from app.services.monthly_lists import Brief, Issue, shown
from app.sheets import Format, Value, write

_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot carry, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DOCUMENTS = (
    "document_type",
    "name",
    "subject",
    "source",
    "service",
    "from",
    "until",
    "replaces_since",
    "procedures",
    "basis",
    "citations",
    "lists",
)
_MEMBERS = (
    "list",
    "title",
    "declared",
    "loaded",
    "code",
    "name",
    "status",
    "from",
    "until",
    "basis",
    "document_types",
    "citations",
)


def whole(issue: Issue) -> bytes:
    """The brief, and in it the very bytes that were signed, and the lists' members."""
    return b'%b,"content":%b,"members":%b}' % (canonical(shown(issue.brief))[:-1], issue.content, issue.members)


def jws(issue: Issue) -> bytes:
    """The signature with its payload put back: any JOSE library verifies it."""
    header, _, signature = issue.brief.signature.split(".")
    return f"{header}.{base64.urlsafe_b64encode(issue.content).rstrip(b'=').decode()}.{signature}".encode()


def sheet(issue: Issue, form: Format, part: str) -> bytes:
    """The integrated list, a row for each source, or the lists, a row for each member."""
    content = issue.stated
    if part == "lists":
        return write(form, _MEMBERS, _member_rows(content["lists"]), title=f"Danh sách {issue.brief.month}")
    return write(form, _DOCUMENTS, _document_rows(content["documents"]), title=f"Danh mục {issue.brief.month}")


def _document_rows(documents: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Value]]:
    for d in documents:
        for s in d["sources"]:
            yield (
                d["document_type"],
                d["name"],
                d["subject"],
                s["source"],
                s["service"],
                s["from"],
                s["until"],
                s["replaces_since"],
                "|".join(s["procedures"]),
                s["basis_title"],
                _cites([*s["citations"], *d["citations"]]),
                "|".join(f"{x['list']} ({x['status']})" for x in d["lists"]),
            )


def _member_rows(lists: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Value]]:
    for x in lists:
        for m in x["members"]:
            yield (
                x["list"],
                x["title"],
                x["declared"],
                x["loaded"],
                m["code"],
                m["name"],
                m["status"],
                m["from"],
                m["until"],
                m["basis"],
                "|".join(m["document_types"]),
                _cites(x["citations"]),
            )


def _cites(citations: Iterable[Mapping[str, Any]]) -> str:
    said = (f"{c['title']}, {c['provision']}" if c["provision"] else c["title"] for c in citations)
    return "; ".join(dict.fromkeys(said))


def feed(briefs: Sequence[Brief], updated: datetime, base: str, agency: str) -> bytes:
    """Atom (RFC 4287). The feed's id hangs on the agency's code, an entry's on what was signed: both stay, wherever
    the service moves.
    """
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "vi"})
    _text(root, "id", uuid5(NAMESPACE_URL, f"motlan:publications:{agency}").urn)
    _text(root, "title", "Danh mục giấy tờ đã có dữ liệu thay thế, công bố hằng tháng")
    _text(root, "updated", rfc3339(updated))
    _text(ET.SubElement(root, "author"), "name", f"Một Lần, {agency}")
    _link(root, "self", "application/atom+xml", f"{base}/v1/publications/feed.atom")
    _link(root, "alternate", "text/html", f"{base}/danh-muc")
    for brief in briefs:
        entry = ET.SubElement(root, "entry")
        year, month = brief.month.split("-")
        _text(entry, "id", uuid5(NAMESPACE_URL, f"motlan:publication:{brief.digest}").urn)
        _text(entry, "title", f"Danh mục tháng {month}/{year}, bản số {brief.revision}")
        _text(entry, "updated", rfc3339(brief.published_at))
        _text(entry, "published", rfc3339(brief.published_at))
        at = f"{base}/v1/publications/{brief.month}"
        _link(entry, "alternate", "text/html", f"{base}/danh-muc/{brief.month}?ban={brief.revision}")
        _link(entry, "alternate", "application/json", f"{at}?revision={brief.revision}")
        _link(entry, "related", "application/json", f"{at}/changes?revision={brief.revision}")
        why = f" Lý do đính chính: {brief.reason}" if brief.reason else ""
        _text(entry, "summary", f"Theo pháp luật ngày {brief.as_of:%d/%m/%Y}. SHA-256: {brief.digest}.{why}")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _NOT_XML.sub("�", text)


def _link(parent: ET.Element, rel: str, media_type: str, href: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "type": media_type, "href": href})
