"""All settings, read from `MOTLAN_…` environment variables. Production refuses demo secrets and missing keys."""

import hashlib
from typing import Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.dossiers import AGENCY

# Keys of the demo, public on purpose: they protect made-up people only, and production refuses them.
DEMO_TOKEN_KEY = "demo-token-key-not-a-secret-0123456789abcdef"
DEMO_DATA_KEY = "demo-data-key-not-a-secret-0123456789abcdef"
DEMO_SOURCE_SECRET = "motlan-tthc-secret"
DEMO_VERIFIER_SECRET = "ngan-hang-demo-secret"
_MIN_KEY = 32
_ISSUER = r"^(https?://[!-~]{1,300})?$"


def demo_publication_key() -> str:
    """A key for the demo's publications, the same each time: a private key in PEM is not kept in the source."""
    seed = hashlib.sha512(b"demo-publication-key-not-a-secret").digest()
    # The order of P-256 lies just below 2^256: half of that is surely within.
    return _pem(ec.derive_private_key(int.from_bytes(seed[:32]) >> 1, ec.SECP256R1()))


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Settings(BaseSettings):
    """One value per line, with its unit; names as in the environment without the prefix."""

    # Errors of settings are printed at the start: they name the setting and show no value.
    model_config = SettingsConfigDict(env_prefix="MOTLAN_", extra="ignore", frozen=True, hide_input_in_errors=True)

    env: Literal["demo", "test", "production"] = "production"
    database_url: str = "sqlite:///var/motlan.sqlite3"
    database_readers: int = Field(default=4, ge=1, le=64)
    database_writers: int = Field(default=10, ge=1, le=64)

    vneid_url: str = "http://127.0.0.1:9000/w/default"
    ndxp_url: str = "http://127.0.0.1:9000/w/default/ndxp"
    # The issuers at which citizens and officers log in. Empty: VNeID itself, and the staff's accounts beside it.
    login_url: str = Field(default="", pattern=_ISSUER)
    staff_url: str = Field(default="", pattern=_ISSUER)
    # How the population database (037) is asked: as JSON like the other services, or in SOAP through a gateway (LGSP).
    population_path: Literal["json", "lgsp-soap"] = "json"
    lgsp_url: str = "http://127.0.0.1:9000/w/default/lgsp"
    lgsp_access_key: str = "motlan-tthc"
    lgsp_secret_key: SecretStr = SecretStr("")
    lgsp_app_name: str = "motlan"
    lgsp_partner_code: str = "000.00.00.H27"
    lgsp_partner_code_cus: str = "000.00.00.H27"
    xroad_client: str = Field(default="VN/GOV/000.00.00.H27/motlan-tthc", pattern=r"^[!-~]{1,200}$")
    portal_url: str = "http://127.0.0.1:9000/w/default/portal"
    # The code under which the province's system is known to the portal.
    portal_agency: str = Field(default="000.00.00.H27", pattern=f"^{AGENCY.pattern}$")
    # A file with the names of the province's agencies, in place of ours (app/rulebook/catalogue/agencies.yaml).
    agencies: str = ""
    # Seconds for one question to the portal, and hours between two syncs of the worker with it; 0: none.
    portal_timeout: float = Field(default=15.0, gt=0, le=300)
    portal_sync_hours: int = Field(default=0, ge=0)
    source_client_id: str = "motlan-tthc"
    source_client_secret: SecretStr = SecretStr("")
    # As whom share codes are redeemed for bodies outside the State. No secret in production: for none of them.
    verifier_client_id: str = "ngan-hang-demo"
    verifier_client_secret: SecretStr = SecretStr("")
    # The officer code look-ups are made under when a request names none (005 is answered to an unknown one).
    officer: str = "CB-0001"
    # Seconds within which all sources of one check have to answer.
    lookup_budget: float = Field(default=2.5, gt=0, le=60)
    # Documents and answers older than this many seconds are stale.
    max_age: int = Field(default=300, ge=1)
    # Which list rows act: all, or only those confirmed against an official text.
    lists: Literal["all", "confirmed"] = "all"

    token_key: SecretStr = SecretStr("")
    data_key: SecretStr = SecretStr("")
    # Signs the monthly publications: an unencrypted P-256 private key in PEM; line ends may be written as `\n`.
    publication_key: SecretStr = SecretStr("")
    token_minutes: int = Field(default=30, ge=1, le=24 * 60)
    # Hours for which an answer is kept under its Idempotency-Key, and seconds a running request holds its key.
    idempotency_hours: int = Field(default=24, ge=1)
    idempotency_lease: int = Field(default=60, ge=5)
    # Hours for which a filled form is kept, to file a dossier with it.
    prefill_hours: int = Field(default=24, ge=1, le=24 * 30)
    # Seconds between two looks of the worker for dossiers that are due, and before a waiting dossier is asked again.
    worker_pause: float = Field(default=2.0, gt=0)
    recheck_after: int = Field(default=30, ge=1)
    # Seconds a worker may keep a message before another takes it over; three quarters of it are the delivery's limit.
    outbox_lease: float = Field(default=60.0, gt=0)
    # A message is tried this often before it is given up; at most so many are on their way to one receiver at once.
    outbox_attempts: int = Field(default=300, ge=1)
    outbox_lanes: int = Field(default=8, ge=1, le=64)
    # Seconds before the second attempt, twice as long before each that follows, and never longer than this.
    retry_first: float = Field(default=2.0, gt=0)
    retry_longest: float = Field(default=900.0, gt=0)
    # Failures in a row after which a subscriber is disabled (most of a day), and seconds for one delivery to it.
    webhooks_attempts: int = Field(default=100, ge=1)
    webhooks_timeout: float = Field(default=10.0, gt=0, le=60)
    # Subscribers on this machine's loopback, over http: for the demo and tests; production refuses it.
    webhooks_private: bool = False

    host: str = "127.0.0.1"
    port: int = 8000
    # The address under which people know the pages; it is printed on them. Empty: that of host and port.
    public_url: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _keys(self) -> Self:
        if self.env == "production":
            self._refuse_weak("token_key", self.token_key, DEMO_TOKEN_KEY)
            self._refuse_weak("data_key", self.data_key, DEMO_DATA_KEY)
            self._refuse_weak("source_client_secret", self.source_client_secret, DEMO_SOURCE_SECRET, length=16)
            if (verifier := self.verifier_client_secret).get_secret_value():
                self._refuse_weak("verifier_client_secret", verifier, DEMO_VERIFIER_SECRET, length=16)
            if self.population_path == "lgsp-soap":
                self._refuse_weak("lgsp_secret_key", self.lgsp_secret_key, DEMO_SOURCE_SECRET, length=16)
            if self.webhooks_private:
                raise ValueError("MOTLAN_WEBHOOKS_PRIVATE is for the demo and tests, not for production")
            self._refuse_no_signing_key()
            return self
        # Outside production what is missing is the demo's.
        for name, demo in (
            ("token_key", DEMO_TOKEN_KEY),
            ("data_key", DEMO_DATA_KEY),
            ("source_client_secret", DEMO_SOURCE_SECRET),
            ("verifier_client_secret", DEMO_VERIFIER_SECRET),
            ("lgsp_secret_key", DEMO_SOURCE_SECRET),
            ("publication_key", demo_publication_key()),
        ):
            if not getattr(self, name).get_secret_value():
                object.__setattr__(self, name, SecretStr(demo))
        self._refuse_no_signing_key()
        return self

    @property
    def publication_pem(self) -> str:
        return self.publication_key.get_secret_value().replace("\\n", "\n")

    @property
    def base_url(self) -> str:
        """The address under which people know the service. Never the Host header: what it says is printed."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def citizens_issuer(self) -> str:
        return self.login_url or self.vneid_url

    @property
    def staff_issuer(self) -> str:
        return self.staff_url or f"{self.citizens_issuer}/staff"

    def _refuse_no_signing_key(self) -> None:
        try:
            key = load_pem_private_key(self.publication_pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        refused = demo_publication_key() if self.env == "production" else None
        if not (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1" and _pem(key) != refused):
            raise ValueError("MOTLAN_PUBLICATION_KEY must be set to an unencrypted P-256 private key of its own in PEM")

    @staticmethod
    def _refuse_weak(name: str, secret: SecretStr, demo: str, length: int = _MIN_KEY) -> None:
        value = secret.get_secret_value()
        if len(value) < length or value == demo:
            raise ValueError(
                f"MOTLAN_{name.upper()} must be set to a secret of its own of at least {length} characters"
            )
