"""What is said of an error."""

from typing import NamedTuple


class Words(NamedTuple):
    status: int
    title_vi: str
    detail_vi: str
    title_en: str
    detail_en: str
