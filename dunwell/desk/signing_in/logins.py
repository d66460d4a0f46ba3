"""Giving somebody of the staff a log-in: a password for the first time, and the secret of a second factor."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_otp.oath import totp
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


def digits(code: str) -> str:
    """This function will compute the six digits that somebody's second factor shows now; for demonstrations only."""
    device = TOTPDevice.objects.filter(user__staff=code).first()
    if device is None:
        raise DunwellError("there is no log-in for this code", place=code, cure=f"give one: dunwell desk login {code}")
    return f"{totp(device.bin_key):06d}"
