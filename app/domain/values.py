"""How small immutable values are made."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A dataclass with slots, equality and hash, whose fields are never set again.

    The type checker holds that, as it does for `dataclass(frozen=True)`; at run time freezing makes an object of a
    dozen fields twelve times as dear, and a check of one paper makes some forty objects.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
