"""Walking through the desk with a browser: signing in, pictures of every page, and what axe finds on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.database import ROOT
from tools.screens.pictures import reduced
from tools.screens.screens import Screen

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking")
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
WIDTHS = {1440: 900, 390: 844}
# Nobody looks at the fiftieth line of a list.
HEIGHT_MAX = 1_800
# What dmn-js says of its own build, whatever page it is on.
REMARK = "minified copy of the development build of Inferno"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
GRAVE = ("serious", "critical")


@dataclass(slots=True, kw_only=True)
class Taken:
    """What came of one page in one language: its pictures, the faults found, and what the console said."""

    screen: Screen
    language: str
    status: int
    pictures: list[str] = field(default_factory=list)
    grave: list[str] = field(default_factory=list)
    light: list[str] = field(default_factory=list)
    passed: int = 0
    console: list[str] = field(default_factory=list)
    wider: bool = False

    @property
    def faults(self) -> list[str]:
        """This property will name everything that should not be."""
        told = [f"axe: {one}" for one in self.grave] + [f"console: {one}" for one in self.console]
        told += [f"answered {self.status}"] if self.status != 200 else []
        return told + (["wider than 390 pixels"] if self.wider else [])


def sign_in(browser: Browser, address: str, *, given: Mapping[str, Any]) -> dict[Role, list[Any]]:
    """This function will sign everybody in by password and second factor, and give each his cookies."""
    from dunwell.desk.signing_in.logins import digits

    cookies: dict[Role, list[Any]] = {}
    for role, code in CODES.items():
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in/")
        for field_name, value in (("code", code), ("password", given[code].password), ("token", digits(code))):
            page.fill(f"#{field_name}", value)
        page.press("#token", "Enter")
        page.wait_for_url(f"{address}/")
        cookies[role] = list(context.cookies())
        context.close()
    return cookies


def work(browser: Browser, address: str, *, cookies: list[Any]) -> dict[str, int]:
    """This function will call two customers by keyboard: one in distress, and one whose outcome is still to come.

    It gives the ids that addresses need, of the second.
    """
    context = browser.new_context(locale="en-US")
    context.add_cookies(cookies)
    page = context.new_page()
    _call(page, address)
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/contact/" not in url)
    told = {"party": _call(page, address), "contact": _last_number(page)}
    context.close()
    return told


def _call(page: Page, address: str) -> int:
    """This function will take the next customer, with the call recorded, and ask for the permit."""
    page.goto(f"{address}/")
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    party = _last_number(page)
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.wait_for_url("**/contact/*/")
    return party


def _last_number(page: Page) -> int:
    return int(page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1])


def walk(
    browser: Browser, address: str, screens: tuple[Screen, ...], *, cookies: Mapping[Role, list[Any]],
    known: Mapping[str, int], folder: Path,
) -> Iterator[Taken]:  # fmt: skip
    """This function will visit every page in both languages and both widths."""
    from django.urls import reverse

    easel = browser.new_page()
    for screen in screens:
        arguments = {key: known.get(str(value), value) for key, value in screen.arguments.items()}
        place = address + reverse(screen.name, kwargs=arguments) + screen.query
        for language, locale in LANGUAGES.items():
            context = browser.new_context(
                locale=locale, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
            )
            if screen.role is not None:
                context.add_cookies(cookies[screen.role])
            yield _visit(context, place, screen, language, folder=folder, easel=easel)
            context.close()
    easel.close()


def _visit(
    context: BrowserContext, place: str, screen: Screen, language: str, *, folder: Path, easel: Page
) -> Taken:  # fmt: skip
    page, said = context.new_page(), []
    page.on("console", lambda told: said.append(told.text) if _grave(told) else None)
    page.on("pageerror", lambda told: said.append(str(told)))
    answer = page.goto(place)
    page.wait_for_load_state("networkidle")
    if screen.opened:
        page.locator(screen.opened).evaluate("closed => { closed.open = true }")
    taken = Taken(screen=screen, language=language, status=answer.status if answer else 0, console=said)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        name = f"{screen.slug}-{width}-{language}.png"
        (folder / name).write_bytes(reduced(easel, _picture(page, width)))
        taken.pictures.append(name)
        taken.wider |= bool(page.evaluate(WIDER))
        _examine(page, taken)
    return taken


def _grave(told: Any) -> bool:
    return told.type == "error" and REMARK not in told.text


def _picture(page: Page, width: int) -> bytes:
    """This function will open the window as high as the page is: what sticks to its edges then stands once."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(max(height, WIDTHS[width]), HEIGHT_MAX)})
    page.wait_for_timeout(100)
    return page.screenshot(animations="disabled")


def _examine(page: Page, taken: Taken) -> None:
    """This function will ask axe for what people with disabilities would stumble over."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({{runOnly: {list(RULES)}}})")
    taken.passed += len(found["passes"])
    for one in found["violations"]:
        where = "; ".join(node["html"][:120] for node in one["nodes"][:2])
        (taken.grave if one["impact"] in GRAVE else taken.light).append(f"{one['id']}: {where}")
