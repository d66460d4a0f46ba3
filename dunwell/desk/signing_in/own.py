"""One's own log-in: another password, another second factor, each for the present ones; every other session ends."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dunwell.desk.middleware import DeskRequest
from dunwell.desk.models import Login
from dunwell.desk.page import page, signed_in
from dunwell.desk.signing_in import logins
from dunwell.desk.signing_in.sessions import BEGAN

FACTOR = "new_factor"


@require_GET
@page()
def me(request: DeskRequest) -> HttpResponse:
    """This page will show somebody his own log-in and roles."""
    return _shown(request, done=request.GET.get("done", ""))


def _shown(request: DeskRequest, *, status: int = 200, **seen: Any) -> HttpResponse:
    began = request.session.get(BEGAN)
    return render(request, "desk/me.html", {"began": began, "held": signed_in(request).held, **seen}, status=status)


@sensitive_post_parameters("password", "token", "new", "again")
@require_POST
@page()
def password(request: DeskRequest) -> HttpResponse:
    """This page will change one's own password for the present one and the second factor."""
    new, again = request.POST.get("new", ""), request.POST.get("again", "")
    login = _proven(request)
    faults = {} if login else {"present": _("The present password and the six digits do not fit together.")}
    faults |= _weak(new, cast(Login, request.user))
    if new != again:
        faults["again"] = _("This is not the same as above: type it once more.")
    if faults or login is None:
        return _shown(request, faults=faults, status=400)
    logins.change_password(login, password=new, by=_by(request), at=request.at)
    update_session_auth_hash(request, login)
    return redirect(reverse("me") + "?done=password")


def _by(request: DeskRequest) -> str:
    return f"staff:{signed_in(request).code}"


def _weak(password: str, login: Login) -> dict[str, str]:
    try:
        validate_password(password, user=login)
    except ValidationError as fault:
        return {"new": " ".join(fault.messages)}
    return {}


def _proven(request: DeskRequest) -> Login | None:
    """This function will check password and digits as the door does: who fails here often is locked out there too."""
    told = "".join(sign for sign in request.POST.get("token", "") if sign.isdigit())[:6]
    given = request.POST.get("password", "")
    if not (told and given):
        return None
    found = authenticate(request, username=signed_in(request).code, password=given, token=told)
    return found if isinstance(found, Login) else None


@sensitive_post_parameters("password", "token", "fresh")
@require_http_methods(["GET", "POST"])
@page()
def factor(request: DeskRequest) -> HttpResponse:
    """This page will take a new second factor for the password and the present one."""
    secret = request.session.get(FACTOR)
    if request.method == "GET" or not secret:
        request.session[FACTOR] = secret = logins.new_secret()
    if request.method == "GET":
        return _offered(request, secret)
    login = _proven(request)
    if login is None:
        return _offered(request, secret, present=_("Password and the present six digits do not fit together."))
    if not logins.change_factor(
        login, secret=secret, digits=request.POST.get("fresh", ""), password=request.POST.get("password", ""),
        by=_by(request), at=request.at,
    ):  # fmt: skip
        return _offered(request, secret, fresh=_("These are not the six digits that the new device shows now."))
    del request.session[FACTOR]
    update_session_auth_hash(request, login)
    return redirect(reverse("me") + "?done=factor")


def _offered(request: DeskRequest, secret: str, **faults: str) -> HttpResponse:
    code = signed_in(request).code
    seen = {"secret": logins.readable(secret), "link": logins.link(secret, code=code), "faults": faults}
    return render(request, "desk/factor.html", seen, status=400 if faults else 200)
