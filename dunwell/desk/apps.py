"""How Django knows the desk."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    name = "dunwell.desk"

    def ready(self) -> None:
        """This function will keep Django's own permissions out: rights stand in the matrix of access, once."""
        from django.contrib.contenttypes.management import create_contenttypes

        from dunwell.desk.signing_in import sessions  # noqa: F401 - what it hears is a log-in.

        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.disconnect(create_contenttypes)
