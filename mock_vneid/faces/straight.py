"""The straight way: the two questions asked most, answered from the bytes of the request when nothing is amiss.

Whatever is not one whole good question on a calm day — a fault that matches, a token that opens nothing, a mistake in
the form, a licence that is missing, an unusual header — is left to the framework, untouched and not yet noted. What is
answered here is admitted, noted and made by the very functions of the faces, so that both ways say the same.
"""

import re
from dataclasses import dataclass

from mock_vneid.faces import ndxp, wallet
from mock_vneid.faces.admission import admit_calmly
from mock_vneid.faces.visits import MOST_BYTES, base_of
from mock_vneid.faults import NDXP_CODE
from mock_vneid.jws import compact_json
from mock_vneid.universe import Universe

_REQUEST = re.compile(
    rb"POST (/w/([a-z0-9-]{1,63})(/wallet/documents/search|/ndxp/services/(%b))) HTTP/1\.1" % NDXP_CODE.encode()
)
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)")
# Any of these may change how the body is read, or what becomes of the connection.
_UNUSUAL = {b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", b"content-encoding", b"proxy-connection"}
_ONCE = {b"host", b"authorization", b"content-type", b"content-length"}
_REMEMBERED = 1_024  # heads: a client that keeps its connection sends few different ones


@dataclass(frozen=True, slots=True)
class Head:
    """What was read of a request before its body. `service`: None for the wallet's search."""

    world: str
    path: str
    service: str | None
    host: bytes
    authorization: str
    length: int


def read_head(head: bytes) -> Head | None:
    """A request's head without its empty line; None for any that is not one of the two questions in the usual form."""
    line, *lines = head.split(b"\r\n")
    asked = _REQUEST.fullmatch(line)
    if asked is None:
        return None
    found: dict[bytes, bytes] = {}
    for text in lines:
        header = _HEADER.fullmatch(text)
        if header is None:
            return None
        name, value = header[1].lower(), header[2].rstrip()
        if name in _UNUSUAL or (name == b"connection" and value.lower() != b"keep-alive"):
            return None
        if name in _ONCE:
            if name in found:
                return None
            found[name] = value
    length = found.get(b"content-length", b"")
    if found.get(b"content-type") != b"application/json" or not length.isdigit() or int(length) > MOST_BYTES:
        return None
    if b"host" not in found or b"authorization" not in found:
        return None
    service = None if asked[4] is None else asked[4].decode()
    authorization = found[b"authorization"].decode("ascii")
    return Head(asked[2].decode(), asked[3].decode(), service, found[b"host"], authorization, int(length))


class Straight:
    """For one universe, behind one door."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._heads: dict[bytes, Head | None] = {}

    def answer(self, request: bytes, scheme: str) -> bytes | None:
        """The body of the 200 that answers this request; None when it is to go the other way."""
        head, _, body = request.partition(b"\r\n\r\n")
        try:
            read = self._heads[head]
        except KeyError:
            if len(self._heads) >= _REMEMBERED:
                self._heads.clear()
            read = self._heads[head] = read_head(head)
        if read is None or read.length != len(body):
            return None
        world = self._universe.find(read.world)
        base = None if world is None else base_of(self._universe, world, scheme, read.host)
        if world is None or base is None:
            return None
        asked = admit_calmly(self._universe, world, base, read.path, read.service, read.authorization, body)
        if asked is None:
            return None
        return compact_json(wallet.found(asked) if read.service is None else ndxp.answered_by(asked, read.service))
