"""The one place that knows which concrete things the stories are given."""

from pathlib import Path

from app.clock import Clock
from app.db import Database
from app.domain import reading
from app.domain.presentations import VerifierKind
from app.domain.sessions import Visitor
from app.registries.delivery import ResultDelivery
from app.registries.jose import SigningKey
from app.registries.ndxp import DataServices
from app.registries.oidc import Citizen, Officer, Provider
from app.registries.population_soap import DataServicesOverLgsp, Partner, Population
from app.registries.portal import Portal
from app.registries.portal_dossiers import PortalDossiers
from app.registries.presentations import Presentations
from app.registries.vneid import Wallet
from app.registries.webhooks import Webhooks
from app.rulebook.dictionary import load_dictionary
from app.rulebook.loader import load_calendar, load_rulebook
from app.rulebook.starter import load_agencies, load_starter
from app.sealing import Sealer
from app.services import catalogue
from app.services.deliveries import ToPortal, ToWallet
from app.services.demo import archive_sample
from app.services.desk import Desk
from app.services.snapshots import Snapshots
from app.services.tokens import Tokens
from app.settings import Settings

_LOGIN_TIMEOUT = 10.0  # seconds for one question to a provider; a person waits


def open_desk(settings: Settings, clock: Clock | None = None) -> Desk:
    """Everything wired. Raises RulebookError when a rulebook file is wrong; the database is not touched yet."""
    clock = clock or Clock()
    db = Database.open(settings.database_url, readers=settings.database_readers, writers=settings.database_writers)
    secret = settings.source_client_secret.get_secret_value()
    token_key = settings.token_key.get_secret_value()
    return Desk(
        settings=settings,
        clock=clock,
        db=db,
        rulebook=load_rulebook(),
        calendar=load_calendar(),
        agencies=load_agencies(
            Path(settings.agencies) if settings.agencies else None, demo=settings.env != "production"
        ),
        snapshots=Snapshots(),
        read=lambda text: reading.read(text, load_dictionary()),
        sealer=Sealer.from_secret(settings.data_key.get_secret_value()),
        wallet=Wallet(
            settings.vneid_url,
            settings.source_client_id,
            secret,
            timeout=settings.lookup_budget,
            max_age=settings.max_age,
        ),
        services=data_services(settings),
        tokens=Tokens(db, clock, token_key, settings.token_minutes, demo=settings.env == "demo"),
        presentations=presentations(settings),
        logins=logins(settings),
        publication_key=SigningKey.named_by_itself(settings.publication_pem.encode()),
    )


def data_services(settings: Settings) -> DataServices:
    """The data services, the population database among them by the path that is set."""
    secret = settings.source_client_secret.get_secret_value()
    timeout, max_age = settings.lookup_budget, settings.max_age
    if settings.population_path == "json":
        return DataServices(settings.ndxp_url, settings.source_client_id, secret, timeout=timeout, max_age=max_age)
    partner = Partner(
        settings.lgsp_access_key,
        settings.lgsp_secret_key.get_secret_value(),
        settings.lgsp_app_name,
        settings.lgsp_partner_code,
        settings.lgsp_partner_code_cus,
        settings.xroad_client,
    )
    return DataServicesOverLgsp(
        settings.ndxp_url,
        settings.source_client_id,
        secret,
        timeout=timeout,
        max_age=max_age,
        population=Population(settings.lgsp_url, partner, settings.source_client_id, secret, timeout=timeout),
    )


def presentations(settings: Settings) -> dict[VerifierKind, Presentations]:
    """The wallet's door for share codes: citizens choose whether an office or somebody else may redeem theirs."""
    timeout, max_age = settings.lookup_budget, settings.max_age
    clients = {
        VerifierKind.OFFICE: (settings.source_client_id, settings.source_client_secret),
        VerifierKind.PRIVATE: (settings.verifier_client_id, settings.verifier_client_secret),
    }
    return {
        kind: Presentations(settings.vneid_url, name, secret.get_secret_value(), timeout=timeout, max_age=max_age)
        for kind, (name, secret) in clients.items()
    }


def logins(settings: Settings) -> dict[Visitor, Provider[Citizen] | Provider[Officer]]:
    """The providers at which people log in; nothing is asked of them yet."""
    client, secret = settings.source_client_id, settings.source_client_secret.get_secret_value()
    at, staff = settings.citizens_issuer, settings.staff_issuer
    return {
        Visitor.CITIZEN: Provider(at, client, secret, "openid profile vneid", Citizen, timeout=_LOGIN_TIMEOUT),
        Visitor.OFFICER: Provider(staff, client, secret, "openid profile staff", Officer, timeout=_LOGIN_TIMEOUT),
    }


def open_outlets(settings: Settings) -> tuple[ToPortal, ToWallet, Webhooks]:
    """Where messages go out, for the worker alone."""
    secret = settings.source_client_secret.get_secret_value()
    wallet = ResultDelivery(settings.vneid_url, settings.source_client_id, secret, timeout=settings.portal_timeout)
    # Of a subscriber's lease half is for starting deliveries, and this quarter for ending the last of them.
    timeout = min(settings.webhooks_timeout, settings.outbox_lease / 4)
    webhooks = Webhooks(timeout=timeout, private=settings.webhooks_private)
    return ToPortal(PortalDossiers(open_portal(settings))), ToWallet(wallet), webhooks


def open_portal(settings: Settings) -> Portal:
    """The national portal; no desk keeps it open, for nobody's dossier asks it."""
    return Portal(
        settings.portal_url,
        settings.source_client_id,
        settings.source_client_secret.get_secret_value(),
        settings.portal_agency,
        timeout=settings.portal_timeout,
    )


def seed(desk: Desk) -> int:
    """Publish what is new in the starter catalogue; in the demo, archive its sample result. The latest revision."""
    starter = load_starter(desk.rulebook)
    revision = desk.db.write_sync(catalogue.seed, desk.clock, starter)
    if desk.settings.env == "demo":
        desk.db.write_sync(archive_sample, desk.sealer, desk.clock)
    return revision
