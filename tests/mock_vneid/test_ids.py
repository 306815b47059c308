"""Which numbers are somebody's."""

import pytest

from mock_vneid.ids import another_id, organization_id_problem, person_id_problem


@pytest.mark.parametrize("person_id", ["042190000001", "001085999999", "096300000000", "042226000001", "042299000001"])
def test_a_persons_id_has_a_province_a_century_and_any_year(person_id: str) -> None:
    assert person_id_problem(person_id) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "12 digits"),
        ("04219000000", "12 digits"),
        ("0421900000011", "12 digits"),
        ("04219000000a", "12 digits"),
        ("０42190000001", "12 digits"),
        ("٠42190000001", "12 digits"),
        ("042190000001\n", "12 digits"),
        ("000190000001", "province"),
        ("003190000001", "province"),
        ("999190000001", "province"),
        ("042490000001", "fourth digit"),
        ("042990000001", "fourth digit"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, says: str) -> None:
    assert says in (person_id_problem(text) or "")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("3000000012", True),
        ("3000000012001", True),
        ("300000001", False),
        ("30000000121", False),
        ("3000000012-001", False),
        ("٣000000012", False),
    ],
)
def test_an_organisations_id_is_ten_or_thirteen_digits(text: str, good: bool) -> None:
    assert (organization_id_problem(text) is None) == good


@pytest.mark.parametrize("holder_id", ["042190000001", "042190999999", "3000000012", "3000000012001"])
def test_somebody_elses_id_is_well_formed_too(holder_id: str) -> None:
    other = another_id(holder_id)
    assert other != holder_id
    assert len(other) == len(holder_id)
    assert (person_id_problem if len(other) == 12 else organization_id_problem)(other) is None
