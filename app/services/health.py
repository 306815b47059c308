"""Is everything there that a request needs?"""

from sqlalchemy import Connection

from app.db import DatabaseUnavailable
from app.services import migrations
from app.services.desk import Desk


async def checks(desk: Desk) -> dict[str, bool]:
    """Database answering, schema at the version of this code, catalogue published. Nothing raises."""

    def look(conn: Connection) -> dict[str, bool]:
        good = migrations.at_head(conn)
        return {"database": True, "schema": good, "catalogue": good and desk.snapshots.current(conn).revision > 0}

    try:
        return await desk.db.read(look)
    except DatabaseUnavailable:
        return {"database": False, "schema": False, "catalogue": False}
