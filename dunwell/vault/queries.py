"""Reading the keys of persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from uuid import UUID

from django.db import connection

from dunwell.facts.errors import DunwellError
from dunwell.vault import keyring, rules

# Subjects asked for in one statement.
PORTION = 20_000
_STORED = "SELECT subject, wrapped_key FROM vault_personkey WHERE subject = ANY(%s)"


def keys(subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """This function will return the open key of every subject that has one; the erased and the unknown are absent."""
    return {subject: key for subject, key in keys_and_graves(subjects).items() if key is not None}


def erased(subjects: Iterable[UUID]) -> set[UUID]:
    """This function will return those of the subjects whose key was destroyed."""
    return {subject for subject, wrapped in _stored(subjects) if wrapped is None}


def keys_and_graves(subjects: Iterable[UUID]) -> dict[UUID, bytes | None]:
    """This function will return the open key of every subject that has one, None for the erased, nothing for others."""
    master = keyring.master_key()
    return {
        subject: None if wrapped is None else _open(master, subject=subject, wrapped=bytes(wrapped))
        for subject, wrapped in _stored(subjects)
    }


def portions(subjects: Iterable[UUID]) -> Iterator[list[UUID]]:
    """This function will cut the subjects into sorted lists, each without doubles, that suit one statement."""
    rest = iter(sorted(set(subjects), key=attrgetter("int")))
    while portion := list(islice(rest, PORTION)):
        yield portion


def _stored(subjects: Iterable[UUID]) -> Iterator[tuple[UUID, bytes | None]]:
    """This function will yield what the table holds of the subjects."""
    for portion in portions(subjects):
        with connection.cursor() as cursor:
            cursor.execute(_STORED, [portion])
            yield from cursor.fetchall()


def _open(master: bytes, *, subject: UUID, wrapped: bytes) -> bytes:
    try:
        return rules.unwrap(master, subject=subject, wrapped=wrapped)
    except rules.SealError:
        raise DunwellError(
            "this person's key does not open under the master key: the row was altered",
            place=f"vault_personkey {subject}",
            cure="restore the row from a backup; until then the person's data cannot be read",
        ) from None
