"""What stands before every page: signed in, and able to do what the page is for; else a refusal with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django_htmx.http import HttpResponseClientRedirect

from dunwell.access import actions
from dunwell.access.four_eyes import able_to
from dunwell.access.kinds import Capability
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Person
from dunwell.desk.middleware import DeskRequest

View = Callable[..., HttpResponseBase]
VIA = "desk"


def page(*any_of: Capability, whole: bool = False) -> Callable[[Callable[..., HttpResponse]], View]:
    """This function will guard a view for whoever has one of the capabilities; none named: whoever has signed in.

    It is enough to have it in some part of the house: which customers that opens is judged by `reach`. Where a page
    is about no customer, `whole` asks that it is held for the whole house. A refusal of an action is shown here too.
    """

    def guarded(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def around(plain: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            request = cast(DeskRequest, plain)
            if request.who is None:
                return _to_the_door(request)
            if any_of and not any(_has(request.who, each, whole=whole) for each in any_of):
                return _lacking(request, request.who, any_of[0])
            try:
                return view(request, *arguments, **named)
            except AccessRefusedError as refused:
                return forbidden(request, refused)

        return around

    return guarded


def _to_the_door(request: DeskRequest) -> HttpResponse:
    """This function will lead to the sign-in and, from there, back to the page; a piece of a page leads the whole."""
    htmx = request.htmx  # type: ignore[attr-defined]
    piece = bool(htmx)
    answer = redirect_to_login(htmx.current_url_abs_path or "/" if piece else _again(request))
    if request.ended:
        answer["Location"] += f"&ended={request.ended}"
    return HttpResponseClientRedirect(answer["Location"]) if piece else answer


def _again(request: DeskRequest) -> str:
    """This function will give the address to come back to: a form that was sent cannot be asked for again."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else "/"


def _has(who: Person, capability: Capability, *, whole: bool) -> bool:
    return who.can(capability) if whole else who.can_somewhere(capability)


def _lacking(request: DeskRequest, who: Person, capability: Capability) -> HttpResponse:
    """This function will leave the evidence of a refusal and say in words what is missing and who has it."""
    match = request.resolver_match
    place = f"desk {match.url_name if match else ''}"
    try:
        with actions.deciding(by=who.code, via=VIA, at=request.at):
            actions.acting(who.code, capability=capability, at=request.at, place=place)
    except AccessRefusedError as refused:
        return forbidden(request, refused, capability=capability)
    raise AssertionError(place)  # Two readings of one matrix differ.


def forbidden(
    request: DeskRequest, refused: AccessRefusedError, *, capability: Capability | None = None, status: int = 403
) -> HttpResponse:
    """This function will show why somebody is refused and what helps, the rule's id with it."""
    told, rule = refused.told(language()), refused.objection.rule
    capable = {"capability": capability, "able": able_to(capability)} if capability else {}
    seen = {"told": told, "rule": rule, "status": status, **capable}
    return render(request, "desk/forbidden.html", seen, status=status)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This function will say that there is nothing at an address."""
    return render(request, "desk/missing.html", status=404)


def language() -> str:
    """This function will give the reader's language, `en` or `zh-hans`."""
    return "zh-hans" if (get_language() or "en").startswith("zh") else "en"


def signed_in(request: DeskRequest) -> Person:
    """This function will give who asks on a guarded page, where somebody always does."""
    if request.who is None:
        raise AssertionError("the page is not guarded")
    return request.who
