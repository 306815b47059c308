"""From the papers a text asks for to its reading: whose they are, how they are joined, in which form, when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.domain.catalogue import Relation
from app.domain.reading.found import OTHER, Condition, Found, Link, Paper
from app.domain.reading.lexicon import Cue, Dictionary, FormWord, Nature
from app.domain.reading.text import Folded
from app.domain.readings import AskedForm, Because, ComponentKind, Doubt, Reading

# A first sentence of fewer words is a torn-off piece.
FEW_WORDS = 5
# How far before a paper its holder may stand: "thì người nước ngoài phải nộp bản sao hộ chiếu".
HOLDER_WITHIN = 90
_COPIES = {FormWord.COPY, FormWord.CERTIFIED_COPY, FormWord.ELECTRONIC}


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One paper asked for: its codes, forms and writer.

    `sure`: the writer is; `told`: where the words stand that tell it; `untold`: they are missing.
    """

    paper: Paper
    codes: tuple[str, ...]
    nature: Nature
    sure: bool
    told: tuple[int, int] | None
    untold: bool
    forms: frozenset[FormWord]


def weigh(folded: Folded, found: Found, dictionary: Dictionary) -> Reading:
    papers = _weighed(folded.low, found.papers, dictionary)
    kind = _kind(papers, found)
    conditions = _conditions(folded.low, found, dictionary)
    relation, clear = _relation(found, papers, {c.clause for c in conditions})
    counted = [p for p in papers if p.nature is Nature.OFFICIAL] if kind is ComponentKind.MIXED else papers
    says_when = kind is not ComponentKind.INSTRUCTION and bool(
        kind is ComponentKind.DATA_STATEMENT or (found.data and found.excused) or conditions
    )
    reading = Reading(
        kind=kind,
        document_types=tuple(dict.fromkeys(code for p in papers for code in p.codes)),
        relation=relation,
        form=_form(counted, found),
        conditional=says_when,
    )
    because = tuple(_because(folded.plain, reading, found, papers, conditions))
    return replace(reading, because=because, doubts=tuple(_doubts(folded, reading, found, papers, clear=clear)))


# ---- papers ---------------------------------------------------------------------------------------------------------


def _weighed(low: str, papers: Sequence[Paper], dictionary: Dictionary) -> list[_Weighed]:
    abroad = _abroad(low, papers, dictionary)
    weighed = [_weighed_one(low, p, dictionary, abroad=id(p) in abroad) for p in papers]
    for i in range(len(weighed) - 2, -1, -1):
        # "nghị quyết hoặc quyết định của hội đồng …": the writer named after a row wrote the whole row.
        one, following = weighed[i], weighed[i + 1]
        row = following.paper.clause == one.paper.clause and following.paper.link in (Link.OR, Link.AND, Link.COMMA)
        if row and one.untold and following.told:
            weighed[i] = replace(one, nature=following.nature, sure=True, untold=False, told=following.told)
    return weighed


def _weighed_one(low: str, paper: Paper, dictionary: Dictionary, *, abroad: bool) -> _Weighed:
    name = paper.name
    codes, nature, form = name.codes, name.nature, name.form
    for turn in name.turns:
        start = paper.case if turn.case and paper.case >= 0 else paper.start
        if turn.when.search(low[start : paper.limit]):
            codes, nature, form = turn.codes or codes, turn.nature or nature, turn.form or form
            break
    sure, told = True, None
    by_issuer = nature is Nature.BY_ISSUER
    if by_issuer:
        nature, sure, told = _writer(low, paper, dictionary)
    if abroad and nature is Nature.OFFICIAL:
        codes = (OTHER,)
    forms = frozenset(t.kind for t in paper.forms if isinstance(t.kind, FormWord))
    forms = forms or (frozenset((form,)) if form else forms)
    return _Weighed(paper, codes, nature, sure, told, by_issuer and told is None, forms)


def _writer(low: str, paper: Paper, dictionary: Dictionary) -> tuple[Nature, bool, tuple[int, int] | None]:
    """Who is named first in the words after the paper's name: an office or a private writer."""
    otherwise = paper.name.otherwise
    office = dictionary.test("office").search(low, paper.end, paper.reach)
    private = dictionary.test("private").search(low, paper.end, paper.reach)
    if office and (private is None or office.start() <= private.start()):
        return Nature.OFFICIAL, True, office.span()
    if private:
        return Nature.PARTY, True, private.span()
    fact = dictionary.test("fact").search(low, paper.end, paper.reach) if otherwise is Nature.OFFICIAL else None
    return otherwise, paper.name.settled or fact is not None, fact.span() if fact else None


def _abroad(low: str, papers: Sequence[Paper], dictionary: Dictionary) -> set[int]:
    """Papers issued abroad; said after the last of a row, it holds for the whole row."""
    found: set[int] = set()
    foreign, holder = dictionary.test("foreign"), dictionary.test("foreign_asked")
    following: Paper | None = None
    for paper in reversed(papers):
        end = min(paper.reach, paper.next_named)
        here = foreign.search(low, paper.end, end)
        here = here or holder.search(low, max(0, paper.start - HOLDER_WITHIN), paper.start)
        row = following is not None and following.link in (Link.OR, Link.COMMA) and following.clause == paper.clause
        if here or (row and id(following) in found):
            found.add(id(paper))
        following = paper
    return found


# ---- kind, relation, form, conditions -------------------------------------------------------------------------------


def _kind(papers: Sequence[_Weighed], found: Found) -> ComponentKind:
    if not papers:
        says_data = found.data_from == 0 or (found.data and found.excused and found.first_words < FEW_WORDS)
        return ComponentKind.DATA_STATEMENT if says_data else ComponentKind.INSTRUCTION
    if found.data_from < papers[0].paper.sentence:
        return ComponentKind.DATA_STATEMENT
    natures = {p.nature for p in papers}
    if len(natures) > 1:
        return ComponentKind.MIXED
    return ComponentKind.OFFICIAL_DOCUMENT if Nature.OFFICIAL in natures else ComponentKind.PARTY_DOCUMENT


def _relation(found: Found, papers: Sequence[_Weighed], cases: set[int]) -> tuple[Relation | None, bool]:
    """One, any or all, and whether the words say so. `cases`: the clauses that are due in a case only."""
    if not papers:
        return None, True
    if len(papers) == 1:
        return Relation.ANY_OF if len(papers[0].codes) > 1 else Relation.ONE, True
    links = list(_links(found, cases))
    if all(link is Link.OR for link in links):
        return Relation.ANY_OF, True
    if Link.AND in links:
        return Relation.ALL_OF, True
    # A bare list of one official paper's names (old and new certificates) is a choice; any other list is all due.
    alike = len({p.codes for p in papers}) == 1 and papers[0].codes != (OTHER,)
    return Relation.ANY_OF if alike and papers[0].nature is Nature.OFFICIAL else Relation.ALL_OF, False


def _links(found: Found, cases: set[int]) -> Iterator[Link]:
    """Each link as "or", "and" or unsaid; a comma takes the word that ends its row, cases exclude each other."""
    unsaid: Link = Link.OR if found.one_of else Link.COMMA
    said: Link = unsaid
    last: Link = unsaid
    for before, paper in reversed(list(pairwise(found.papers))):
        match paper.link:
            case Link.OR | Link.AND:
                said = last = paper.link
            case Link.COMMA:
                said = last = last if last is not Link.COMMA else unsaid
            case Link.CASE:
                said, last = Link.OR, unsaid
            case _:
                said, last = Link.OR if {before.clause, paper.clause} <= cases else unsaid, unsaid
        yield said


def _form(papers: Sequence[_Weighed], found: Found) -> AskedForm:
    if not papers:
        return AskedForm.UNSPECIFIED
    forms = frozenset[FormWord]().union(*(p.forms for p in papers))
    shown = [p.paper.verb is Cue.SHOW for p in papers]
    copies = bool(forms & _COPIES)
    if copies and (FormWord.ORIGINAL in forms or any(shown) or any(_either(*pair) for pair in pairwise(papers))):
        return AskedForm.ORIGINAL_OR_COPY
    if FormWord.ORIGINAL in forms:
        return AskedForm.ORIGINAL
    if forms == {FormWord.CERTIFIED_COPY}:
        return AskedForm.CERTIFIED_COPY
    if forms == {FormWord.ELECTRONIC}:
        return AskedForm.ELECTRONIC
    if copies:
        return AskedForm.COPY
    only_shown = all(shown) or ((any(shown) or found.shown) and not found.handed)
    return AskedForm.PRESENT if only_shown else AskedForm.UNSPECIFIED


def _either(one: _Weighed, two: _Weighed) -> bool:
    """Where the paper itself will do, too: "giấy chứng nhận hoặc bản sao giấy chứng nhận"."""
    return two.paper.link is Link.OR and one.codes == two.codes and not one.forms and bool(two.forms)


def _conditions(low: str, found: Found, dictionary: Dictionary) -> list[Condition]:
    """The conditions that say when, or for which group, a paper is due."""
    return [c for c in found.conditions if _is_case(low[c.start : c.end], c.cue, dictionary)]


def _is_case(words: str, cue: Cue, dictionary: Dictionary) -> bool:
    if dictionary.test("not_a_case").search(words):
        return False
    return cue is Cue.IF or dictionary.test("a_group").search(words) is not None


# ---- why, and why not sure ------------------------------------------------------------------------------------------


def _because(
    plain: str, reading: Reading, found: Found, papers: Sequence[_Weighed], conditions: Sequence[Condition]
) -> Iterator[Because]:
    for p in papers:
        yield Because("document_type", plain[p.paper.start : p.paper.end], "|".join(p.codes))
        if p.told:
            yield Because("writer", plain[slice(*p.told)].strip(), p.nature.value)
    if reading.kind is ComponentKind.DATA_STATEMENT:
        yield Because("kind", plain[found.data[0].start : found.data[0].end], reading.kind.value)
    if reading.relation in (Relation.ANY_OF, Relation.ALL_OF):
        joins = (*found.one_of, *(p.paper.joined_by for p in papers[1:] if p.paper.joined_by))
        for words in dict.fromkeys(plain[t.start : t.end] for t in joins):
            yield Because("relation", words, reading.relation.value)
    for words in dict.fromkeys(plain[t.start : t.end] for p in papers for t in p.paper.forms):
        yield Because("form", words, reading.form.value)
    if reading.conditional and conditions:
        yield Because("conditional", plain[conditions[0].start : conditions[0].end].strip(), "yes")


def _doubts(
    folded: Folded, reading: Reading, found: Found, papers: Sequence[_Weighed], *, clear: bool
) -> Iterator[Doubt]:
    if folded.cut_off:
        yield Doubt("cut_off")
    unsure = next((p.paper for p in papers if not p.sure), None)
    if unsure is not None:
        yield Doubt("writer_unnamed", folded.plain[unsure.start : unsure.end])
    if not clear:
        yield Doubt("relation_unclear")
    if found.beside:
        yield Doubt("named_or_asked")
    if reading.relation is Relation.ALL_OF and len({p.forms for p in papers if p.forms}) > 1:
        yield Doubt("forms_differ")
    if reading.kind is ComponentKind.INSTRUCTION and found.words and not found.conditions:
        yield Doubt("no_known_paper")
