"""Electronic results of dossiers as offices deliver them to wallets: signed by the office, kept by holder and type.

A result is known by its issuer and its `jti`; its `version` grows when it changes, or is revoked. What is delivered
again changes nothing; what is older than what is known is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from mock_vneid.ids import HolderKind, id_problem
from mock_vneid.jws import Parts, parts_of
from mock_vneid.oidc.assertions import fits, public_key
from mock_vneid.people import Holding, document_id
from mock_vneid.specs import BirthDate, Day, DocumentType, Words, check_data
from mock_vneid.webhooks import EventType
from mock_vneid.wire import mistakes

TYPE = "vn-result+jwt"
AGENCY = r"^[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}$"
MOST_RESULTS = 20_000  # of one world
MOST_ISSUERS = 200
MOST_KEYS = 10  # of one issuer

_WRITTEN = ("number", "issued_on", "valid_until", "revoked_on", "full_name", "data")

Jwks = tuple[dict[str, Any], ...]
Check = Literal["shape", "alg", "typ", "crit", "claims", "issuer", "kid", "signature"]

# The demo province, whose key everybody knows: the public half of the gate's demo publication key.
DEMO_ISSUER = "000.00.00.H27"
DEMO_KEY = {
    "crv": "P-256",
    "kty": "EC",
    "x": "PE72TnpaPO_uY2nAIx7simBKTPCP_Wsyjk0ZpLRPUWU",
    "y": "2ml2BOAt8eQGiR8D3QVXG0uoYcVKCN2ndKMwW0edyHY",
    "kid": "lQXDaIfNp96tcflNynMnuNOJIsRypP5W_mzs5TEWD-c",
    "use": "sig",
    "alg": "ES256",
}
ISSUERS: dict[str, Jwks] = {DEMO_ISSUER: (DEMO_KEY,)}


class BadResult(ValueError):
    """Why a result is not believed: the check that failed, and a sentence that repeats nothing personal."""

    def __init__(self, check: Check, says: str) -> None:
        super().__init__(says)
        self.check, self.says = check, says


class _Holder(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: HolderKind
    id: str
    full_name: Words | None = None
    birth_date: BirthDate | None = None


class Claims(BaseModel):
    """What a result says; claims nobody here knows are passed over, as RFC 7519 §4 has it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    iss: Annotated[str, Field(pattern=AGENCY)]
    iat: Annotated[int, Field(strict=True, ge=0)]
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,200}$")]
    version: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    holder: _Holder
    recipient: _Holder | None = None
    document_type: DocumentType
    result_code: Words
    number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    issued_on: Day
    valid_until: Day | None = None
    revoked_on: Day | None = None
    procedure: Words | None = None
    dossier: Words | None = None
    data: Annotated[dict[str, JsonValue], AfterValidator(check_data)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One version of one result. `jws` is what was delivered, letter by letter."""

    jws: str
    claims: Claims

    @property
    def name(self) -> tuple[str, str]:
        return self.claims.iss, self.claims.jti

    @property
    def holder_id(self) -> str:
        return self.claims.holder.id

    @property
    def recipient_id(self) -> str | None:
        """Who applied for it, where that is not its holder: it is kept in their wallet too."""
        return self.claims.recipient.id if self.claims.recipient else None

    def reference(self, seed: int) -> str:
        """The document's name in the wallet."""
        return document_id(seed, self.holder_id, self.claims.document_type, self.laid_over(None))

    def laid_over(self, base: Holding | None) -> Holding:
        """The holding with this result in the wallet; what the registry has written stays as it was."""
        told, holding = self.claims, base or Holding()
        says = holding.registry_says
        if holding.registry == "held":
            says = {name: getattr(holding, name) for name in _WRITTEN} | (says or {})
        return replace(
            holding,
            wallet="linked",
            number=told.number,
            issued_on=told.issued_on,
            valid_until=told.valid_until,
            revoked_on=told.revoked_on,
            full_name=told.holder.full_name,
            data=dict(told.data) or None,
            registry_says=says,
        )


@dataclass(slots=True)
class Results:
    """The results of one world, by name and by holder; in the order in which they first came."""

    known: dict[tuple[str, str], Result] = field(default_factory=dict)
    _of: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.known)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.known.values())

    def copy(self) -> "Results":
        return Results(dict(self.known), dict(self._of))

    def put(self, result: Result) -> None:
        """In the place of the version before it."""
        if result.name not in self.known:
            for owner in dict.fromkeys((result.holder_id, result.recipient_id or result.holder_id)):
                self._of[owner] = (*self._of.get(owner, ()), result.name)
        self.known[result.name] = result

    def of(self, holder_id: str) -> list[Result]:
        """Those about this holder, and those they received for somebody else."""
        return [self.known[name] for name in self._of.get(holder_id, ())]

    def shown(self, holder_id: str) -> dict[str, Result]:
        """By type, the one the wallet shows: of those that stand, the last issued; of none, the last revoked."""
        best: dict[str, Result] = {}
        for result in self.of(holder_id):
            if result.holder_id != holder_id:
                continue
            other = best.get(result.claims.document_type)
            if other is None or _weight(result) >= _weight(other):
                best[result.claims.document_type] = result
        return best


def _weight(result: Result) -> tuple[bool, str]:
    return result.claims.revoked_on is None, result.claims.issued_on


def glance(jws: str) -> Claims | None:
    """What a text would say if it were a result, unproven; None when it is out of form."""
    try:
        return Claims.model_validate(parts_of(jws).claims)
    except (ValueError, ValidationError):
        return None


def opened(jws: str, issuers: dict[str, Jwks]) -> Result:
    """The result in this compact JWS, signed by an issuer of the world. BadResult names the first check that failed."""
    try:
        parts = parts_of(jws)
    except ValueError as broken:
        raise BadResult("shape", str(broken)) from broken
    _check_header(parts)
    claims = claims_of(parts.claims)
    keys = issuers.get(claims.iss)
    if keys is None:
        raise BadResult("issuer", "iss is no issuer of this world: PUT /worlds/{w}/issuers/{agency code} makes it one")
    kid = parts.header.get("kid")
    named = [jwk for jwk in keys if jwk.get("kid") == kid]
    if not named:
        raise BadResult("kid", "the issuer has no key of this kid")
    if not any(fits(public_key(jwk), "ES256", parts.signature, parts.signed) for jwk in named):
        raise BadResult("signature", "the signature does not match the issuer's key of this kid")
    return Result(jws, claims)


def kept(jws: str) -> Result:
    """The result in a file, which was believed when it was delivered. BadResult when it is out of form."""
    try:
        parts = parts_of(jws)
    except ValueError as broken:
        raise BadResult("shape", str(broken)) from broken
    return Result(jws, claims_of(parts.claims))


def claims_of(told: dict[str, Any]) -> Claims:
    """The claims of a result, in form. BadResult otherwise."""
    try:
        claims = Claims.model_validate(told)
    except ValidationError as wrong:
        raise BadResult("claims", mistakes(wrong)) from None
    if problem := id_problem(claims.holder.kind, claims.holder.id):
        raise BadResult("claims", f"holder.id: {problem}")
    if claims.recipient and (problem := id_problem(claims.recipient.kind, claims.recipient.id)):
        raise BadResult("claims", f"recipient.id: {problem}")
    return claims


def _check_header(parts: Parts) -> None:
    if parts.header.get("alg") != "ES256":
        raise BadResult("alg", "the alg of a result is ES256")
    if parts.header.get("typ") != TYPE:
        raise BadResult("typ", f"the typ of a result is {TYPE}")
    if "crit" in parts.header:
        raise BadResult("crit", "the result has a crit header, of which nothing is known here")


def change(before: Result | None, after: Result) -> EventType:
    """What became of the document in the wallet."""
    if after.claims.revoked_on and not (before and before.claims.revoked_on):
        return "document.revoked"
    return "document.changed" if before else "document.added"


def told(result: Result) -> dict[str, Any]:
    """For the control door: what the result says, without its signature."""
    return result.claims.model_dump(exclude_none=True)
