"""Sealing: the standards' own vectors, and that nothing but the right key, person and field opens a value."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from dunwell.evidence.rules import sm3
from dunwell.vault import rules

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
PERSON = UUID("00112233-4455-6677-8899-aabbccddeeff")
OTHER = UUID("00112233-4455-6677-8899-aabbccddee00")


def test_sm4_of_the_standard() -> None:
    """GB/T 32907-2016, appendix A.1: the key encrypts itself."""
    cipher = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305 - a vector of one block
    assert (cipher.update(KEY) + cipher.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1, read through the layout of a sealed value."""
    nonce = bytes.fromhex("00001234567800000000abcd")
    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))
    body = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    tag = bytes.fromhex("83de3541e4c2b58177e065a9bf7b62ec")
    assert rules._decrypt(KEY, sealed=b"\x01" + nonce + body + tag, context=context) == plain


def test_hmac_sm3_by_its_definition() -> None:
    """RFC 2104 with SM3, whose block is 64 bytes, written out."""
    padded = KEY + bytes(64 - len(KEY))
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + b"message")
    assert rules.mac(KEY, data=b"message") == sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def test_derived_keys_are_hkdf_expand() -> None:
    expected = HKDFExpand(algorithm=hashes.SM3(), length=32, info=b"purpose").derive(KEY)
    assert rules.derive(KEY, label="purpose") == expected
    assert rules.derive(KEY, label="another purpose") != expected


@given(text=st.text(st.characters(exclude_categories=["Cs"])), field=st.sampled_from(["name", "note"]))
def test_what_is_sealed_opens_again(text: str, field: str) -> None:
    sealed = rules.seal(KEY, subject=PERSON, field=field, text=text)
    assert rules.unseal(KEY, subject=PERSON, field=field, sealed=sealed) == text
    assert rules.unseal(KEY, subject=PERSON, field=field, sealed=memoryview(sealed)) == text
    assert len(sealed) == rules.SEALED_BYTES_MIN + len(text.encode())


def test_the_layout() -> None:
    sealed = rules.seal(KEY, subject=PERSON, field="name", text="张三")
    assert sealed[:1] == rules.VERSION
    assert "张三".encode() not in sealed
    assert sealed != rules.seal(KEY, subject=PERSON, field="name", text="张三"), "a nonce is never used twice"


@pytest.mark.parametrize(
    ("key", "subject", "field"),
    [(bytes(16), PERSON, "name"), (KEY, OTHER, "name"), (KEY, PERSON, "identity"), (KEY, PERSON, "person-key")],
    ids=["another key", "another person", "another field", "as if it were a wrapped key"],
)
def test_nothing_else_opens_it(key: bytes, subject: UUID, field: str) -> None:
    sealed = rules.seal(KEY, subject=PERSON, field="name", text="张三")
    with pytest.raises(rules.SealError, match="altered, or belongs to another"):
        rules.unseal(key, subject=subject, field=field, sealed=sealed)


@given(place=st.integers(0, 34), bit=st.integers(0, 7))
def test_one_flipped_bit_shows(place: int, bit: int) -> None:
    sealed = bytearray(rules.seal(KEY, subject=PERSON, field="name", text="张三"))
    sealed[place] ^= 1 << bit
    with pytest.raises(rules.SealError):
        rules.unseal(KEY, subject=PERSON, field="name", sealed=bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(27), b"\x02" + bytes(40)])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(rules.SealError, match="version 1"):
        rules.unseal(KEY, subject=PERSON, field="name", sealed=sealed)


def test_wrapped_keys() -> None:
    key = rules.new_key()
    wrapped = rules.wrap(KEY, subject=PERSON, key=key)
    assert key not in wrapped
    assert rules.unwrap(KEY, subject=PERSON, wrapped=wrapped) == key
    with pytest.raises(rules.SealError):
        rules.unwrap(KEY, subject=OTHER, wrapped=wrapped)
    with pytest.raises(rules.SealError):
        rules.unwrap(bytes(16), subject=PERSON, wrapped=wrapped)


def test_new_keys_differ() -> None:
    assert len({rules.new_key() for _ in range(100)}) == 100


def test_a_check_value_tells_keys_apart_and_nothing_more() -> None:
    assert len(rules.check_value(KEY)) == rules.CHECK_BYTES
    assert rules.check_value(KEY) != rules.check_value(bytes(16))
    assert rules.check_value(KEY) not in KEY
