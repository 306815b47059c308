"""Words of all errors, by their stable code: status, and title and detail in Vietnamese and English."""

from app.api.wording.catalogue import PUBLISHED
from app.api.wording.dossiers import DOSSIERS
from app.api.wording.fields import FIELD_FAULTS
from app.api.wording.requests import REQUESTS
from app.api.wording.results import RESULTS
from app.api.wording.words import Words

__all__ = ["CATALOGUE", "FIELD_FAULTS", "Words"]

CATALOGUE: dict[str, Words] = {**REQUESTS, **DOSSIERS, **RESULTS, **PUBLISHED}
