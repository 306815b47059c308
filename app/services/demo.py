"""What the demo finds: one result of a made-up citizen in the province's archive, and the month's list, published."""

from datetime import date

from msgspec.structs import asdict
from sqlalchemy import Connection

from app.clock import Clock
from app.domain.monthly_lists import CorrectionReasonRequired
from app.domain.persons import Subject, SubjectKind
from app.repositories import evidence
from app.sealing import Sealer
from app.services import monthly_lists
from app.services.desk import Desk

# Of the sandbox's default world, whom no wallet and no registry knows a degree of.
_HOLDER = Subject(SubjectKind.PERSON, "042082000011", "CAO VĂN LÂM", "1982-02-28")


def archive_sample(conn: Connection, sealer: Sealer, clock: Clock) -> bool:
    """Put the sample result where it is not there yet."""
    mark = sealer.mark(_HOLDER.kind, _HOLDER.id)
    return evidence.add_result(
        conn,
        {
            "document_ref": "archive-sample-0001",
            "holder_mark": mark,
            "document_type": "VAN_BANG",
            "result_code": "KQ.G15.000031",
            "issued_on": date(2004, 6, 30),
            "valid_until": None,
            "revoked_on": None,
            "recorded_at": clock.now(),
            **asdict(sealer.identity_marks(mark, _HOLDER.identity)),
        },
    )


def publish_month(conn: Connection, desk: Desk) -> bool:
    """Publish the running month's list where it is not published yet; to correct one is for a person, with a reason."""
    month = f"{desk.clock.today():%Y-%m}"
    try:
        _, new = monthly_lists.published(conn, desk, "motlan", month, None)
    except CorrectionReasonRequired:
        return False
    return new
