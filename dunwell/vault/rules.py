"""How personal data is sealed: SM4-GCM under a key of the person's own, and keyed digests to find it again.

Everything here is pure: keys come in, bytes go out; who holds which key is the business of `keyring` and `queries`.
"""

from __future__ import annotations

import os
import re
from unicodedata import normalize
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
CHECK_BYTES = 8
VERSION = b"\x01"
# The shortest thing that can have been sealed: a version, a nonce, no text at all, a tag.
SEALED_BYTES_MIN = len(VERSION) + NONCE_BYTES + TAG_BYTES

# Names of the fields that are looked up; the way in which each is normalised is part of its digest.
NAME = "name"
IDENTITY = "identity"
CONTACT = "contact"
NOTE = "note"

# Stands where a field's name stands, so that a wrapped key is never taken for a sealed field.
_WRAPPED = "person-key"

_SPACES = re.compile(r"\s+")
_IDENTITY_FILLERS = re.compile(r"[\s\-./]")
_PHONE = re.compile(r"\+?[\d\s\-().]{5,}")
_CHINESE_MOBILE = re.compile(r"(?:86)?(1[3-9]\d{9})")


class SealError(ValueError):
    """The sealed bytes were altered, or belong to another key, person or field."""


def new_key() -> bytes:
    """This function will draw a fresh SM4 key from the operating system's randomness."""
    return os.urandom(KEY_BYTES)


def mac(key: bytes, *, data: bytes) -> bytes:
    """This function will compute HMAC-SM3 (32 bytes)."""
    code = hmac.HMAC(key, hashes.SM3())
    code.update(data)
    return code.finalize()


def derive(master: bytes, *, label: str) -> bytes:
    """This function will derive a 32-byte key for one purpose: the first block of HKDF-Expand (RFC 5869) with SM3."""
    return mac(master, data=label.encode() + b"\x01")


def check_value(master: bytes) -> bytes:
    """This function will compute 8 bytes by which a master key is recognised without being known."""
    return derive(master, label="dunwell/key-check/1")[:CHECK_BYTES]


def seal(key: bytes, *, subject: UUID, field: str, text: str) -> bytes:
    """This function will encrypt the text so that only this key, for this person and field, opens it.

    Layout: version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16); subject and field are authenticated, not stored.
    """
    return _encrypt(key, data=text.encode(), context=subject.bytes + field.encode())


def unseal(key: bytes, *, subject: UUID, field: str, sealed: bytes | memoryview) -> str:
    """This function will return the text, or raise SealError."""
    return _decrypt(key, sealed=sealed, context=subject.bytes + field.encode()).decode()


def wrap(master: bytes, *, subject: UUID, key: bytes) -> bytes:
    """This function will encrypt a person's key under the master key, for storage."""
    return _encrypt(master, data=key, context=subject.bytes + _WRAPPED.encode())


def unwrap(master: bytes, *, subject: UUID, wrapped: bytes) -> bytes:
    """This function will return the person's key, or raise SealError."""
    return _decrypt(master, sealed=wrapped, context=subject.bytes + _WRAPPED.encode())


def _encrypt(key: bytes, *, data: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(context)
    return VERSION + nonce + cipher.update(data) + cipher.finalize() + cipher.tag


def _decrypt(key: bytes, *, sealed: bytes | memoryview, context: bytes) -> bytes:
    whole = bytes(sealed)  # A database driver may hand over a memoryview.
    if len(whole) < SEALED_BYTES_MIN or whole[:1] != VERSION:
        raise SealError("these bytes are not a sealed value of version 1")
    nonce, body, tag = whole[1 : 1 + NONCE_BYTES], whole[1 + NONCE_BYTES : -TAG_BYTES], whole[-TAG_BYTES:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(context)
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag:
        raise SealError("the sealed value was altered, or belongs to another key, person or field") from None


def digest(lookup_key: bytes, *, field: str, text: str) -> bytes:
    """This function will compute the keyed digest that a value is found by: HMAC-SM3 of field, 0x1f, normal text."""
    return mac(lookup_key, data=field.encode() + b"\x1f" + normal(text, field=field).encode())


def subject_of(lookup_key: bytes, *, source: str, external_id: str) -> UUID:
    """This function will name a person's key: the same for ever for one id of one source, meaningless without the key.

    The length in front of the source keeps ("ab", "c") and ("a", "bc") apart.
    """
    origin = source.encode()
    message = b"subject\x1e" + len(origin).to_bytes(4, "big") + origin + external_id.encode()
    return UUID(bytes=mac(lookup_key, data=message)[:16])


def normal(text: str, *, field: str) -> str:
    """This function will bring spellings of one value to one form, before its digest is taken.

    All fields: Unicode NFKC (full-width digits become plain), outer spaces off, inner runs of spaces to one, case
    folded. Identity numbers: spaces, hyphens, dots and slashes off. Contact values that look like a telephone number:
    see `_phone`.
    """
    plain = _SPACES.sub(" ", normalize("NFKC", text)).strip().casefold()
    if field == IDENTITY:
        return _IDENTITY_FILLERS.sub("", plain)
    if field == CONTACT and _PHONE.fullmatch(plain):
        return _phone(plain)
    return plain


def _phone(text: str) -> str:
    """This function will write a number as + and digits if its country is known, else as its bare digits.

    The country is known from a leading + or 00, and for Chinese mobile numbers (11 digits from 13 to 19, with or
    without 86) by their shape. Other national numbers stay as they are: a source should give them with their country.
    """
    digits = re.sub(r"\D", "", text)
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    mobile = _CHINESE_MOBILE.fullmatch(digits)
    return f"+86{mobile[1]}" if mobile else digits


def mask(text: str) -> str:
    """This function will leave the first character readable and hide the rest, and how long it was."""
    return f"{text[:1]}***" if text else ""
