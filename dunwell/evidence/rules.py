"""The bytes that evidence is: written by hand, one form for one content (docs/reference/evidence-format.md).

A value is a tag (1 byte), the length of its payload (4 bytes, big-endian) and the payload. Tags: N null, T true,
F false, I integer (decimal ASCII), S text (UTF-8), B bytes, L list (its items, one after the other), D dictionary
(key and value by turns, keys in the order of their UTF-8 bytes). Nothing else has a form: no floats, no dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256 as _sha256
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes

Detail: TypeAlias = "str | int | bool | Sequence[Detail] | Mapping[str, Detail] | None"
Digest: TypeAlias = Callable[[bytes], bytes]

ROW_FORM = "dunwell/evidence/row/1"
BLOCK_FORM = "dunwell/evidence/block/1"
# The hash that stands before the first block.
NOTHING = bytes(32)
# A row is a note about an action, not the place for the thing itself.
ROW_BYTES_MAX = 1 << 20
INTEGER_MAX = 2**63 - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def sha256(data: bytes) -> bytes:
    """This function will compute SHA-256 (FIPS 180-4)."""
    return _sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """This function will compute SM3 (GB/T 32905)."""
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def encode(value: object) -> bytes:
    """This function will write a value in its one form, or raise TypeError or ValueError where it has none."""
    tag, payload = _parts(value)
    return tag + len(payload).to_bytes(4, "big") + payload


def _parts(value: object) -> tuple[bytes, bytes]:
    match value:
        case None:
            return b"N", b""
        case bool():  # Before int: a bool is one.
            return (b"T" if value else b"F"), b""
        case int():
            return b"I", _integer(value)
        case str():
            return b"S", _text(value)
        case bytes():
            return b"B", value
        case list() | tuple():
            return b"L", b"".join(map(encode, value))
        case Mapping():
            return b"D", _pairs(value)
        case _:
            raise TypeError(f"evidence has no form for {type(value).__name__}: write decimals and dates as text")


def _integer(value: int) -> bytes:
    if abs(value) > INTEGER_MAX:
        raise ValueError("an integer of evidence has at most 64 bits: write larger numbers as text")
    return str(value).encode()


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("text with a NUL character cannot be stored in PostgreSQL")
    return value.encode()  # Refuses lone surrogates.


def _pairs(value: Mapping[object, object]) -> bytes:
    texts = {_key(key): item for key, item in value.items()}
    return b"".join(encode(key) + encode(texts[key]) for key in sorted(texts, key=str.encode))


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"keys of evidence are text, not {type(key).__name__}")


def microseconds(at: datetime) -> int:
    """This function will count the microseconds since 1970-01-01T00:00Z; a time without a zone has no count."""
    if at.tzinfo is None:
        raise ValueError("evidence needs a time with its zone")
    return (at - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class RowContent:
    """What one row says: who did what to whom, when; its bytes are what is proven."""

    id: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: Mapping[str, Detail]

    def canonical(self) -> bytes:
        """This function will return the row's bytes."""
        return encode([ROW_FORM, self.id, microseconds(self.at), self.by, self.action, self.subject, self.detail])


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContent:
    """What one block says: how many rows it links, their two roots, and the hash of the block before it."""

    number: int
    sealed_at: datetime
    rows: int
    merkle_root_sha256: bytes
    merkle_root_sm3: bytes
    previous_hash: bytes

    def hash(self) -> bytes:
        """This function will return the SHA-256 of the block's bytes, by which the next block names it."""
        roots = (self.merkle_root_sha256, self.merkle_root_sm3)
        return sha256(
            encode([BLOCK_FORM, self.number, microseconds(self.sealed_at), self.rows, *roots, self.previous_hash])
        )
