"""A command without its settings says what is missing, and what a newcomer probably wants."""

import pytest
from typer.testing import CliRunner

from app.cli import app


@pytest.mark.parametrize(("env", "hinted"), [(None, True), ("production", False)])
def test_a_command_without_keys_names_the_demo_to_who_has_named_nothing(
    monkeypatch: pytest.MonkeyPatch, env: str | None, hinted: bool
) -> None:
    monkeypatch.delenv("MOTLAN_TOKEN_KEY", raising=False)
    monkeypatch.delenv("MOTLAN_ENV", raising=False)
    if env:
        monkeypatch.setenv("MOTLAN_ENV", env)
    said = CliRunner().invoke(app, ["journal", "verify"])
    assert said.exit_code == 2
    assert "MOTLAN_TOKEN_KEY must be set" in said.stderr
    assert ("for the demo: MOTLAN_ENV=demo" in said.stderr) is hinted
