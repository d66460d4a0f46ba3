"""The page of the screens, docs/reference/screens.md, and the table that the command prints."""

from __future__ import annotations

from collections.abc import Sequence

from tools.screens.browsing import LANGUAGES, WIDTHS, Taken
from tools.screens.screens import NO_PAGES, Screen

PAGE = "docs/reference/screens.md"
FOLDER = "docs/screens"
HEAD = """# Screens 界面

Every page of the desk at 1440 and 390 pixels, in English and Chinese, taken by `make screenshots` in a house of its own
with the sample of a fixed day; the people in it are invented. Each page was checked by axe (WCAG 2.2 AA) at both widths
and in both languages; a finding that is serious or critical ends the command with an error.

本页由 `make screenshots` 在独立的示例环境中生成；其中人物均为虚构。
每个页面均以 axe 检查（WCAG 2.2 AA），含两种宽度与两种语言。

"""


def page(taken: Sequence[Taken]) -> str:
    """This function will write the page: a line for each screen, its four pictures, and what axe says of it."""
    lines = ["| page | seen by | pictures | axe: serious or worse | lesser |", "|---|---|---|---|---|"]
    by_slug: dict[str, list[Taken]] = {}
    for one in taken:
        by_slug.setdefault(one.screen.slug, []).append(one)
    for slug, told in by_slug.items():
        screen = told[0].screen
        pictures = " · ".join(f"[{_said(name)}](../screens/{name})" for each in told for name in each.pictures)
        grave, light = sum(len(each.grave) for each in told), sum(len(each.light) for each in told)
        seen_by = screen.role.en if screen.role else "anybody"
        lines.append(f"| `{slug}` | {seen_by} | {pictures} | {grave} | {light} |")
    left = "".join(f"- `{name}`: {why}\n" for name, why in NO_PAGES.items())
    return f"{HEAD}{chr(10).join(lines)}\n\nWithout a picture, since they are no pages:\n\n{left}"


def _said(name: str) -> str:
    width, language = name.removesuffix(".png").rsplit("-", 2)[1:]
    return f"{width} {language}"


def table(taken: Sequence[Taken]) -> str:
    """This function will write what was found, page by page and language by language."""
    lines = [f"{'page':<28}{'lang':<6}{'passed':>7}{'grave':>7}{'lesser':>8}  faults"]
    for one in taken:
        counts = f"{one.passed:>7}{len(one.grave):>7}{len(one.light):>8}"
        lines.append(f"{one.screen.slug:<28}{one.language:<6}{counts}  {' | '.join(one.faults)}")
    grave = sum(len(one.grave) for one in taken)
    light = sorted({finding.split(":")[0] for one in taken for finding in one.light})
    lines.append(f"{len(taken)} visits, {grave} serious or critical findings; lesser: {', '.join(light) or 'none'}")
    return "\n".join(lines) + "\n"


def names(screens: Sequence[Screen]) -> set[str]:
    """This function will name every picture that there has to be."""
    return {f"{one.slug}-{width}-{language}.png" for one in screens for width in WIDTHS for language in LANGUAGES}
