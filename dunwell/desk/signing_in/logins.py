"""Giving somebody of the staff a log-in: a password for the first time, and the secret of a second factor."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django_otp.oath import TOTP, totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from dunwell.access.models import Staff
from dunwell.desk.models import Login
from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError

SECRET_BYTES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is shown once, to be handed to its owner; only digests and the sealed secret are kept."""

    code: str
    password: str
    secret: str


@transaction.atomic
def give_login(code: str, *, by: str, at: datetime) -> Given:
    """This function will make a log-in with a random password and second factor, in the place of an earlier one.

    Raises DunwellError for a code that nobody of the staff has.
    """
    if not Staff.objects.filter(pk=code).exists():
        raise DunwellError("nobody of the staff has this code", place=code, cure="look it up: dunwell staff list")
    password, secret = secrets.token_urlsafe(12), secrets.token_bytes(SECRET_BYTES)
    login, _made = Login.objects.get_or_create(staff_id=code)
    login.set_password(password)
    login.save()
    TOTPDevice.objects.filter(user=login).delete()
    TOTPDevice.objects.create(user=login, name="desk", key=secret.hex(), confirmed=True)
    record(action="desk.login_given", subject=f"staff {code}", by=by, at=at, detail={"via": "desk"})
    return Given(code=code, password=password, secret=base64.b32encode(secret).decode())


@transaction.atomic
def change_password(login: Login, *, password: str, by: str, at: datetime) -> None:
    """This function will change a password; every session that began with the old one ends."""
    login.set_password(password)
    login.save()
    record(action="desk.password_changed", subject=f"staff {login.staff_id}", by=by, at=at, detail={"via": "desk"})


def new_secret() -> str:
    return secrets.token_bytes(SECRET_BYTES).hex()


def readable(secret: str) -> str:
    """This function will write a secret as authenticators take it, in groups of four."""
    text = base64.b32encode(bytes.fromhex(secret)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def link(secret: str, *, code: str) -> str:
    """This function will write the address that an authenticator on the same device opens."""
    return f"otpauth://totp/Dunwell:{quote(code)}?secret={readable(secret).replace(' ', '')}&issuer=Dunwell"


def change_factor(login: Login, *, secret: str, digits: str, password: str, by: str, at: datetime) -> bool:
    """This function will put a new second factor in the place of the old one, if its digits show that it is there.

    The password is hashed anew, by which every other session ends. False, and nothing changed, for wrong digits.
    """
    with transaction.atomic():
        device = TOTPDevice(user=login, name="desk", key=secret, confirmed=True)
        if not _shows(device, digits):
            return False
        TOTPDevice.objects.filter(user=login).delete()
        device.save()
        login.set_password(password)
        login.save()
        record(action="desk.factor_changed", subject=f"staff {login.staff_id}", by=by, at=at, detail={"via": "desk"})
    return True


def _shows(device: TOTPDevice, told: str) -> bool:
    """This function will tell whether a device shows these digits now, or did half a minute ago."""
    shown = "".join(sign for sign in told if sign.isdecimal())
    return len(shown) == device.digits and bool(TOTP(device.bin_key).verify(int(shown), tolerance=1))


def digits(code: str) -> str:
    """This function will compute the six digits that somebody's second factor shows now; for demonstrations only."""
    device = TOTPDevice.objects.filter(user__staff=code).first()
    if device is None:
        raise DunwellError("there is no log-in for this code", place=code, cure=f"give one: dunwell desk login {code}")
    return f"{totp(device.bin_key):06d}"
