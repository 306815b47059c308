"""Which of the papers a text names it asks for: one walk over the tokens, from left to right.

A paper is asked for where a place is open for it: at the start of a text, sentence or list item, after words of
asking, after a colon, and beside a paper that is asked for already. Everywhere else (within a form's title, a
condition, the contents of another paper, a citation) it is only named.
"""

from collections.abc import Callable

from app.domain.reading.brackets import closing, read_bracket
from app.domain.reading.found import Condition, Found, Link, Paper, Place, State
from app.domain.reading.lexicon import Cue, Dictionary, FormWord, Nature, PaperName
from app.domain.reading.places import is_asked, paper_follows, repeated
from app.domain.reading.text import Folded
from app.domain.reading.words import Mark, Token

_JOINS = {Cue.AND: Link.AND, Cue.OR: Link.OR, Mark.SLASH: Link.OR, Mark.COMMA: Link.COMMA}


def find_papers(tokens: list[Token], folded: Folded, dictionary: Dictionary) -> Found:
    walk = Walk(tokens, folded.low, dictionary)
    walk.run(0, len(tokens))
    walk.finish()
    return walk.found


class Walk:
    """The walk over one text: what was found, and the state of the clause it is in."""

    def __init__(self, tokens: list[Token], low: str, dictionary: Dictionary) -> None:
        self.tokens, self.low, self.dictionary = tokens, low, dictionary
        self.found = Found()
        self.state = State()
        self.sentence = self.clause = self.clause_start = self.clauses = self.sentences = 0
        self.depth = 0  # of brackets
        self.closing = closing(tokens)
        self.dropped: set[int] = set()  # papers that turned out not to be asked for
        self.list_of: Paper | None = None  # the paper whose parts or kinds are being listed
        self.at = 0

    def run(self, at: int, end: int) -> None:
        while at < end:
            self.at = at
            token = self.tokens[at]
            if token.kind is Mark.OPEN:
                at = read_bracket(self, at)
            elif token.kind is Mark.STOP and at + 1 < end and self.tokens[at + 1].kind is Mark.ITEM:
                at += 1  # a list whose items end with a stop
            else:
                self.take(token)
                at += 1

    def take(self, token: Token) -> None:
        kind = token.kind
        if isinstance(kind, PaperName):
            self.paper(token, kind)
        elif isinstance(kind, FormWord):
            self.form(token, kind)
        elif kind in _JOINS:
            self.joined(token, _JOINS[kind])
        elif kind in _HANDLERS:
            _HANDLERS[kind](self, token)

    # ---- words and marks --------------------------------------------------------------------------------------------

    def word(self, token: Token) -> None:
        state = self.state
        if state.maybe_items:
            state.items = state.maybe_items = False
        state.place, state.since, state.begun = Place.SHUT, state.since + 1, True
        state.pending.clear()
        self.found.words += 1
        self.found.first_words += self.sentence == 0

    def passed(self, token: Token) -> None:
        """Citations and idioms: between "bản sao" and the paper they change nothing, elsewhere they are words."""
        state = self.state
        if not state.pending:
            state.place = Place.SHUT
        state.since, state.begun = state.since + 1, True

    def joined(self, token: Token, link: Link) -> None:
        state = self.state
        if state.place is not Place.LINKED or link is not Link.COMMA:
            state.link, state.joined_by = link, token
        if state.place is Place.SHUT:  # "bản sao hoặc bản chính …": an open place stays open
            state.place, state.counted = Place.LINKED, False

    def colon(self, token: Token) -> None:
        state = self.state
        case = state.condition is not None and bool(self.found.papers)
        self.end_condition(token.start)
        if state.closed:
            state.whole = True
            return
        self.begin_list()
        self.open(Link.CASE if case else self.list_link(), keep=state.place is not Place.SHUT)

    def item(self, token: Token) -> None:
        """Another item of a list: contents that go on to the end of the sentence go on."""
        self.end_clause(token)
        last, whole = self.state, self.state.closed and self.state.whole
        link = Link.ITEM if self.found.papers else Link.FIRST
        self.state = State(link=link, closed=whole, whole=whole, items=last.items)

    def stop(self, token: Token) -> None:
        self.end_clause(token)
        self.sentences += 1
        self.sentence = self.sentences
        self.list_of = None
        self.state = State(link=Link.LATER if self.found.papers else Link.FIRST)

    def end_clause(self, token: Token) -> None:
        self.unclaimed()
        self.end_condition(token.start)
        self.end_limit(token.start)
        self.clauses += 1
        self.clause, self.clause_start = self.clauses, token.end

    # ---- cues -------------------------------------------------------------------------------------------------------

    def count(self, token: Token) -> None:
        state = self.state
        state.counted = True
        if token.kind is Cue.ONE_OF:
            self.found.one_of.append(token)
        elif state.place is Place.SHUT and self.low.startswith("về", token.start):
            state.about, state.counted = state.since, False

    def certified(self, token: Token) -> None:
        """The copy spoken of is a certified one; of a contract, the contract is certified and its copy plain."""
        for paper in self.row():
            if paper.name.nature is not Nature.PARTY:
                said = Token(FormWord.CERTIFIED_COPY, token.start, token.end)
                paper.forms[:] = [said if f.kind is FormWord.COPY else f for f in paper.forms]

    def items(self, token: Token) -> None:
        state = self.state
        words = self.low[token.start : token.end]
        if "gồm" in words:
            state.closed = state.closed and not (state.contents and paper_follows(self))
            if not state.closed:
                self.end_condition(token.start)
        self.begin_list()
        state.maybe_items = words in ("là", "như")
        if not state.condition and not state.closed:
            self.open(self.list_link())

    def content(self, token: Token) -> None:
        state = self.state
        if state.condition and not state.standing:
            self.word(token)
            return
        state.closed = state.contents = state.begun = True
        state.place = Place.SHUT
        self.end_reach(token.start)

    def condition(self, token: Token) -> None:
        state = self.state
        state.closed = state.closed and state.whole  # "không phải nộp …; trường hợp khác …"
        self.unclaimed()
        self.end_condition(token.start)
        if not self.depth:
            self.end_reach(token.start)
        # "Đối với …: giấy tờ" is a case; behind a paper it only says whose it is.
        cue = Cue.FOR if token.kind is Cue.FOR and state.begun else Cue.IF
        if cue is Cue.IF and not state.standing:
            state.case = token.start
        state.condition = Condition(token.start, len(self.low), cue, self.clause)
        if not state.whole:
            self.found.conditions.append(state.condition)
        state.place, state.begun, state.named, state.named_in_condition = Place.SHUT, True, None, False

    def then(self, token: Token) -> None:
        if self.state.begun and not self.state.standing and not self.state.condition:
            self.subject(token)
        self.end_condition(token.start)
        self.state.closed = False
        self.open(Link.CASE if self.found.papers else Link.FIRST)

    def asks(self, token: Token) -> None:
        state, cue = self.state, token.kind
        words = self.low[token.start : token.end]
        self.found.shown |= cue is Cue.SHOW
        self.found.handed |= cue is not Cue.SHOW and ("nộp" in words or "gửi" in words)
        if state.closed or (state.condition and cue not in (Cue.MUST, Cue.WITH)):
            self.word(token)
            return
        case = state.condition is not None and state.condition.cue is Cue.IF and bool(self.found.papers)
        if cue is Cue.MUST and state.begun and not state.standing and not state.condition:
            self.subject(token)
        self.end_condition(token.start)
        self.end_reach(token.start)
        state.verb = cue if isinstance(cue, Cue) else None
        last = self.file_before()
        if last is not None:
            self.list_of, state.items = last, True
        instead, beside = "thay" in words, cue is Cue.WITH or "còn" in words
        link = Link.OR if instead else Link.AND if beside else Link.CASE if case else state.link
        self.open(link, keep=cue is Cue.SHOW and state.place is not Place.SHUT)

    def file_before(self) -> Paper | None:
        """The file that a clause begins with is no paper of its own: "hồ sơ … phải kèm theo", "… không bao gồm"."""
        last = self.found.papers[-1] if self.found.papers and self.state.standing else None
        return last if last is not None and self.low.startswith("hồ sơ", last.start) else None

    def subject(self, token: Token) -> None:
        """Who must hand in is a case of its own ("người nước ngoài phải nộp"), unless it is whoever applies."""
        if self.dictionary.test("whoever").search(self.low, self.clause_start, token.start) is None:
            self.found.conditions.append(Condition(self.clause_start, token.start, Cue.IF, self.clause))

    def spared(self, token: Token) -> None:
        """Nothing that follows has to be handed in."""
        self.found.excused = True
        self.found.shown |= "xuất trình" in self.low[token.start : token.end]
        last = self.file_before()
        if last is not None:
            self.dropped.add(id(last))
        self.state.closed, self.state.place, self.state.begun = True, Place.SHUT, True

    def data(self, token: Token) -> None:
        self.found.data.append(token)
        if not self.depth:
            self.found.data_from = min(self.found.data_from, self.sentence)
        self.word(token)

    def excuses(self, token: Token) -> None:
        """Data stand in for what this sentence asked for."""
        self.found.excused = True
        if not self.depth:
            self.dropped |= {id(p) for p in self.found.papers if p.sentence == self.sentence}
        self.state.closed, self.state.place = True, Place.SHUT

    # ---- forms and papers -------------------------------------------------------------------------------------------

    def form(self, token: Token, form: FormWord) -> None:
        state = self.state
        state.counted = True
        if form is FormWord.COMPARED:
            return
        if self.low.startswith("trường hợp", token.start):  # "trường hợp nộp bản chụp thì …": a form that will do, too
            for paper in self.found.papers:
                paper.forms.append(token)
        elif state.place is not Place.SHUT and not state.condition:
            state.pending.append(token)
        elif state.named is None and not state.condition and not paper_follows(self):
            for paper in self.row():
                # A file that goes with the paper is no form of it, unless forms are offered to choose from.
                if form is not FormWord.ELECTRONIC or paper.forms:
                    paper.forms.append(token)

    def unclaimed(self) -> None:
        """Words for copies that no paper follows tell the form of those before: "… là bản gốc …; tệp tin …"."""
        if self.state.pending and self.state.verb is not Cue.WITH:
            for paper in self.row() or [p for p in self.found.papers if p.sentence == self.sentence]:
                paper.forms += self.state.pending
            self.state.pending.clear()

    def paper(self, token: Token, name: PaperName) -> None:
        state = self.state
        state.begun = True
        named_before = self.dictionary.test("anaphora").match(self.low, token.end) is not None
        said_of = bool(self.found.papers) and self.dictionary.test("said_of").match(self.low, token.end) is not None
        if said_of:  # "… thì văn bản thỏa thuận phải ghi …"
            self.only_named(None)
            state.standing = True
        elif named_before or state.closed or not is_asked(self, name, token.end):
            self.only_named(name)
        elif (again := repeated(self, token, name)) is not None:
            again.forms += state.pending
            self.only_named(None)
            state.standing = True
        else:
            self.ask(token, name)
        state.since = 0

    def only_named(self, name: PaperName | None) -> None:
        state = self.state
        if self.found.papers:
            last = self.found.papers[-1]
            last.next_named = min(last.next_named, self.tokens[self.at].start)
        state.place, state.named, state.named_counted = Place.SHUT, name, state.counted
        state.named_in_condition = state.condition is not None
        state.pending.clear()

    def ask(self, token: Token, name: PaperName) -> None:
        state = self.state
        state.about = -1
        self.end_condition(token.start)
        self.end_limit(token.start)
        forms, verb, link = list(state.pending), state.verb, state.link
        last = self.found.papers[-1] if self.found.papers else None
        if last is not None and last.clause == self.clause and state.link in (Link.OR, Link.COMMA, Link.AND):
            verb = verb or (last.verb if not forms else None)
            forms = forms or list(last.forms)
        if state.items and self.list_of is not None and self.list_of.name.collective:
            # A collective name gives way to the papers it stands for; they take over its form.
            if id(self.list_of) not in self.dropped:
                link = self.list_of.link
            self.dropped.add(id(self.list_of))
            forms, verb = forms or list(self.list_of.forms), verb or self.list_of.verb
        where = (token.start, token.end, link, self.sentence, self.clause)
        self.found.papers.append(Paper(name, *where, forms, verb, state.case, state.joined_by))
        state.place, state.named, state.link, state.joined_by = Place.SHUT, None, Link.AND, None
        state.counted = state.maybe_items = False
        state.standing = True
        state.pending.clear()

    def begin_list(self) -> None:
        papers = self.found.papers
        if papers and papers[-1].clause == self.clause and not self.state.condition:
            self.list_of = papers[-1]
        self.state.items = True

    def list_link(self) -> Link:
        """The link of a list's first paper: behind a paper that was asked for nothing is said yet."""
        unsaid = self.state.link is Link.AND and self.state.joined_by is None
        return Link.ITEM if unsaid else self.state.link

    def row(self) -> list[Paper]:
        """The papers of this clause that a comma or "hoặc" joins to the last one, the last one first."""
        found: list[Paper] = []
        for paper in reversed(self.found.papers):
            if paper.clause != self.clause:
                break
            found.append(paper)
            if paper.link not in (Link.OR, Link.COMMA):
                break
        return found

    # ---- ends -------------------------------------------------------------------------------------------------------

    def open(self, link: Link, *, keep: bool = False) -> None:
        state = self.state
        state.place, state.link, state.named = Place.OPEN, link, None
        if not keep:  # "bản sao hoặc xuất trình …", "bản sao các giấy tờ sau: …"
            state.counted = False
            state.pending.clear()

    def end_condition(self, at: int) -> None:
        if self.state.condition is not None:
            self.state.condition.end = at
            self.state.condition = None

    def end_reach(self, at: int) -> None:
        for paper in reversed(self.found.papers):
            if paper.reach >= 0:
                break
            paper.reach = at

    def end_limit(self, at: int) -> None:
        """Nothing behind this place belongs to the papers so far."""
        self.end_reach(at)
        for paper in reversed(self.found.papers):
            if paper.limit >= 0:
                break
            paper.limit = at

    def finish(self) -> None:
        self.unclaimed()
        self.end_condition(len(self.low))
        self.end_limit(len(self.low))
        heading = bool(self.tokens) and self.tokens[-1].kind is Mark.COLON
        if heading and self.list_of is not None and self.list_of.name.collective:
            self.dropped.add(id(self.list_of))
        self.found.papers = [p for p in self.found.papers if id(p) not in self.dropped]


_HANDLERS: dict[Cue | Mark, Callable[[Walk, Token], None]] = {
    Mark.WORD: Walk.word,
    Mark.COLON: Walk.colon,
    Mark.ITEM: Walk.item,
    Mark.STOP: Walk.stop,
    Cue.SKIP: Walk.passed,
    Cue.COUNT: Walk.count,
    Cue.ONE_OF: Walk.count,
    Cue.CERTIFIED: Walk.certified,
    Cue.ITEMS: Walk.items,
    Cue.EXAMPLE: Walk.content,
    Cue.CONTENT: Walk.content,
    Cue.IF: Walk.condition,
    Cue.FOR: Walk.condition,
    Cue.THEN: Walk.then,
    Cue.ASK: Walk.asks,
    Cue.MUST: Walk.asks,
    Cue.SHOW: Walk.asks,
    Cue.WITH: Walk.asks,
    Cue.NOT: Walk.spared,
    Cue.DATA: Walk.data,
    Cue.EXCUSE: Walk.excuses,
}
