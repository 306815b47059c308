"""What a bracket adds to the paper before it: the papers it stands for, its form, a case, a duty."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.domain.reading.found import OTHER, Condition, Link, Place, State
from app.domain.reading.lexicon import Cue, FormWord, PaperName
from app.domain.reading.words import Mark, Token

if TYPE_CHECKING:
    from app.domain.reading.asking import Walk

# Brackets within brackets beyond this are passed over.
DEEPEST = 3
# A bracket this many words after a paper's name is still about it.
NEAR = 6
_NOT_FIRST = (Cue.COUNT, Cue.ONE_OF, Mark.ITEM)


def closing(tokens: list[Token]) -> dict[int, int]:
    """Opening bracket → its closing one; those without a fellow are left out."""
    open_at: list[int] = []
    found: dict[int, int] = {}
    for i, token in enumerate(tokens):
        if token.kind is Mark.OPEN:
            open_at.append(i)
        elif token.kind is Mark.CLOSE and open_at:
            found[open_at.pop()] = i
    return found


def read_bracket(walk: "Walk", at: int) -> int:
    """Read the bracket that opens at token `at`; returns the token behind it. One that never closes ends the text."""
    close = walk.closing.get(at, len(walk.tokens))
    if walk.depth >= DEEPEST:
        return close + 1
    inside = walk.tokens[at + 1 : close]
    outer, clause, sentence = walk.state, walk.clause, walk.sentence
    walk.depth += 1
    first = next((t.kind for t in inside if t.kind not in _NOT_FIRST), None)
    if isinstance(first, FormWord):
        _forms(walk, inside)
    elif isinstance(first, PaperName):
        _papers(walk, first, at + 1, close)
    elif outer.closed or outer.condition:
        starts = (t.start for t in inside if t.kind is Cue.IF)
        walk.found.conditions += [Condition(start, inside[-1].end, Cue.IF, clause) for start in starts]
    else:
        _run(walk, _state_within(outer), at + 1, close)
    walk.depth -= 1
    walk.state, walk.clause, walk.sentence = outer, clause, sentence
    return close + 1


def _state_within(outer: State) -> State:
    return State(place=Place.SHUT, link=Link.AND, since=outer.since, begun=outer.begun, standing=outer.standing)


def _run(walk: "Walk", state: State, at: int, end: int) -> None:
    walk.state = state
    walk.run(at, end)
    if at < end:
        walk.end_condition(walk.tokens[end - 1].end)
        if walk.found.papers and walk.found.papers[-1].start >= walk.tokens[at].start:
            walk.end_limit(walk.tokens[end - 1].end)


def _papers(walk: "Walk", first: PaperName, at: int, end: int) -> None:
    """Papers first: those that the name before the bracket stands for, or another name of the same."""
    outer = walk.state
    head = walk.found.papers[-1] if walk.found.papers and outer.standing else None
    if walk.list_of is not None and walk.list_of.clause == walk.clause and walk.list_of.name.collective:
        head = walk.list_of  # a second bracket of the same list
    near = outer.since <= NEAR and outer.place is Place.SHUT and outer.named is None and not outer.condition
    if head is None or outer.closed:
        return
    specific = head.name.codes == (OTHER,) and first.codes != (OTHER,)
    if not (near or specific or head.name.collective):
        return
    walk.list_of = head
    state = _state_within(outer)
    state.place, state.link, state.items = Place.OPEN, Link.COMMA, True
    state.closed = first.codes == (OTHER,) and not head.name.collective
    _run(walk, state, at, end)


def _forms(walk: "Walk", inside: list[Token]) -> None:
    """Forms first: those of the papers before the bracket; alone in it, of whatever the sentence asks for."""
    outer = walk.state
    alone = all(t.kind is not Mark.WORD for t in inside)
    if outer.condition is not None and outer.since > 0 and not alone:
        return
    forms = list(_offered(inside))
    papers = walk.row() or [p for p in walk.found.papers if p.sentence == walk.sentence and not p.forms]
    for paper in papers:
        paper.forms += forms
    if not papers:
        outer.pending += forms


def _offered(tokens: list[Token]) -> Iterator[Token]:
    """The forms a bracket offers; what stands in a condition is not offered."""
    condition = False
    for token in tokens:
        if token.kind in (Cue.IF, Cue.FOR, Mark.ITEM):
            condition = token.kind is not Mark.ITEM
        elif isinstance(token.kind, FormWord) and token.kind is not FormWord.COMPARED and not condition:
            yield token
