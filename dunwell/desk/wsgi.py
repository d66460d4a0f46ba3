"""The door that a web server opens: `granian --interface wsgi dunwell.desk.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.settings")
application = get_wsgi_application()
