"""Small values: set once, equal by what they hold, and silent about people whoever prints them."""

from dataclasses import dataclass

import pytest
from rich.pretty import pretty_repr

from app.domain.persons import Subject, SubjectKind
from app.domain.values import Frozen, replace


class Point(Frozen):
    x: int
    y: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    x: int


def test_a_value_is_set_once_equal_by_its_fields_and_a_key() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]  # what is refused at run time too
    assert {Point(1): "a"}[Point(1, 0)] == "a"
    assert Point(1) != Point(1, 1)


def test_another_is_made_from_one() -> None:
    assert replace(Point(1), y=2) == Point(1, 2)
    assert replace(Place(1), x=2) == Place(2)
    for given in (Point(1), Place(1)):
        with pytest.raises(TypeError):
            replace(given, z=3)


def test_what_prints_values_field_by_field_is_shown_none() -> None:
    someone = Subject(SubjectKind.PERSON, "042190000001", "NGUYỄN VĂN AN", "1990-02-03")
    assert pretty_repr(someone) == "Subject()"
    assert pretty_repr([Point(1)]) == "[Point()]"
