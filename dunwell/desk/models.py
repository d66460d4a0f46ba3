"""The log-ins of staff: the one table of passwords, beside the second factors that django-otp keeps."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from dunwell.access.models import Staff


class Logins(BaseUserManager["Login"]):
    def get_by_natural_key(self, username: str | None) -> Login:
        return self.get(staff=username)


class Login(AbstractBaseUser):
    """How somebody of the staff proves who he is; what he may do stands in his roles and nowhere else."""

    staff = models.OneToOneField(Staff, on_delete=models.PROTECT, related_name="login")

    objects: ClassVar[Logins] = Logins()

    USERNAME_FIELD = "staff"

    def get_username(self) -> str:
        return self.staff_id
