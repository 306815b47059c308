"""SOAP 1.1 messages, read and written: a small tree, no document type, no entities, bounds on depth and size.

What a message may hold beyond that (which elements, in which order) is the business of the face that takes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NoReturn
from xml.parsers import expat

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
MEDIA_TYPES = ("text/xml", "application/xml")

_MOST_DEPTH = 16
_MOST_ELEMENTS = 512
_BETWEEN = "\n"  # of a namespace and a name, as expat joins them; a name holds none

# An element of an answer: its name, and its text or the elements inside.
Part = tuple[str, "str | Sequence[Part]"]


class NotXml(ValueError):
    """Why this is no message, in words that repeat nothing of it."""


@dataclass(slots=True)
class Element:
    namespace: str
    name: str
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def child(self, namespace: str, name: str) -> "Element | None":
        """The one child of this name; None where there is none, or more than one."""
        found = [child for child in self.children if (child.namespace, child.name) == (namespace, name)]
        return found[0] if len(found) == 1 else None


class _Builder:
    """Handlers of one parse. Whatever could pull in something from outside the message ends it."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, _: object) -> None:
        self._count += 1
        if len(self._open) >= _MOST_DEPTH or self._count > _MOST_ELEMENTS:
            raise NotXml(f"the message has more than {_MOST_ELEMENTS} elements, or is deeper than {_MOST_DEPTH}")
        namespace, _, local = name.rpartition(_BETWEEN)
        element = Element(namespace, local)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        element = self._open.pop()
        element.text = element.text.strip()
        if element.children and element.text:
            raise NotXml("text stands between the elements of the message")

    def text(self, text: str) -> None:
        self._open[-1].text += text

    @staticmethod
    def refuse(*_: object) -> NoReturn:
        raise NotXml("the message carries a document type, an entity or a processing instruction")


def parse(body: bytes) -> Element:
    """The root of a message. NotXml: not well formed, not UTF-8, or with what a SOAP 1.1 message may not have."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise NotXml("the message is not UTF-8") from None
    builder, parser = _Builder(), expat.ParserCreate("UTF-8", _BETWEEN)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = parser.ProcessingInstructionHandler = builder.refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotXml(f"the message is not well-formed XML: line {error.lineno}, column {error.offset}") from None
    assert builder.root is not None
    return builder.root


def body_of(root: Element) -> Element:
    """The one element in the body of an envelope. NotXml when it is no SOAP 1.1 envelope with one."""
    if (root.namespace, root.name) != (ENVELOPE, "Envelope"):
        raise NotXml("the message is no SOAP 1.1 envelope")
    body = root.child(ENVELOPE, "Body")
    if body is None or any(child.namespace != ENVELOPE for child in root.children):
        raise NotXml("an envelope holds a header, or none, and one body")
    if len(body.children) != 1:
        raise NotXml("the body holds one element: the operation")
    return body.children[0]


def _written(parts: Iterable[Part], prefix: str) -> Iterator[str]:
    for name, inside in parts:
        if not inside:
            yield f"<{prefix}{name}/>"
            continue
        yield f"<{prefix}{name}>"
        if isinstance(inside, str):
            yield escape(inside, quote=False)
        else:
            yield from _written(inside, prefix)
        yield f"</{prefix}{name}>"


def envelope(part: Part, namespace: str) -> bytes:
    """A SOAP 1.1 envelope around one part, all of it in one namespace."""
    name, inside = part
    written = "".join(_written(inside, "ns1:")) if not isinstance(inside, str) else escape(inside, quote=False)
    return _enveloped(f'<ns1:{name} xmlns:ns1="{namespace}">{written}</ns1:{name}>')


def fault(code: str, words: str) -> bytes:
    """A SOAP 1.1 fault; `code` is `Client`, `Server`, or one of a service's own."""
    named = f"soapenv:{code}" if code in ("Client", "Server") else code
    return _enveloped(
        f"<soapenv:Fault><faultcode>{escape(named)}</faultcode><faultstring>{escape(words, quote=False)}</faultstring>"
        "</soapenv:Fault>"
    )


def _enveloped(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}">'
        f"<soapenv:Header/><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()
