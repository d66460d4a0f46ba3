"""The templates keep the promises of the Content-Security-Policy, and every form its token."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dunwell.database import ROOT
from dunwell.desk.middleware import POLICY

DESK = ROOT / "dunwell" / "desk"
TEMPLATES = sorted((DESK / "templates" / "desk").glob("*.html"))
NAMED = re.compile(r'{% (?:include|extends) "desk/([a-z_]+\.html)"')
ICON = re.compile(r'icons\.svg" %}#([a-z]+)"')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_is_inline(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+=", text), "handlers stand in desk.js"
    assert not re.search(r"\sstyle=|<style|javascript:", text), "looks stand in desk.css"
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), "nothing comes from elsewhere"
    assert "|safe" not in text
    assert "autoescape" not in text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_form_that_changes_something_has_its_token(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.S):
        assert "{% csrf_token %}" in form, form[:80]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_field_has_a_label(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for name in re.findall(r'<(?:select|textarea|input)[^>]*\sid="([a-z{} _.-]+)"', text):
        assert (
            f'for="{name}"' in text
            or f'<label class="form-check"><input class="form-check-input" type="checkbox" name="{name}"' in text
        )


def test_every_template_and_every_icon_is_used_and_there() -> None:
    whole = "".join(template.read_text(encoding="utf-8") for template in TEMPLATES)
    code = "".join(path.read_text(encoding="utf-8") for path in [*DESK.rglob("*.py"), ROOT / "dunwell" / "settings.py"])
    names = {template.name for template in TEMPLATES}
    used = set(NAMED.findall(whole)) | set(re.findall(r'"desk/([a-z_]+\.html)"', code))
    assert used == names
    shapes = set(re.findall(r'<symbol id="([a-z]+)"', (DESK / "static" / "desk" / "icons.svg").read_text("utf-8")))
    wanted = set(ICON.findall(whole)) | {"bar", "check"}
    assert wanted == shapes


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    told = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert told["default-src"] == "'none'"
    assert set(" ".join(told.values()).split()) == {"'none'", "'self'", "data:"}
    assert [name for name, value in told.items() if "data:" in value] == ["img-src"]


def test_the_lock_file_names_digests_and_no_addresses() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert packages
    assert all(told["integrity"].startswith("sha512-") and "resolved" not in told for told in packages.values())
    for versions in (wanted["dependencies"], wanted["devDependencies"]):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values()), "pinned exactly"
