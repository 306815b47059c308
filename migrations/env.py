"""Alembic's entry: the URL comes from the caller, or from the settings when run by hand; the engine from `app.db`."""

from pathlib import Path

from alembic import context
from sqlalchemy import make_url

from app.db import make_engine
from app.models import metadata
from app.settings import Settings

_LOCK = 20_250_913  # any number of our own: two upgrades at once wait for each other


def _run() -> None:
    url = context.config.attributes.get("url") or Settings().database_url
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                # SQLite cannot alter a table in place: Alembic copies it.
                render_as_batch=connection.dialect.name == "sqlite",
                compare_type=True,
            )
            with context.begin_transaction():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                context.run_migrations()
    finally:
        engine.dispose()


_run()
