"""The pages that pictures are taken of: one line each; a page of the desk without a line turns a test red."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dunwell.access.kinds import Role


class Screen(NamedTuple):
    """A page: its name among the addresses, whose eyes see it, the arguments of its address, and what comes behind."""

    name: str
    role: Role | None
    arguments: Mapping[str, object] = {}
    query: str = ""
    # What tells this picture from others of the same page.
    part: str = ""
    # What stands closed and is opened for the picture, as a selector.
    opened: str = ""

    @property
    def slug(self) -> str:
        return "-".join(filter(None, (self.name.replace("_", "-"), self.part)))


# Stand for what is known only once the house is there.
PARTY, CONTACT = {"party": "party"}, {"contact": "contact"}
_TODAY = [Screen("today", role, part=role.value.replace("_", "-")) for role in Role]
SCREENS = (
    Screen("login", None),
    *_TODAY,
    Screen("step", Role.COLLECTOR, {"step": "not_allowed"}),
    Screen("hours", Role.MANAGER),
    Screen("strategies", Role.ANALYST, query="?file=segment&decision=grade"),
    Screen("queue", Role.COLLECTOR),
    Screen("queue", Role.MANAGER, query="?tab=team", part="team", opened=".bulk"),
    Screen("customer", Role.COLLECTOR, PARTY),
    Screen("outcome", Role.COLLECTOR, CONTACT),
    Screen("letter", Role.COLLECTOR, PARTY),
    Screen("proof", Role.COLLECTOR, PARTY),
    Screen("promise", Role.COLLECTOR, PARTY),
    Screen("plan", Role.COLLECTOR, PARTY),
    Screen("deferral", Role.COLLECTOR, PARTY),
    Screen("hardship", Role.COLLECTOR, PARTY),
    Screen("agreements", Role.COLLECTOR),
    Screen("specialist", Role.COMPLIANCE),
    Screen("cases", Role.COMPLIANCE),
    Screen("reliefs", Role.MANAGER),
    Screen("relief", Role.MANAGER, {"relief": "relief_open"}),
    Screen("relief_addendum", Role.MANAGER, {"relief": "relief_granted"}),
    Screen("relief_new", Role.COLLECTOR, PARTY),
    Screen("disputes", Role.FINANCE),
    Screen("dispute", Role.FINANCE, {"hold": "dispute"}),
    Screen("dispute_new", Role.COLLECTOR, PARTY),
    Screen("complaints", Role.COMPLIANCE),
    Screen("complaint", Role.COMPLIANCE, {"complaint": "complaint"}),
    Screen("complaint_new", Role.COLLECTOR, PARTY),
    Screen("rests", Role.COMPLIANCE),
    Screen("rest", Role.COMPLIANCE, {"hold": "rest"}),
    Screen("rights", Role.COMPLIANCE),
    Screen("rights_add", Role.ADMINISTRATOR),
    Screen("rights_person", Role.COMPLIANCE, {"code": "DEMO-COL-1"}),
    Screen("rights_request", Role.COMPLIANCE, {"number": 1}),
    Screen("me", Role.COLLECTOR),
    Screen("me_factor", Role.COLLECTOR),
)
# These answer, but are no pages to look at.
NO_PAGES = {
    "lights": "a part of the customer's page",
    "strategy_file": "a file",
}
