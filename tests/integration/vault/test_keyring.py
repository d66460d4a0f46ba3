"""The master key's file: made once, closed to others, never replaced in silence."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from dunwell.facts.errors import DunwellError
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys
from dunwell.vault.models import MasterKeyCheck, PersonKey
from dunwell.vault.queries import keys

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This fixture will give an empty home and name no key file."""
    monkeypatch.delenv(keyring.SETTING)
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path))
    return tmp_path


def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, mode: int = 0o600) -> Path:
    """This function will set a key file with this content."""
    file = tmp_path / "named.key"
    file.write_text(text)
    file.chmod(mode)
    monkeypatch.setenv(keyring.SETTING, str(file))
    return file


def test_the_first_use_makes_a_key_that_only_the_owner_reads(home: Path) -> None:
    key = keyring.master_key()
    file = home / "master.key"
    assert len(key) == rules.KEY_BYTES
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert bytes.fromhex(file.read_text()) == key
    assert keyring.master_key() == key
    assert [entry.name for entry in home.iterdir()] == ["master.key"], "no draft stays behind"


@pytest.mark.django_db(transaction=True)
def test_two_first_uses_at_once_agree(home: Path) -> None:
    from django.db import connection

    def use(_: int) -> bytes:
        try:
            return keyring.master_key()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(use, range(8)))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    file = named(tmp_path, monkeypatch, rules.new_key().hex(), mode=mode)
    with pytest.raises(DunwellError, match="can be read by others") as caught:
        keyring.master_key()
    assert caught.value.cure == f"chmod 600 {file}"


@pytest.mark.parametrize("text", ["", "not a key", "00" * 15, "00" * 17, "密钥"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    named(tmp_path, monkeypatch, text)
    with pytest.raises(DunwellError, match="32 hexadecimal digits") as caught:
        keyring.master_key()
    assert text == "" or text not in str(caught.value), "half a key is a secret as well"


def test_a_named_file_is_never_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyring.SETTING, str(tmp_path / "absent.key"))
    with pytest.raises(DunwellError, match="there is no master key") as caught:
        keyring.master_key()
    assert "openssl rand" in caught.value.cure
    assert not (tmp_path / "absent.key").exists()


def test_a_missing_key_is_not_replaced_once_persons_have_keys(home: Path) -> None:
    ensure_keys([uuid4()], at=AT)
    (home / "master.key").unlink()
    with pytest.raises(DunwellError, match="the master key is missing") as caught:
        keyring.master_key()
    assert "backup" in caught.value.cure
    assert not (home / "master.key").exists()


def test_even_when_the_check_value_is_gone(home: Path) -> None:
    ensure_keys([uuid4()], at=AT)
    MasterKeyCheck.objects.all().delete()
    (home / "master.key").unlink()
    with pytest.raises(DunwellError, match="the master key is missing"):
        keyring.master_key()


def test_another_key_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = uuid4()
    right = keyring.master_key()
    ensure_keys([subject], at=AT)
    wrong = rules.new_key()
    named(tmp_path, monkeypatch, wrong.hex())
    for use in (keyring.master_key, keyring.lookup_key, lambda: keys([subject]), lambda: ensure_keys([uuid4()], at=AT)):
        with pytest.raises(DunwellError, match="another master key") as caught:
            use()
        said = str(caught.value)
        assert rules.check_value(wrong).hex() in said
        assert rules.check_value(right).hex() in said
        assert right.hex() not in said
        assert wrong.hex() not in said
    assert PersonKey.objects.count() == 1


def test_a_key_recognised_before_the_check_value_came_is_still_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(tmp_path, monkeypatch, rules.new_key().hex())
    keyring.master_key()
    MasterKeyCheck.objects.create(check_value=rules.check_value(rules.new_key()), created_at=AT)
    with pytest.raises(DunwellError, match="another master key"), transaction.atomic():
        ensure_keys([uuid4()], at=AT)


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = rules.new_key(), rules.new_key()
    file = named(tmp_path, monkeypatch, first.hex())
    assert keyring.master_key() == first
    draft = tmp_path / "draft"
    draft.write_text(second.hex())
    draft.chmod(0o600)
    draft.replace(file)
    assert keyring.master_key() == second


def test_the_lookup_key_is_not_the_master_key() -> None:
    assert keyring.lookup_key() == rules.derive(keyring.master_key(), label="dunwell/lookup/1")
    assert keyring.master_key() not in keyring.lookup_key()
