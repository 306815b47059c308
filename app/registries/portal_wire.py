"""The national portal's payloads, by the field names seen in public integrations; nobody else sees them.

The portal writes numbers as text and "nothing" as an empty text. What is more than read here is passed over.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def _nothing(value: Any) -> Any:
    """The portal's empty text is no value."""
    return None if isinstance(value, str) and not value.strip() else value


def _none(value: Any) -> Any:
    return [] if value is None else value


def _day(value: Any) -> Any:
    """The day of a `yyyyMMddHHmmss`, the form of the portal's other times; it is in Việt Nam already."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{14}", value):
        return date.fromisoformat(value[:8])
    if value is not None:
        raise ValueError("not a moment of the portal's form")
    return None


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Count = Annotated[Annotated[int, Field(ge=0, le=9999)] | None, BeforeValidator(_nothing)]
Said = Annotated[Name | None, BeforeValidator(_nothing)]
Day = Annotated[date | None, BeforeValidator(_day), BeforeValidator(_nothing)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Outcome(Wire):
    """What stands in every answer. 0 is success, written `0`, `"0"` or `"00"`."""

    error_code: int


class Login(Outcome):
    session: Annotated[str, StringConstraints(min_length=1, max_length=16384)]


class Line(Wire):
    code: Code = Field(alias="MATTHC")
    name: Name = Field(alias="TENTTHC")
    changed_on: Day = Field(None, alias="NGAYCAPNHAT")


class Lines(Outcome):
    result: Annotated[list[Line], Field(max_length=50_000)]


class Level(Wire):
    name: Name = Field(alias="TENCAP")


class Sector(Wire):
    name: Name = Field(alias="TENLINHVUC")


class Agency(Wire):
    name: Name = Field(alias="TENDONVI")


class Paper(Wire):
    text: Text = Field(alias="TENGIAYTO")
    form: Said = Field(None, alias="TENMAUDON")
    originals: Count = Field(None, alias="SOBANCHINH")
    copies: Count = Field(None, alias="SOBANSAO")


class Case(Wire):
    name: Said = Field(None, alias="TRUONGHOP")
    papers: Annotated[list[Paper], Field(max_length=1000)] = Field(alias="GIAYTO")


class Procedure(Line):
    """Who handles it may be left out; a dossier that is left out is another shape, never a dossier without papers."""

    status: Annotated[int | None, BeforeValidator(_nothing)] = Field(None, alias="TRANGTHAI")
    levels: Annotated[list[Level], BeforeValidator(_none)] = Field([], alias="CAPTHUCHIEN")
    sectors: Annotated[list[Sector], BeforeValidator(_none)] = Field([], alias="LINHVUCTHUCHIEN")
    agencies: Annotated[list[Agency], BeforeValidator(_none)] = Field([], alias="COQUANTHUCHIEN")
    cases: Annotated[list[Case], Field(max_length=1000)] = Field(alias="THANHPHANHOSO")


class Procedures(Outcome):
    result: Annotated[list[Procedure], Field(max_length=1)]
