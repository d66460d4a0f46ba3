"""Around every page: what the browser may load, who asks, and at what time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dunwell.access import queries
from dunwell.access.rules import Person
from dunwell.desk import clock
from dunwell.facts.errors import DunwellError
from dunwell.ledger.zones import house_zone

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing from elsewhere, nothing inline; the data: pictures are the small marks inside Tabler's own style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class DeskRequest(HttpRequest):
    """A request with who asks (None: nobody has signed in) and the one moment it is answered at."""

    who: Person | None
    at: datetime


def today(request: DeskRequest) -> date:
    """This function will give the day by the house's clock."""
    return request.at.astimezone(ZoneInfo(house_zone())).date()


def headers(answer: Answer) -> Answer:
    """This function will put the headers of safety on every response; pages about people are kept by no cache."""

    def around(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    around.process_exception = _mendable  # type: ignore[attr-defined]
    return around


def _mendable(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """This function will show a fault that people can mend with its place and cure; a programmer's crashes."""
    if not isinstance(fault, DunwellError):
        return None
    return render(request, "desk/fault.html", {"fault": fault}, status=503)


def who(answer: Answer) -> Answer:
    """This function will say who asks, with the roles that hold at this moment, and read the clock once."""

    def around(request: HttpRequest) -> HttpResponse:
        at = clock.now()
        code = request.user.get_username() if request.user.is_authenticated else None
        request.at = at  # type: ignore[attr-defined]
        request.who = queries.person(code, at=at) if code else None  # type: ignore[attr-defined]
        return answer(request)

    return around
