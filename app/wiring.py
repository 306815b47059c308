"""The one place that knows which concrete things the stories are given."""

from app.clock import Clock
from app.db import Database
from app.domain import reading
from app.registries.jose import SigningKey
from app.registries.ndxp import DataServices
from app.registries.population_soap import DataServicesOverLgsp, Partner, Population
from app.registries.portal import Portal
from app.registries.vneid import Wallet
from app.rulebook.dictionary import load_dictionary
from app.rulebook.loader import load_calendar, load_rulebook
from app.rulebook.starter import load_starter
from app.sealing import Sealer
from app.services import catalogue
from app.services.demo import archive_sample
from app.services.desk import Desk
from app.services.snapshots import Snapshots
from app.services.tokens import Tokens
from app.settings import Settings


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
