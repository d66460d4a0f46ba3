"""Around every page: what the browser may load, who asks, and at what time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render

from dunwell.access import queries
from dunwell.access.rules import Person, Scope
from dunwell.desk import clock
from dunwell.desk.signing_in import sessions
from dunwell.facts.errors import DunwellError
from dunwell.ledger.zones import house_zone

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing from elsewhere, nothing inline; the data: pictures are the small marks inside Tabler's own style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class DeskRequest(HttpRequest):
    """A request with who asks (None: nobody has signed in) and the one moment it is answered at.

    `within` are the parts of the house in which its customer lies, where that decides something: see `reach`.
    """

    who: Person | None
    at: datetime
    within: tuple[Scope, ...]
    # Why the session that this request came with is over: `rights`, `time`, or nothing.
    ended: str


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


def _unwritable(request: HttpRequest) -> bool:
    """This function will tell whether something came that no text of the database can hold; no browser types it."""
    told = (value for form in (request.GET, request.POST) for _name, values in form.lists() for value in values)
    return "\0" in request.path or any("\0" in str(value) for value in told)


def who(answer: Answer) -> Answer:
    """This function will say who asks, with the roles that hold at this moment, and read the clock once."""

    def around(plain: HttpRequest) -> HttpResponse:
        request = cast(DeskRequest, plain)
        if _unwritable(request):
            return HttpResponseBadRequest()
        request.at, request.within, request.who, request.ended = clock.now(), (), None, ""
        if request.user.is_authenticated:
            known = queries.person(request.user.get_username(), at=request.at)
            request.ended = sessions.over(request.session, known, at=request.at)
            if request.ended:
                logout(request)
            else:
                request.who = known
        return answer(request)

    return around
