"""What looks like a secret is not shown again: by mistake somebody calls a sandbox with real credentials."""

import re

_NAMED = re.compile(
    r"(?i:(?P<named>\b(?:bearer|basic)\s+|\b[\w-]*(?:secret|passw(?:or)?d|token|api[_-]?key|assertion|verifier)"
    r"[\"']?\s*[=:]\s*[\"']?))[^\s\"'&,;]+",
    re.ASCII,
)
_SHAPED = re.compile(
    r"(?P<key>-----BEGIN [A-Z ]*KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z))"
    r"|(?P<jwt>eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){1,3})"
    r"|(?P<known>\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|xox[abp]-[\w-]{10,}|sk[-_][\w-]{20,}))"
    r"|(?P<random>(?<![\w+-])(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])(?=[\w+-]*[0-9])[\w+-]{32,}={0,2})",
    re.DOTALL | re.ASCII,
)


def legible(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair: JSON can spell one, and UTF-8 cannot send it on."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def masked(text: str) -> str:
    """The text with everything in it that looks like a key, a token or a password replaced by what it looked like."""
    return masked_in_words(_NAMED.sub(r"\g<named>[masked]", text))


def masked_in_words(text: str) -> str:
    """A sentence of the sandbox's own, in which a name is followed by words (`Bearer <token>`): only by what it looks
    like is something in it masked.
    """
    return _SHAPED.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    return f"[masked {next(name for name, part in found.groupdict().items() if part is not None)}]"
