"""What stands before every page: signed in, and able to do what the page is for; else a refusal with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from dunwell.access import actions
from dunwell.access.four_eyes import able_to
from dunwell.access.kinds import Capability
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Person
from dunwell.desk.middleware import DeskRequest

View = Callable[..., HttpResponseBase]
VIA = "desk"


def page(capability: Capability | None = None) -> Callable[[Callable[..., HttpResponse]], View]:
    """This function will guard a view: `capability` None is for everybody who has signed in."""

    def guarded(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def around(plain: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            request = cast(DeskRequest, plain)
            if request.who is None:
                return redirect_to_login(request.get_full_path())
            if capability is not None and not request.who.can(capability):
                return _lacking(request, request.who, capability)
            return view(request, *arguments, **named)

        around.capability = capability  # type: ignore[attr-defined]
        return around

    return guarded


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
    request: DeskRequest, refused: AccessRefusedError, *, capability: Capability | None = None
) -> HttpResponse:
    """This function will show why somebody is refused, the rule's id with it."""
    told = refused.told(language())
    capable = {"capability": capability, "able": able_to(capability)} if capability else {}
    return render(request, "desk/forbidden.html", {"told": told, "rule": refused.objection.rule, **capable}, status=403)


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
