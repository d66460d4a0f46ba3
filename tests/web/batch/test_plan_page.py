"""The page of the plan in a real browser: no network, two languages, two widths."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from bench.snapshot import write_snapshot
from dunwell.batch import cycle, definitions
from dunwell.batch.report import write_page

DAY = date(2026, 11, 20)
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "snapshot").mkdir()
    write_snapshot(folder / "snapshot", accounts=400, seed=3, as_of=DAY)
    chosen = definitions.load()
    cycle.write_plan(folder, chosen, as_of=DAY, versions=chosen.versions)
    write_page(folder, folder / "plan.html", as_of=DAY, digest="0" * 64, chosen=chosen, language="en")
    return folder / "plan.html"


@pytest.fixture(params=[1440, 390])
def page(request: pytest.FixtureRequest, file: Path) -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Debian's chromium is missing: run `make packages`")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = browser.new_page(viewport={"width": request.param, "height": 900})
        opened.set_default_timeout(20_000)
        asked: list[str] = []
        faults: list[str] = []
        opened.on("request", lambda told: asked.append(told.url))
        opened.on("console", lambda told: faults.append(told.text))
        opened.on("pageerror", lambda told: faults.append(str(told)))
        opened.goto(file.as_uri())
        yield opened
        assert asked == [file.as_uri()], "the page asked for more than itself"
        assert faults == []
        browser.close()


def test_it_shows_figures_charts_and_rows(page: Page) -> None:
    section = page.locator("section[lang=en]")
    assert section.locator("h1").inner_text() == "Plan for November 20, 2026"
    assert section.locator(".tile").count() == 4
    assert section.locator(".track i").count() > 15
    assert section.locator("tbody tr").count() == 25
    assert page.locator("section[lang=zh-hans] h1").is_hidden()


def test_a_click_turns_it_into_chinese_and_back(page: Page) -> None:
    page.get_by_text("中文").click()
    chinese = page.locator("section[lang=zh-hans]")
    assert chinese.locator("h1").inner_text() == "2026年11月20日 作业计划"
    assert page.locator("section[lang=en] h1").is_hidden()
    page.locator("label[for=pick-en]").click()
    assert chinese.locator("h1").is_hidden()


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide


def test_the_language_is_chosen_with_the_keyboard_too(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator("section[lang=zh-hans] h1").is_visible()
