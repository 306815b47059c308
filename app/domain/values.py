"""How small immutable values are made, and others from them."""

import dataclasses
from typing import Any, TypeVar, dataclass_transform

import msgspec

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Frozen(msgspec.Struct, frozen=True):
    """A value: its fields are set once, two with the same fields are equal, and it can be a key.

    A check of one paper makes some forty: they are made, compared and written as JSON in C.
    """

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # The library's own would show rich every field, and never ask the `__repr__` of a value with somebody's data.
        return []


def replace(given: T, /, **changes: Any) -> T:
    """The same but for these fields; dataclasses too (`copy.replace`, as Python has it since 3.13)."""
    if isinstance(given, msgspec.Struct):
        return msgspec.structs.replace(given, **changes)
    return dataclasses.replace(given, **changes)  # type: ignore[type-var]  # of which there is no other kind
