"""How much of a value somebody sees, and what he can do where: pure, from the matrix and the roles he holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from dunwell.access.kinds import Capability, DataClass, Department, Field, Masking, Role, ScopeKind
from dunwell.access.matrix import CAPABILITIES, CLASS_OF, MASKING

HIDDEN = "***"
# Least hidden first; of several roles the one that sees most counts.
_OPENNESS = (Masking.NONE, Masking.PARTIAL, Masking.FULL)
_GRAVITY = tuple(DataClass)

_CHINESE_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_PLACE = re.compile(r"^\s*((?:[^\s省市区县]{1,8}(?:省|自治区|特别行政区))?(?:[^\s省市区县]{1,8}市)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of the house; the whole house has no value."""

    kind: ScopeKind = ScopeKind.HOUSE
    value: str = ""


HOUSE = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that somebody holds at the moment in question, and where."""

    role: Role
    scope: Scope = HOUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the staff as he stands at one moment."""

    code: str
    department: Department
    held: tuple[Held, ...] = ()

    def roles(self, *, within: Iterable[Scope] = ()) -> tuple[Role, ...]:
        """This function will name the roles that hold for something known to lie within the scopes.

        Where nothing is known of it, only roles for the whole house hold.
        """
        open_scopes = {HOUSE, *within}
        found = {held.role for held in self.held if held.scope in open_scopes}
        return tuple(role for role in Role if role in found)

    def can(self, capability: Capability, *, within: Iterable[Scope] = ()) -> bool:
        return any(capability in CAPABILITIES[role] for role in self.roles(within=within))

    def reach(self, capability: Capability) -> tuple[Scope, ...]:
        """This function will name the parts of the house in which he can do a thing: the whole house alone, if so."""
        scopes = {one.scope for one in self.held if capability in CAPABILITIES[one.role]}
        return (HOUSE,) if HOUSE in scopes else tuple(sorted(scopes, key=lambda scope: (scope.kind, scope.value)))

    def can_somewhere(self, capability: Capability) -> bool:
        """This function will tell whether there is any part of the house in which he can do a thing."""
        return bool(self.reach(capability))

    def towards(self, scopes: Iterable[Scope]) -> Person:
        """This function will give him as he stands towards one thing that lies within the scopes.

        What he holds there holds without further question, as for the whole house; the rest stays where it is.
        """
        inside = {HOUSE, *scopes}
        return replace(self, held=tuple(replace(one, scope=HOUSE) if one.scope in inside else one for one in self.held))

    def least(self, capability: Capability, *, data_class: DataClass) -> tuple[Role, ...]:
        """This function will name his roles where, of all places in which he can do a thing, he sees least.

        A list mixes customers of all those places, so it is masked as the strictest of them is.
        """
        places = [self.roles(within=[scope]) for scope in self.reach(capability)]
        return max(places, key=lambda roles: _OPENNESS.index(level(roles, data_class=data_class)), default=())


# Masking, in the three levels of T1


def level(roles: Iterable[Role], *, data_class: DataClass) -> Masking:
    """This function will say how much is hidden from somebody with these roles; everything from nobody's."""
    return min((MASKING[role][data_class] for role in roles), key=_OPENNESS.index, default=Masking.FULL)


def shown(value: str, *, field: Field, roles: Iterable[Role], data_class: DataClass | None = None) -> str:
    """This function will write a value as somebody with these roles may see it.

    `data_class` can make the value graver than its field says (a protected witness's number), never lighter.
    """
    own = CLASS_OF[field]
    grave = max(own, data_class or own, key=_GRAVITY.index)
    return mask(value, field=field, masking=level(roles, data_class=grave))


def mask(value: str, *, field: Field, masking: Masking) -> str:
    """This function will hide all, a part or nothing of a value; how long it was is hidden too."""
    if masking is Masking.NONE or not value:
        return value
    return HIDDEN if masking is Masking.FULL else _PARTLY[field](value.strip())


def _name(text: str) -> str:
    return f"{text[:1]}*"


def _phone(text: str) -> str:
    """This function will leave three digits in front and four behind, of short numbers only the last two."""
    digits = re.sub(r"\D", "", text)
    mobile = _CHINESE_MOBILE.fullmatch(("+" if text.startswith("+") else "") + digits)
    if mobile:
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    if len(digits) >= 11:
        return f"{'+' if text.startswith('+') else ''}{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) >= 6 else HIDDEN


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}***@{domain}" if at and local and domain else HIDDEN


def _number(text: str) -> str:
    """This function will leave the last four signs of an identity or card number, and none of a short one."""
    signs = re.sub(r"[\W_]", "", text)
    return f"****{signs[-4:]}" if len(signs) >= 12 else HIDDEN


def _address(text: str) -> str:
    """This function will leave province and city where they are written in Chinese."""
    found = _PLACE.match(text)
    return f"{found[1] if found else ''}{HIDDEN}"


def _account_name(text: str) -> str:
    return f"{text[:1]}{HIDDEN}"


def _nothing(text: str) -> str:
    return HIDDEN


# An amount is shown or not: a part of it would only mislead. Of free text nobody knows which part is harmless.
_PARTLY: Mapping[Field, Callable[[str], str]] = {
    Field.AMOUNT: _nothing,
    Field.NAME: _name,
    Field.PHONE: _phone,
    Field.EMAIL: _email,
    Field.ACCOUNT_NAME: _account_name,
    Field.ADDRESS: _address,
    Field.IDENTITY: _number,
    Field.BANK_CARD: _number,
    Field.NOTE: _nothing,
}
