"""YAML read as text with line numbers: every value is a string until somebody asks for it as something else.

PyYAML's implicit types would turn the service code 037 into 31 and a leap of `no` into False; here they cannot.
"""

from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

E = TypeVar("E", bound=Enum)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RulebookError(ValueError):
    """A rulebook file is wrong; the message names file and line and says what is expected."""


class Entry:
    """One mapping of a file. Each key is taken once; `close` refuses what nobody asked for."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self.path, self.line = path, node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            self.fail("a mapping is expected here")
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fail("a key must be plain text")
            if key.value in self._values:
                self.fail(f"the key `{key.value}` stands twice", key)
            self._values[key.value] = value
        self._taken: set[str] = set()

    def fail(self, what: str, node: yaml.Node | None = None) -> NoReturn:
        line = node.start_mark.line + 1 if node is not None else self.line
        raise RulebookError(f"{self.path.name}:{line}: {what}")

    def fail_at(self, key: str, what: str) -> NoReturn:
        self.fail(what, self._values.get(key))

    def has(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def close(self) -> None:
        """Refuse keys that nobody took: a misspelt key must not pass for a missing one."""
        for key in self._values:
            if key not in self._taken:
                self.fail(f"unknown key `{key}`", self._values[key])

    def text(self, key: str) -> str:
        node = self._take(key)
        if node is None:
            self.fail(f"`{key}` is missing")
        return self._scalar(node, key)

    def text_or_none(self, key: str) -> str | None:
        node = self._take(key)
        return None if node is None else self._scalar(node, key)

    def flag(self, key: str, default: bool) -> bool:
        said = self.text_or_none(key)
        if said not in (None, "true", "false"):
            self.fail_at(key, f"`{key}` must be true or false")
        return default if said is None else said == "true"

    def number_or_none(self, key: str) -> int | None:
        said = self.text_or_none(key)
        if said is not None and not (said.isascii() and said.isdigit()):
            self.fail_at(key, f"`{key}` must be a whole number")
        return None if said is None else int(said)

    def number(self, key: str) -> int:
        found = self.number_or_none(key)
        if found is None:
            self.fail(f"`{key}` is missing")
        return found

    def day(self, key: str) -> date:
        found = self.day_or_none(key)
        if found is None:
            self.fail(f"`{key}` is missing")
        return found

    def day_or_none(self, key: str) -> date | None:
        said = self.text_or_none(key)
        return None if said is None else self._day(key, said)

    def days(self, key: str) -> tuple[date, ...]:
        return tuple(self._day(key, said) for said in self.texts(key))

    def _day(self, key: str, said: str) -> date:
        try:
            day = date.fromisoformat(said)
        except ValueError:
            day = None
        # fromisoformat takes 20260101 and 2026-W01-1 too; here a day is written in one way.
        if day is None or day.isoformat() != said:
            self.fail_at(key, f"`{key}` must be a day, YYYY-MM-DD, not {said}")
        return day

    def choice(self, key: str, kind: type[E]) -> E:
        said = self.text(key)
        try:
            return kind(said)
        except ValueError:
            self.fail_at(key, f"`{key}` must be one of {', '.join(str(k.value) for k in kind)}")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one, a missing key as an empty list."""
        node = self._take(key)
        if node is None:
            return ()
        if isinstance(node, yaml.ScalarNode):
            return (node.value,)
        return tuple(self._scalar(n, key) for n in self._items(node, key))

    def entries(self, key: str) -> tuple["Entry", ...]:
        node = self._take(key)
        return () if node is None else tuple(Entry(self.path, n) for n in self._items(node, key))

    def entry(self, key: str) -> "Entry":
        node = self._take(key)
        if node is None:
            self.fail(f"`{key}` is missing")
        return Entry(self.path, node)

    def pairs(self) -> Iterator[tuple[str, "Entry | str"]]:
        """All keys with their values: a text, or an entry."""
        for key, node in self._values.items():
            self._taken.add(key)
            yield key, node.value if isinstance(node, yaml.ScalarNode) else Entry(self.path, node)

    def lists(self) -> Iterator[tuple[str, tuple["Entry", ...]]]:
        """All keys, each with its list of entries."""
        for key in self._values:
            yield key, self.entries(key)

    def _take(self, key: str) -> yaml.Node | None:
        self._taken.add(key)
        return self._values.get(key)

    def _scalar(self, node: yaml.Node, key: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            self.fail(f"`{key}` must be a text", node)
        return str(node.value).strip()

    def _items(self, node: yaml.Node, key: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.fail(f"`{key}` must be a list", node)
        return list(node.value)


def load(path: Path) -> Entry:
    """The whole file as one entry. Raises RulebookError with file and line."""
    return Entry(path, _compose(path))


def load_list(path: Path) -> tuple[Entry, ...]:
    """A file that is one list of entries."""
    node = _compose(path)
    if not isinstance(node, yaml.SequenceNode):
        raise RulebookError(f"{path.name}:{node.start_mark.line + 1}: a list is expected here")
    return tuple(Entry(path, n) for n in node.value)


def _compose(path: Path) -> yaml.Node:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise RulebookError(f"{path.name}:{line}: not YAML: {e.problem}") from None
    except yaml.YAMLError as e:
        raise RulebookError(f"{path.name}:1: not YAML: {e}") from None
    except UnicodeDecodeError as e:
        raise RulebookError(f"{path.name}:{e.object[: e.start].count(10) + 1}: not UTF-8") from None
    except FileNotFoundError:
        raise RulebookError(f"{path.name}:1: the file is missing") from None
    except OSError as e:
        raise RulebookError(f"{path.name}:1: the file cannot be read: {e.strerror}") from None
    if node is None:
        raise RulebookError(f"{path.name}:1: the file is empty")
    return node
