"""Monthly publications: added and read. There is no statement here that changes one, and the database refuses any."""

from datetime import date, datetime

from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select, tuple_

from app.domain.values import Frozen
from app.models.monthly_lists import monthly_lists

_BRIEF = [c for c in monthly_lists.c if c.name not in ("content", "members")]


class Brief(Frozen):
    """One revision of a month, without its content. `signature` is a compact JWS whose payload is the content."""

    month: str
    revision: int
    as_of: date
    digest: str
    signature: str
    catalogue_revision: int
    rulebook_revision: str
    published_at: datetime
    published_by: str
    reason: str | None


def add(conn: Connection, new: Brief, content: bytes, members: bytes) -> None:
    values = asdict(new)
    conn.execute(insert(monthly_lists).values(**values, content=content, members=members))


def find(conn: Connection, month: str, revision: int | None = None) -> Brief | None:
    """A revision of a month; the latest where none is named."""
    m = monthly_lists.c
    asked = select(*_BRIEF).where(m.month == month).order_by(m.revision.desc()).limit(1)
    row = conn.execute(asked if revision is None else asked.where(m.revision == revision)).first()
    return None if row is None else Brief(**row._mapping)


def content(conn: Connection, month: str, revision: int) -> tuple[bytes, bytes]:
    """The very bytes that were signed, and the lists' members, whose digests stand in them."""
    m = monthly_lists.c
    found = conn.execute(select(m.content, m.members).where(m.month == month, m.revision == revision)).one()
    return found.content, found.members


def page(conn: Connection, after: tuple[str, int] | None, limit: int) -> list[Brief]:
    """The latest month first, in it the latest revision; `after` is the last one of the page before."""
    m = monthly_lists.c
    asked = select(*_BRIEF).order_by(m.month.desc(), m.revision.desc()).limit(limit)
    rows = conn.execute(asked if after is None else asked.where(tuple_(m.month, m.revision) < after))
    return [Brief(**row._mapping) for row in rows]


def latest_published(conn: Connection, limit: int) -> list[Brief]:
    """The revisions published last, the latest first, whatever their month."""
    m = monthly_lists.c
    asked = select(*_BRIEF).order_by(m.published_at.desc(), m.month.desc(), m.revision.desc()).limit(limit)
    return [Brief(**row._mapping) for row in conn.execute(asked)]


def month_before(conn: Connection, month: str) -> str | None:
    """The last month before this one of which there is a publication."""
    m = monthly_lists.c
    return conn.execute(select(m.month).where(m.month < month).order_by(m.month.desc()).limit(1)).scalar_one_or_none()
