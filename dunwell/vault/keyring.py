"""Where the master key is kept: a file that only its owner reads; never in the database."""

from __future__ import annotations

import os
import stat
import tempfile
from functools import cache
from pathlib import Path

from dunwell import database
from dunwell.facts.errors import DunwellError
from dunwell.vault import rules
from dunwell.vault.models import MasterKeyCheck, PersonKey

SETTING = "DUNWELL_MASTER_KEY_FILE"
_LOOKUP = "dunwell/lookup/1"


def path() -> Path:
    """This function will return the master key's file: the one that is set, else `master.key` in Dunwell's home."""
    named = os.environ.get(SETTING)
    return Path(named) if named else database.home() / "master.key"


def master_key() -> bytes:
    """This function will return the 16 bytes under which every person's key is wrapped; made on very first use.

    Raises DunwellError where the file is missing, open to others, or not the key of this database.
    """
    file = path()
    if not file.exists():
        _create(file)
    key = _read(file, stamp=_stamp(file))
    _recognise(key, file=file)
    return key


def lookup_key() -> bytes:
    """This function will return the 32 bytes under which look-up digests and subjects are made."""
    return rules.derive(master_key(), label=_LOOKUP)


def _stamp(file: Path) -> tuple[int, int, int]:
    """This function will tell one state of the file from another, and refuse it while others can read it."""
    state = file.stat()
    if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise DunwellError(
            f"the master key can be read by others (mode {stat.S_IMODE(state.st_mode):o})",
            place=str(file),
            cure=f"chmod 600 {file}",
        )
    return state.st_ino, state.st_mtime_ns, state.st_ctime_ns


@cache
def _read(file: Path, *, stamp: tuple[int, int, int]) -> bytes:
    """This function will read the key once for every state of the file."""
    text = file.read_text(encoding="ascii", errors="replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != rules.KEY_BYTES:
        raise DunwellError(
            f"a master key is {2 * rules.KEY_BYTES} hexadecimal digits, this file holds something else",
            place=str(file),
            cure="put the right file back from your backup",
        )
    return key


def _create(file: Path) -> None:
    """This function will make a new master key, but never beside persons whose keys it could not open."""
    if _known() is not None or PersonKey.objects.exists():
        raise DunwellError(
            "the master key is missing, and this database holds personal data sealed under it",
            place=str(file),
            cure=f"put the file back from your backup, or let {SETTING} name it; a new key would open nothing",
        )
    if os.environ.get(SETTING):
        raise DunwellError(
            "there is no master key",
            place=str(file),
            cure=f"make one: (umask 077; openssl rand -hex {rules.KEY_BYTES} > {file}), or unset {SETTING}",
        )
    _place(file, text=rules.new_key().hex() + "\n")


def _place(file: Path, *, text: str) -> None:
    """This function will put the file there whole and closed to others, or leave the one that came first."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".master-")  # mkstemp opens with mode 0600.
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass  # Another process was first: its key is the one.
    finally:
        Path(draft).unlink()


def _known() -> bytes | None:
    """This function will return the check value of the key that this database was sealed under, if any was."""
    value = MasterKeyCheck.objects.values_list("check_value", flat=True).first()
    return None if value is None else bytes(value)


_recognised: set[bytes] = set()


def _recognise(key: bytes, *, file: Path) -> None:
    """This function will refuse a key that is not this database's; once recognised, it is not asked again."""
    if key in _recognised:
        return
    known = _known()
    if known is not None:
        must_match(key, known=known, file=file)
        _recognised.add(key)


def must_match(key: bytes, *, known: bytes, file: Path) -> None:
    """This function will raise DunwellError where the key's check value is not the known one."""
    if rules.check_value(key) != known:
        raise DunwellError(
            f"this is another master key (check value {rules.check_value(key).hex()}, "
            f"the database was sealed under {known.hex()})",
            place=str(file),
            cure=f"put the right file back from your backup, or let {SETTING} name it",
        )
