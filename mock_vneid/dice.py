"""Draws that are the same on every machine and every Python: BLAKE2b of a text, in counter mode, four bytes a draw."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Items with whole-number weights, ready to be drawn from."""

    def __init__(self, pairs: Sequence[tuple[T, int]]) -> None:
        self.items = [item for item, _ in pairs]
        self.upto = list(accumulate(weight for _, weight in pairs))


class Dice:
    """One stream of draws for a seed and a topic, such as `Dice(1, "042190000001", "name")`."""

    __slots__ = ("_at", "_block", "_bytes", "_text")

    def __init__(self, seed: int, *topic: str) -> None:
        self._text = f"mock_vneid/1|{seed}|{'|'.join(topic)}"
        self._block = 0
        self._bytes = b""
        self._at = 0

    def _word(self) -> int:
        if self._at == len(self._bytes):
            self._bytes = blake2b(f"{self._text}|{self._block}".encode()).digest()
            self._block += 1
            self._at = 0
        self._at += 4
        return int.from_bytes(self._bytes[self._at - 4 : self._at], "big")

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1; n must be less than 2**32."""
        return self._word() * n >> 32

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def weighted(self, table: Weighted[T]) -> T:
        return table.items[bisect_right(table.upto, self.below(table.upto[-1]))]

    def digits(self, count: int) -> str:
        return "".join(str(self.below(10)) for _ in range(count))

    def day(self, first: date, last: date) -> date:
        """A day from first to last, both included; first where last lies before it."""
        return first + timedelta(days=self.below(max((last - first).days, 0) + 1))
