"""Every rule that the code can give has words, and every rule with words can be given."""

from __future__ import annotations

import re
from pathlib import Path

from dunwell.database import ROOT
from dunwell.intake.refusals import RULES
from dunwell.ledger.targets import TARGETS

# Where rules are given: the judge, the fast converter, the readers, the seal and the ledger's verdicts.
SPEAKERS = (
    "intake/rules.py",
    "intake/frame.py",
    "intake/conversion/cells.py",
    "intake/conversion/sealing.py",
    "intake/readers/text.py",
    "intake/readers/sheet.py",
    "intake/readers/lines.py",
    "ledger/loading/verdicts.py",
    "ledger/loading/adding.py",
)


def said() -> set[str]:
    text = "\n".join((ROOT / "dunwell" / Path(speaker)).read_text() for speaker in SPEAKERS)
    words = set(re.findall(r"[\"'](?:rule=)?([a-z]+(?:-[a-z]+)*)(?::[a-z_]+)?[\"']", text))
    references = {f"unknown-{field.to.replace('_', '-')}" for t in TARGETS.values() for field in t.references}
    return words | references


def test_every_rule_with_words_can_be_given() -> None:
    assert set(RULES) - said() == set()


def test_every_rule_that_is_given_has_words() -> None:
    hyphened = {word for word in said() if "-" in word} - {"utf-8"}
    assert hyphened <= set(RULES), hyphened - set(RULES)
