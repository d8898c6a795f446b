from pathlib import Path

import pytest

from eventstack.errors import ConfigError
from eventstack.settings import Settings


def test_one_variable_moves_everything(tmp_path):
    settings = Settings.from_environment({"EVENTSTACK_HOME": str(tmp_path)})
    assert {settings.cache.parent, settings.state.parent, settings.data.parent} == {tmp_path}


def test_without_it_the_users_own_directories_are_used():
    settings = Settings.from_environment({})
    assert {path.name for path in (settings.cache, settings.state, settings.data)} == {"eventstack"}


def test_another_process_reads_the_same_settings(tmp_path):
    settings = Settings.from_environment(
        {
            "EVENTSTACK_HOME": str(tmp_path),
            "EVENTSTACK_OWNER": "sports",
            "EVENTSTACK_SETTLE_S": "9",
            "EVENTSTACK_ENGINE": "/opt/p",
            "EVENTSTACK_BACKEND": "postgres://bob:secret@db/x",
            "EVENTSTACK_PASSPHRASE_FILE": "/etc/p",
        }
    )
    assert Settings.from_environment(settings.environment()) == settings
    assert settings.engine == Path("/opt/p")


@pytest.mark.parametrize("text", ["soon", "-1", "0", "inf", "nan", ""])
def test_a_patience_that_is_no_number_is_refused(text):
    with pytest.raises(ConfigError, match="EVENTSTACK_GRACE_S: out of range"):
        Settings.from_environment({"EVENTSTACK_GRACE_S": text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EVENTSTACK_LEASE_S", "1e300"),
        ("EVENTSTACK_LEASE_S", "1e-9"),
        ("EVENTSTACK_PARALLEL", "0.5"),
        ("EVENTSTACK_PARALLEL", "1e30"),
        ("EVENTSTACK_PARALLEL", "99999999999"),
        ("EVENTSTACK_OPERATIONS", "0"),
    ],
)
def test_what_no_operation_could_work_with_is_refused(name, text):
    with pytest.raises(ConfigError, match=f"{name}: out of range"):
        Settings.from_environment({name: text})


def test_secrets_are_locked_in_one_way_only():
    with pytest.raises(
        ConfigError, match="EVENTSTACK_KEYRING and EVENTSTACK_PASSPHRASE: the stacks' secrets are"
    ) as caught:
        Settings.from_environment({"EVENTSTACK_KEYRING": "a/b", "EVENTSTACK_PASSPHRASE": "planted"})
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EVENTSTACK_BACKEND", "bucket:planted"),
        ("EVENTSTACK_SECRETS_PROVIDER", "hashivault://me:planted@vault"),
        ("EVENTSTACK_KEYRING", "planted"),
    ],
)
def test_what_may_hold_a_secret_is_refused_without_being_quoted(name, text):
    with pytest.raises(ConfigError, match=f"{name}: can't be understood") as caught:
        Settings.from_environment({name: text})
    assert "planted" not in str(caught.value)


def test_the_engines_word_for_a_passphrase_is_no_provider():
    assert Settings.from_environment({"EVENTSTACK_SECRETS_PROVIDER": "passphrase"}).secrets_provider == ""
