"""Django's settings: safe as they are, with what differs by place in the environment."""

from __future__ import annotations

import os
import secrets

from dunwell import database

ROOT = database.ROOT

# Nothing is signed across processes yet; a web door will demand a lasting key of its own.
SECRET_KEY = os.environ.get("DUNWELL_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

DATABASES = {"default": database.settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "dunwell.vault",
    "dunwell.evidence",
    "dunwell.ledger",
    "dunwell.access",
    "dunwell.compliance",
    "dunwell.intake",
    "dunwell.batch",
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "locale"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
    }
]
