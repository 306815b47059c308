"""The one strict door for SOAP 1.1: what comes in is a small tree of elements, or is not believed at all.

No document type, no entity, no processing instruction gets through (entity expansion and external entities end there),
and no message that is deeper or wider than an honest one.
"""

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"

_MOST_DEPTH = 24
_MOST_ELEMENTS = 2000
_BETWEEN = "\n"  # of a namespace and a name, as expat joins them


class NotSoap(Exception):
    """The bytes are no SOAP 1.1 message with one element in its body."""


@dataclass(slots=True)
class Element:
    namespace: str
    name: str
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Element"]:
        """The children of this name, in this element's own namespace."""
        return [child for child in self.children if (child.namespace, child.name) == (self.namespace, name)]

    def one(self, name: str) -> "Element | None":
        """The child of this name. NotSoap when there are several: nobody knows which one is meant."""
        found = self.all(name)
        if len(found) > 1:
            raise NotSoap
        return found[0] if found else None

    def words(self, *path: str) -> str:
        """The text of the element at the end of this path; empty where it is not there."""
        here: Element | None = self
        for name in path:
            here = here and here.one(name)
        return here.text.strip() if here else ""

    def has_words(self) -> bool:
        return bool(self.text.strip()) or any(child.has_words() for child in self.children)


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, _: object) -> None:
        self._count += 1
        if len(self._open) >= _MOST_DEPTH or self._count > _MOST_ELEMENTS:
            raise NotSoap
        namespace, _, local = name.rpartition(_BETWEEN)
        element = Element(namespace, local)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        self._open[-1].text += text

    @staticmethod
    def refuse(*_: object) -> NoReturn:
        raise NotSoap


def read(raw: bytes) -> Element:
    """The one element in the body of a message. NotSoap otherwise."""
    builder, parser = _Builder(), expat.ParserCreate("UTF-8", _BETWEEN)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = parser.ProcessingInstructionHandler = builder.refuse
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError):
        raise NotSoap from None
    root = builder.root
    if root is None or (root.namespace, root.name) != (ENVELOPE, "Envelope"):
        raise NotSoap
    body = root.one("Body")
    if body is None or len(body.children) != 1:
        raise NotSoap
    return body.children[0]
