"""The schema's versions: each goes up and down on both databases, and the last is what the models say."""

from alembic import command
from alembic.script import ScriptDirectory

from app.db import Database
from app.services import migrations


def test_every_version_goes_up_and_down_and_the_head_is_what_the_models_say(database_url: str) -> None:
    config = migrations._config(database_url)
    versions = [s.revision for s in ScriptDirectory.from_config(config).walk_revisions()]  # the head first
    migrations.upgrade(database_url)
    command.check(config)
    for below in [*versions[1:], "base"]:
        migrations.downgrade(database_url, below)
    for version in reversed(versions):
        migrations.upgrade(database_url, version)
    command.check(config)
    database = Database.open(database_url)
    try:
        assert database.read_sync(migrations.at_head)
    finally:
        database.dispose()
