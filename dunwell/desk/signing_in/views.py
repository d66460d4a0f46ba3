"""The pages of signing in and out."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dunwell.desk.middleware import DeskRequest
from dunwell.desk.models import Login
from dunwell.evidence.actions import record


@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """This page will let somebody in who knows the password and holds the second factor; it never says which failed."""
    if request.method == "GET":
        seen = {"next": request.GET.get("next", ""), "ended": request.GET.get("ended", ""), "demo": _demo()}
        return render(request, "desk/sign_in.html", seen)
    code, following = request.POST.get("code", "").strip()[:32].upper(), request.POST.get("next", "")
    found = authenticate(
        request, username=code, password=request.POST.get("password", ""), token=_digits(request.POST.get("token", ""))
    )
    if not isinstance(found, Login):
        fault = _("Code, password and the six digits do not fit together. Five failures close the door for 15 minutes.")
        seen = {"fault": fault, "code": code, "next": following, "demo": _demo()}
        return render(request, "desk/sign_in.html", seen, status=403)
    login(request, found)
    _told("desk.signed_in", found.staff_id, request)
    return redirect(following if _ours(following, request) else resolve_url("today"))


def locked(request: HttpRequest, _answer: Any, _credentials: Any) -> HttpResponse:
    """This page will say that the door is closed, and when it opens: each further attempt closes it anew."""
    opens = cast(DeskRequest, request).at + settings.AXES_COOLOFF_TIME
    return render(request, "desk/locked.html", {"opens": opens}, status=429)


def _demo() -> bool:
    """This function will tell whether the people of the demonstration can sign in, which the page then says."""
    return Login.objects.filter(staff__code__startswith="DEMO-").exists()


def _digits(told: str) -> str:
    return "".join(sign for sign in told if sign.isdigit())[:6]


def _ours(address: str, request: HttpRequest) -> bool:
    """This function will tell whether an address leads to the desk itself and not away from it."""
    return bool(address) and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """This page will end the session and show the door."""
    if request.user.is_authenticated:
        _told("desk.signed_out", request.user.get_username(), request)
    logout(request)
    return redirect("login")


def _told(action: str, code: str, request: HttpRequest) -> None:
    with transaction.atomic():
        at = cast(DeskRequest, request).at
        record(action=action, subject=f"staff {code}", by=f"staff:{code}", at=at, detail={"via": "desk"})
