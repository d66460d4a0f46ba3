"""Password and second factor together: neither alone says anything, and a wrong one counts as a failure."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_otp import match_token


class TwoFactors(ModelBackend):
    """Checks the password, then the six digits; a code is good once."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> AbstractBaseUser | None:
        found = super().authenticate(request, username=username, password=password)
        if found is None or not match_token(found, more.get("token") or ""):
            return None
        return found
