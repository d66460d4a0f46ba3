"""How long a session lasts: until nobody clicks for a while, a working day at most, and as long as the rights stay.

The idle end is Django's own (SESSION_COOKIE_AGE). The rest stands in the session: when it began, and a digest of the
department and the roles with which it began. A change of either, up or down, ends every session of that person with
its next request; so does a new password or second factor, which Django sees by the password's own hash.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver

from dunwell.access import queries
from dunwell.access.rules import Person
from dunwell.desk import clock

BEGAN, RIGHTS = "began", "rights"


def standing(who: Person | None) -> str:
    """This function will digest what somebody may do and where; of two equal standings it is equal."""
    if who is None:
        return ""
    held = sorted(f"{one.role}@{one.scope.kind}:{one.scope.value}" for one in who.held)
    return hashlib.sha256("\n".join([who.department, *held]).encode()).hexdigest()


@receiver(user_logged_in)
def _begin(request: Any, user: Any, **_more: Any) -> None:
    at = clock.now()
    request.session[BEGAN] = at.isoformat()
    request.session[RIGHTS] = standing(queries.person(user.get_username(), at=at))


def over(session: SessionBase, who: Person | None, *, at: datetime) -> str:
    """This function will say why a session has ended: `rights` or `time`; nothing if it goes on."""
    if who is None or session.get(RIGHTS) != standing(who):
        return "rights"
    return "time" if at - datetime.fromisoformat(session[BEGAN]) >= settings.SESSION_AT_MOST else ""
