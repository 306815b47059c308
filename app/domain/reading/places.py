"""Whether a paper named at a place of the walk is asked for there, only named, or one asked for before."""

from typing import TYPE_CHECKING

from app.domain.reading.found import OTHER, Link, Paper, Place
from app.domain.reading.lexicon import Cue, FormWord, Nature, PaperName
from app.domain.reading.words import Mark, Token

if TYPE_CHECKING:
    from app.domain.reading.asking import Walk

# What may stand between a colon or "gồm" and the first paper of the list.
_BEFORE_ITEMS = (Mark.COLON, Mark.ITEM, Mark.COMMA, Cue.COUNT, Cue.ONE_OF, Cue.OR)
_LOOK_AHEAD = 8
# "Giấy tờ", "văn bản" are the same paper again only if as many letters after them are the same, too.
_ALIKE = 20
# After "về", as many words still tell what a paper is about.
_ABOUT = 3


def is_asked(walk: "Walk", name: PaperName, end: int) -> bool:
    """Whether a paper whose name ends at `end` is asked for where it stands."""
    state = walk.state
    if state.condition:
        # "…, trong trường hợp A và bản sao B": a count or a copy begins something new.
        begins = state.counted or not state.named_in_condition
        return state.place is Place.LINKED and state.standing and begins
    if state.maybe_items and name.collective and name.codes == (OTHER,) and not state.counted:
        return False  # "bản án là tài liệu phải có": it says what the paper is
    if state.place is not Place.LINKED:
        return state.place is Place.OPEN
    if not state.standing:
        return bool(state.pending)
    if walk.dictionary.test("attached").match(walk.low, end):
        return True
    if state.named is None:
        # "văn bản về vị trí và phương án": what the paper is about may sound like a paper.
        about = state.about >= 0 and state.since - state.about <= _ABOUT and name.codes == (OTHER,)
        walk.found.beside |= about and not state.counted
        return state.counted or not about
    if state.counted and not state.named_counted:
        return True
    # Beside a paper that is only named: the same kind of paper is named with it, another kind is asked for.
    alike = state.named.usual is name.usual
    if name.usual is Nature.PARTY and state.link is Link.AND and name.codes != (OTHER,):
        alike = alike and state.named.codes != (OTHER,)
    walk.found.beside |= not alike or state.link is Link.AND
    return not alike


def paper_follows(walk: "Walk") -> bool:
    """Whether the next thing said is a paper's name, after marks, counts and words for copies."""
    for token in walk.tokens[walk.at + 1 : walk.at + 1 + _LOOK_AHEAD]:
        if isinstance(token.kind, PaperName):
            return True
        if not isinstance(token.kind, FormWord) and token.kind not in _BEFORE_ITEMS:
            return False
    return False


def repeated(walk: "Walk", token: Token, name: PaperName) -> Paper | None:
    """The paper asked for before that these words say more of, or that they are a part of."""
    state = walk.state
    has_code = name.codes != (OTHER,)
    words = walk.low[token.start : token.end + (_ALIKE if name.collective else 0)]
    for paper in walk.found.papers:
        if paper is walk.list_of and state.items:
            if paper.name is name and not name.collective:
                return paper
        elif paper.clause != walk.clause and id(paper) not in walk.dropped:
            same = paper.name is name and walk.low.startswith(words, paper.start)
            if same and (has_code or not (state.pending or state.verb)):
                return paper
            if has_code and paper.name is name and paper.sentence != walk.sentence and state.verb is None:
                return paper
    return None
