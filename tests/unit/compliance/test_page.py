"""The page of rules is what the rulebooks say."""

from __future__ import annotations

from datetime import date

from compliance_population import a_rule

from dunwell.compliance.rulebook.model import CERTAINTIES, KINDS, Rulebook
from dunwell.compliance.rulebook.page import markdown, reach, terms, validity, whom
from dunwell.compliance.rulebook.reading import load_library
from dunwell.database import ROOT

PAGE = ROOT / "docs" / "reference" / "rules.md"


def test_the_page_in_docs_is_equal() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "write it anew: make docs"


def test_every_entry_stands_there_with_its_sentences_and_its_source() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("| ")]
    for rule in load_library().rules:
        (row,) = [row for row in rows if row.startswith(f"| {rule.id} |") and f"| {validity(rule)} |" in row]
        for told in (rule.en, rule.zh, rule.source, rule.certainty, rule.enforcement):
            assert told in row


def test_every_kind_and_certainty_is_explained() -> None:
    page = markdown()
    for kind in KINDS.values():
        assert f"| `{kind.name}` |" in page
        assert kind.about_zh in page
    assert all(english in page for english, _ in CERTAINTIES.values())


def test_every_table_has_as_many_cells_in_each_row_as_in_its_head() -> None:
    page = markdown(Rulebook.of([a_rule("reachable", {}, source="one | two")]))
    for block in page.split("\n\n"):
        rows = [line.replace("\\|", "") for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, block


def test_what_a_rule_does_is_told_in_short() -> None:
    cap = a_rule(
        "daily_cap",
        {"most": 2, "counts": "attempts", "count_channels": "all", "per": "creditor"},
        channels=["voice", "sms"],
        actors=["robot"],
        valid_until=date(2030, 1, 1),
    )
    assert terms(cap) == "`daily_cap` most 2, counts attempts, count_channels all, per creditor"
    assert reach(cap) == "voice + sms by robot"
    assert validity(cap) == "from 2000-01-01 until 2030-01-01"
    assert terms(a_rule("reachable", {})) == "`reachable`"
    assert reach(a_rule("reachable", {})) == "all channels"
    assert whom(cap) == "every customer"
    here = {"regions": ["US-MA", "US-NY"], "zones": ["US/*"]}
    assert whom(a_rule("reachable", {}, applies=here)) == "customers in US-MA + US-NY"
    cards = {**here, "product_lines": ["consumer_credit"]}
    assert whom(a_rule("reachable", {}, applies=cards)) == "customers in US-MA + US-NY, of consumer_credit"
    assert whom(a_rule("reachable", {}, applies={"product_lines": ["mobile"]})) == "customers of mobile"


def test_the_page_counts_by_kind_and_certainty_and_tells_what_is_in_force() -> None:
    page = markdown()
    rules = load_library().rules
    (total,) = [line for line in page.splitlines() if line.startswith("| all |")]
    assert total.endswith(f"| {len(rules)} |")
    assert "## cn/general\n\nIn force; binds every customer." in page
    assert "## us/massachusetts\n\nKept ready, not in force; binds customers in US-MA." in page
    assert "| from 2021-11-30 | 7 | 7 days | 7 days | 7 days | event_day | Q1 |" in page
