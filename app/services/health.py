"""Is everything there that a request needs?"""

from sqlalchemy import Connection, inspect, text

from app.db import DatabaseUnavailable
from app.services.desk import Desk
from app.services.migrations import head_revision


async def checks(desk: Desk) -> dict[str, bool]:
    """Database answering, schema at the version of this code, catalogue published. Nothing raises."""

    def look(conn: Connection) -> dict[str, bool]:
        tables = inspect(conn).has_table("alembic_version")
        at = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() if tables else None
        good = at == head_revision()
        return {"database": True, "schema": good, "catalogue": good and desk.snapshots.current(conn).revision > 0}

    try:
        return await desk.db.read(look)
    except DatabaseUnavailable:
        return {"database": False, "schema": False, "catalogue": False}
