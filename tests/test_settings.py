"""Settings: the demo runs without any, production refuses to run without keys of its own."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from app.settings import (
    DEMO_DATA_KEY,
    DEMO_SOURCE_SECRET,
    DEMO_TOKEN_KEY,
    DEMO_VERIFIER_SECRET,
    Settings,
    demo_publication_key,
)


def private_pem(curve: ec.EllipticCurve) -> str:
    key = ec.derive_private_key(20_261_123, curve)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


OWN = {
    "MOTLAN_TOKEN_KEY": "a-token-key-made-up-for-this-test-0001",
    "MOTLAN_DATA_KEY": "a-data-key-made-up-for-this-test-000001",
    "MOTLAN_SOURCE_CLIENT_SECRET": "a-client-secret-made-up",
    "MOTLAN_PUBLICATION_KEY": private_pem(ec.SECP256R1()),
}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENV", "TOKEN_KEY", "DATA_KEY", "SOURCE_CLIENT_SECRET", "PUBLICATION_KEY", "LOOKUP_BUDGET", "OFFICER"):
        monkeypatch.delenv(f"MOTLAN_{name}", raising=False)


def started(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_without_any_word_it_is_production_and_refuses() -> None:
    with pytest.raises(ValidationError, match="MOTLAN_TOKEN_KEY"):
        Settings()


def test_production_runs_with_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch, **OWN)
    assert settings.env == "production"
    assert settings.token_key.get_secret_value() == OWN["MOTLAN_TOKEN_KEY"]


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("wrong", ["missing", "short", "demo"])
def test_production_refuses_a_key_that_is_missing_short_or_the_demos(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    demo = {
        "MOTLAN_TOKEN_KEY": DEMO_TOKEN_KEY,
        "MOTLAN_DATA_KEY": DEMO_DATA_KEY,
        "MOTLAN_SOURCE_CLIENT_SECRET": DEMO_SOURCE_SECRET,
        "MOTLAN_PUBLICATION_KEY": demo_publication_key(),
    }
    value = {"missing": "", "short": OWN[name][:15], "demo": demo[name]}[wrong]
    with pytest.raises(ValidationError, match=name) as refused:
        started(monkeypatch, **{**OWN, name: value})
    # The message is printed at the start: it names what is missing and shows no key.
    assert not any(secret in str(refused.value) for secret in {*OWN.values(), *demo.values()})


@pytest.mark.parametrize("wrong", [DEMO_VERIFIER_SECRET, "short"])
def test_share_codes_of_others_are_redeemed_with_a_secret_of_its_own_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert started(monkeypatch, **OWN).verifier_client_secret.get_secret_value() == ""
    with pytest.raises(ValidationError, match="MOTLAN_VERIFIER_CLIENT_SECRET"):
        started(monkeypatch, MOTLAN_VERIFIER_CLIENT_SECRET=wrong)


@pytest.mark.parametrize("env", ["production", "demo"])
@pytest.mark.parametrize("wrong", [private_pem(ec.SECP384R1()), "-----BEGIN PRIVATE KEY-----", "given"])
def test_publications_are_signed_with_a_p256_key_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, env: str, wrong: str
) -> None:
    with pytest.raises(ValidationError, match="MOTLAN_PUBLICATION_KEY") as refused:
        started(monkeypatch, **{**OWN, "MOTLAN_ENV": env, "MOTLAN_PUBLICATION_KEY": wrong})
    assert wrong not in str(refused.value)


def test_a_publication_key_may_be_written_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    key = OWN["MOTLAN_PUBLICATION_KEY"]
    assert started(monkeypatch, **{**OWN, "MOTLAN_PUBLICATION_KEY": key.replace("\n", "\\n")}).publication_pem == key


def test_the_demos_publication_key_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch, MOTLAN_ENV="demo").publication_pem == demo_publication_key()


@pytest.mark.parametrize("env", ["demo", "test"])
def test_elsewhere_what_is_missing_is_the_demos_and_what_is_given_counts(
    monkeypatch: pytest.MonkeyPatch, env: str
) -> None:
    settings = started(monkeypatch, MOTLAN_ENV=env, MOTLAN_DATA_KEY="given")
    assert settings.token_key.get_secret_value() == DEMO_TOKEN_KEY
    assert settings.source_client_secret.get_secret_value() == DEMO_SOURCE_SECRET
    assert settings.data_key.get_secret_value() == "given"


@pytest.mark.parametrize(
    ("name", "value"), [("ENV", "staging"), ("LOOKUP_BUDGET", "0"), ("LOOKUP_BUDGET", "soon"), ("LISTS", "some")]
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        started(monkeypatch, **{"MOTLAN_ENV": "test", f"MOTLAN_{name}": value})


def test_no_key_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = repr(started(monkeypatch, **OWN))
    assert not any(secret in printed for secret in OWN.values())


def test_nothing_is_posted_to_loopback_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTLAN_WEBHOOKS_PRIVATE", "1")
    assert started(monkeypatch, MOTLAN_ENV="demo").webhooks_private
    with pytest.raises(ValidationError, match="MOTLAN_WEBHOOKS_PRIVATE"):
        started(monkeypatch, **OWN, MOTLAN_ENV="production")
