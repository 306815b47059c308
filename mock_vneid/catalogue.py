"""What the national portal publishes: procedures and the lines of their dossiers, as a world holds them."""

from dataclasses import dataclass
from typing import Literal, get_args

MOST_PROCEDURES = 10_000  # of one world; the country has some 6,300
MOST_COMPONENTS = 200  # of one procedure; the longest known has 80

Level = Literal["bộ", "tỉnh", "xã", "khác"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a dossier. `case` heads the lines that belong together; `form` names a form to be filled in."""

    name: str
    case: str | None = None
    form: str | None = None
    originals: int = 1
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Procedure:
    """`components` in the order of their positions, from 1; `updated_at` in RFC 3339, or None: not told."""

    code: str
    name: str
    sector: str
    levels: tuple[Level, ...]
    agency: str
    components: tuple[Component, ...]
    updated_at: str | None = None
    published: bool = True
