"""Django's settings: safe as they are, with what differs by place in the environment."""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path

from django.db.backends.signals import connection_created

from dunwell import database

ROOT = database.ROOT


def _lasting_key(file: Path) -> str:
    """This function will read the key that sessions are signed with, made on first use and closed to others."""
    if not file.exists():
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # mkstemp opens with mode 0600.
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # Another process was first: its key is the one.
        finally:
            Path(draft).unlink()
    return file.read_text(encoding="ascii").strip()


SECRET_KEY = os.environ.get("DUNWELL_SECRET_KEY") or _lasting_key(database.home() / "secret.key")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

DATABASES = {"default": database.settings()}
connection_created.connect(database.keep_plans)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_htmx",
    "axes",
    "dunwell.vault",
    "dunwell.evidence",
    "dunwell.ledger",
    "dunwell.access",
    "dunwell.compliance",
    "dunwell.intake",
    "dunwell.work",
    "dunwell.settle",
    "dunwell.batch",
    "dunwell.desk",
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
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

# ---- the desk -------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "dunwell.desk.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dunwell.desk.middleware.headers",
    "dunwell.desk.middleware.who",
    "axes.middleware.AxesMiddleware",
]

# Files as their packages bring them; nothing is fetched, bundled or rewritten.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
_WEB = ROOT / "web" / "node_modules"
_PACKAGES = {
    "tabler": _WEB / "@tabler" / "core" / "dist",
    "echarts": _WEB / "echarts" / "dist",
    "dmn": _WEB / "dmn-js" / "dist",
}
STATICFILES_DIRS = [(name, folder) for name, folder in _PACKAGES.items() if folder.exists()]

AUTH_USER_MODEL = "desk.Login"
# The first backend refuses whoever tried too often; the second asks for password and second factor together.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "dunwell.desk.signing_in.backend.TwoFactors"]
LOGIN_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("staff_id",)},
    },
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The name under which our backend takes the code; else failures would be counted for nobody.
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "dunwell.desk.signing_in.views.locked"
AXES_VERBOSE = False
# Who signed in and out stands in the evidence; a second log of it would only be another place to leak from.
AXES_DISABLE_ACCESS_LOG = True

# What letters name; a writer can change it in each.
PAY_LINK = os.environ.get("DUNWELL_PAY_LINK", "")
HELP_LINK = os.environ.get("DUNWELL_HELP_LINK", "")

# Cookies travel over TLS only, but for a desk on one's own machine, which `dunwell desk` says.
_TLS = os.environ.get("DUNWELL_PLAIN_HTTP") != "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# So long without a click ends a session, and so long after signing in, clicks or none: see desk.signing_in.sessions.
SESSION_COOKIE_AGE = 60 * int(os.environ.get("DUNWELL_IDLE_MINUTES", "30"))
SESSION_AT_MOST = timedelta(hours=int(os.environ.get("DUNWELL_SESSION_HOURS", "12")))
SESSION_SAVE_EVERY_REQUEST = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
X_FRAME_OPTIONS = "DENY"
