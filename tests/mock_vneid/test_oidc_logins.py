"""A state machine of codes and refresh tokens: whatever is done in whatever order, none is usable twice."""

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from mock_vneid.oidc.logins import (
    CODE_LIFETIME,
    LOGIN_LIFETIME,
    Asked,
    Login,
    Logins,
    Refused,
    Session,
    Shelf,
)
from tests.mock_vneid.rp import CALLBACK, VERIFIER, challenge

CLIENTS = ("first-rp", "second-rp")
# What somebody does wrong, most often nothing.
MISTAKES = st.sampled_from(["", "", "", "client", "redirect_uri", "verifier", "scope"])
SCOPES = ("openid", "profile", "offline_access")


def another(client: str) -> str:
    return CLIENTS[client == CLIENTS[0]]


@dataclass(eq=False)
class Token:
    """What the test knows of a code or a refresh token; `family` is the number of its login."""

    text: str
    client: str
    family: int
    at: float
    spent: bool = False


class Machine(RuleBasedStateMachine):
    """A model as simple as can be beside the real thing: a set of dead families, and a flag on each token."""

    codes: Bundle[Token] = Bundle("codes")
    refreshes: Bundle[Token] = Bundle("refreshes")

    @initialize()
    def begin(self) -> None:
        self.logins = Logins()
        self.now = 1_800_000_000.0
        self.born: list[float] = []
        self.dead: set[int] = set()
        self.given: dict[int, Login] = {}

    def alive(self, family: int) -> bool:
        return family not in self.dead and self.now < self.born[family] + LOGIN_LIFETIME

    @rule(seconds=st.sampled_from([0.5] * 12 + [CODE_LIFETIME / 2, CODE_LIFETIME, LOGIN_LIFETIME / 3, LOGIN_LIFETIME]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=codes, client=st.sampled_from(CLIENTS))
    def consent(self, client: str) -> Token:
        return self.new_code(client)

    def new_code(self, client: str) -> Token:
        asked = Asked(client, CALLBACK, SCOPES, challenge(VERIFIER))
        code = self.logins.consent(asked, Session("sid", "042090000001", self.now), self.now)
        self.born.append(self.now)
        return Token(code, client, len(self.born) - 1, self.now)

    @rule(target=refreshes, client=st.sampled_from(CLIENTS))
    def log_in(self, client: str) -> Token | MultipleResults[Token]:
        """All at once and all right, so that some families live long."""
        return self.shown(self.new_code(client), wrong="")

    @rule(target=refreshes, code=codes, wrong=MISTAKES)
    def redeem(self, code: Token, wrong: str) -> Token | MultipleResults[Token]:
        return self.shown(code, wrong)

    def shown(self, code: Token, wrong: str) -> Token | MultipleResults[Token]:
        client = another(code.client) if wrong == "client" else code.client
        redirect_uri = CALLBACK + "/" if wrong == "redirect_uri" else CALLBACK
        verifier = VERIFIER[::-1] if wrong == "verifier" else VERIFIER
        fresh = self.now < code.at + CODE_LIFETIME
        right = client == code.client and redirect_uri == CALLBACK and verifier == VERIFIER
        good = right and fresh and not code.spent and self.alive(code.family)
        if client == code.client and self.now < code.at + LOGIN_LIFETIME:
            if code.spent:
                self.dead.add(code.family)
            code.spent = True
        if not good:
            with pytest.raises(Refused) as refused:
                self.logins.redeem(code.text, client, redirect_uri, verifier, self.now)
            assert refused.value.error == "invalid_grant"
            return multiple()
        login = self.logins.redeem(code.text, client, redirect_uri, verifier, self.now)
        assert code.family not in self.given, "the code was usable twice"
        self.given[code.family] = login
        return Token(self.logins.refresh_token(login, self.now), client, code.family, self.now)

    @rule(target=refreshes, token=refreshes, wrong=MISTAKES)
    def refresh(self, token: Token, wrong: str) -> Token | MultipleResults[Token]:
        client = another(token.client) if wrong == "client" else token.client
        more = wrong == "scope"
        known = client == token.client and self.now < token.at + LOGIN_LIFETIME
        if known and token.spent:
            self.dead.add(token.family)
        scopes = {"openid", "vneid"} if more else {"openid"}
        if not known or token.spent or more or not self.alive(token.family):
            with pytest.raises(Refused) as refused:
                self.logins.refresh(token.text, client, scopes, self.now)
            too_much = known and more and not token.spent and self.alive(token.family)
            assert refused.value.error == ("invalid_scope" if too_much else "invalid_grant")
            return multiple()
        _, text = self.logins.refresh(token.text, client, scopes, self.now)
        assert text != token.text
        token.spent = True
        return Token(text, client, token.family, self.now)

    @rule(token=consumes(refreshes))
    def revoke(self, token: Token) -> None:
        login = self.logins.owner(token.text, self.now)
        assert (login is not None) == (self.now < token.at + LOGIN_LIFETIME)
        if login:
            login.revoked = True
            self.dead.add(token.family)

    @rule(token=refreshes)
    def look(self, token: Token) -> None:
        good = not token.spent and self.alive(token.family) and self.now < token.at + LOGIN_LIFETIME
        assert (self.logins.peek(token.text, self.now) is not None) == good

    @invariant()
    def the_dead_are_dead_and_no_family_has_two_good_refresh_tokens(self) -> None:
        for family, login in self.given.items():
            assert login.revoked == (family in self.dead)
        good = [kept.login.id for kept, _ in self.logins._refreshes._kept.values() if not kept.spent]
        assert len(set(good)) == len(good)


TestCodesAndRefreshTokens = Machine.TestCase


def test_what_is_kept_is_bounded_and_the_oldest_make_room() -> None:
    shelf: Shelf[int] = Shelf(60)
    names = [shelf.put(number, now=0) for number in range(10_050)]
    assert len(shelf) == 10_000
    assert shelf.get(names[0], now=1) is None
    assert shelf.get(names[-1], now=1) == 10_049


def test_what_is_over_makes_room_at_the_next_thing() -> None:
    shelf: Shelf[str] = Shelf(60)
    for moment in range(5):
        shelf.put("x", now=moment)
    last = shelf.put("y", now=63)
    assert len(shelf) == 2
    assert shelf.take(last, now=64) == "y"
    assert shelf.take(last, now=64) is None


def test_a_jti_is_new_once_for_each_client() -> None:
    logins = Logins()
    assert logins.first_use("a", "1", now=0)
    assert not logins.first_use("a", "1", now=1)
    assert logins.first_use("b", "1", now=1)
