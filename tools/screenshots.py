"""Pictures of every page, by one command: `python tools/screenshots.py [SLUG ...]`; with slugs, of those alone.

It builds a house of its own in a temporary folder, signs in as each role with the second factor, and visits every page
in both languages at both widths. Ends with 1 if a page breaks, is inaccessible, or is too wide for a phone.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tools.screens import house  # noqa: E402


def main(slugs: list[str]) -> int:
    """This function will take the pictures and write their page."""
    # Not below a closed folder: the embedded server runs as a user of its own.
    home = Path(tempfile.mkdtemp(prefix="dunwell-screens-", dir="/var/tmp"))
    home.chmod(0o755)
    try:
        house.open_in(home)
        sys.stderr.write("building the house ...\n")
        return _taken(house.furnish(home / "sample"), slugs)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _taken(given: dict[str, object], slugs: list[str]) -> int:
    from dunwell.access.kinds import Role
    from tools.screens import browsing, report
    from tools.screens.screens import SCREENS

    folder = ROOT / report.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    chosen = tuple(one for one in SCREENS if not slugs or one.slug in slugs)
    with house.served() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browsing.CHROMIUM, args=list(browsing.QUIET))
        cookies = browsing.sign_in(browser, address, given=given)
        told = browsing.work(browser, address, cookies=cookies[Role.COLLECTOR])
        known = house.known() | told
        walk = browsing.walk(browser, address, chosen, cookies=cookies, known=known, folder=folder)
        taken = []
        for one in walk:
            taken.append(one)
            sys.stderr.write(f"{one.screen.slug} {one.language} {'; '.join(one.faults)}\n")
        browser.close()
    if not slugs:
        for old in folder.glob("*.png"):
            if old.name not in report.names(SCREENS):
                old.unlink()
        (ROOT / report.PAGE).write_text(report.page(taken), encoding="utf-8")
    sys.stdout.write(report.table(taken))
    return 1 if any(one.faults for one in taken) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
