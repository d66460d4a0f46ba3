"""Rules about the names of files and folders: where a newcomer looks is where the line stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.tidying.rule import Finding, Rule, Source, at, everywhere, inside, python

EMPTY_WORDS = ("util", "utils", "helper", "helpers", "common", "core", "base", "misc", "service", "services", "manager")

# Names from the list above that say something after all, each with its reason.
MEANT = {
    "requirements/core.in": "the core, as against the extras",
    "requirements/core.txt": "the core, as against the extras",
}

LOCKS_WITH_ADDRESSES = ("uv.lock", "pylock.toml", ".npmrc", ".pypirc", "pip.conf")

CHAPTERS = frozenset(
    {"measure", "recover", "settle", "work", "contact", "decide", "score", "portrait", "intake"}
    | {"compliance", "access", "ledger", "evidence", "vault"}
)
CHAPTER_FILES = frozenset({"__init__.py", "rules.py", "frame.py", "models.py", "queries.py", "actions.py"})
# Folders that Django gives a name and a meaning.
FRAMEWORK_FOLDERS = frozenset({"migrations", "management", "templates", "static", "locale"})

# What a chapter holds beside its usual files, each with the one reason why it is not one of them. A folder stands
# here without its files: inside it, they are named after the kind they declare (a channel, a reader, a family).
EXTRA = {
    "access/applying.py": "what an approved request changes, and what stands in its way: called by actions",
    "access/four_eyes.py": "requests and votes, pure: rules says what one person sees and can do",
    "access/kinds.py": "the closed lists of access, with their words, which pure code and doors may name",
    "access/matrix.py": "the written permission matrix: data, from which the page of roles is made",
    "access/objections.py": "the reasons for which access is refused, in both languages: declared once",
    "compliance/beforehand.py": "the part of the mask that is asked once for a person, and not for each contact",
    "compliance/clocks": "how long a claim, a guarantee, a record may live: pure, one file for each kind of clock",
    "compliance/content": "what is said: word lists as data, and pure checks of scripts, messages and transcripts",
    "compliance/frequency": "call frequency of Regulation F: a presumption over a history of calls, with its rebuttals",
    "compliance/house.py": "what the house itself refuses before all rules: once, stopped, not approved",
    "compliance/kinds": "a kind of rule is a file that declares itself: its parameters, its judgement, its columns",
    "compliance/proposal.py": "what the gate is asked and what it answers: pure values, which doors and actions share",
    "compliance/risks.py": "the register of risks: read, checked and written as a page; it judges no contact",
    "compliance/rulebook": "rulebooks as dated data: their shape, reading, cases and page, apart from judging by them",
    "compliance/supervision": "during and after a contact: stops, counters, standing, reviews and audit",
    "evidence/append_only.py": "the trigger that migrations of every ledger table install; SQL, neither read nor write",
    "evidence/chain.py": "pure checks over streams of rows and blocks; rules says how one row or block is made",
    "evidence/tree.py": "the Merkle tree of RFC 6962: pure, and a standard of its own with public test vectors",
    "intake/conversion": "from text cells to facts: the fast way and the judge that it is held equal to",
    "intake/mapping": "mapping files: what they may say, and the recipe that both converters follow",
    "intake/readers": "a source connector is a file that declares itself: one for each kind of file or database",
    "intake/refusals.py": "the reasons for which a row is refused, in both languages: declared once",
    "ledger/columns.py": "the columns and checks of the database that the tables of every chapter declare",
    "ledger/kinds.py": "the closed lists of the ledger, which pure code may name although models may not be imported",
    "ledger/loading": "the set-based statements that actions run and queries verify by, built from the targets",
    "ledger/targets.py": "which table and columns each kind of fact goes to: declared once, read by intake and queries",
    "ledger/zones.py": "the house's own time zone, which snapshot and gate must read alike",
    "ledger/persons.py": "finding and erasing a person crosses look-up, vault and evidence; facts are not touched",
    "portrait/dimensions.py": "each dimension declared once; the documents and the frame are held equal to it",
    "portrait/gather": "the frame, table by table: what each table of the snapshot tells of a customer",
    "portrait/queue.py": "the frame of one account's queue: credits pay charges, and on which day each was paid off",
    "portrait/timeline.py": "foreign timelines as a snapshot, so that the batch's own expression is put to the test",
    "settle/agreements": "promises, plans and deferrals: one state machine, their schedule, what speaks against them",
    "settle/case_facts.py": "how every case tells the ledger of a hold, a signal, a note: shared by the cases",
    "settle/clocks.py": "working days and hours of a case's time limits: pure",
    "settle/complaints": "a dossier from the first word to its end, or to independent mediation",
    "settle/disputes": "the hold of a dispute, finance's decision, and rests that a specialist ends",
    "settle/hardship": "income and expenditure, and the table that decides what can be offered",
    "settle/refusals.py": "the reasons for which a case is refused, in both languages: declared once",
    "settle/relief": "waivers and settlements: who may let go how much, and the papers",
    "work/assigning": "who gets whom: pure arrays in rules, the run and the decisions by hand beside it",
    "work/clock": "the SLA clock: pure, read by the list and by every page that shows what is left",
    "work/listing": "the work list, made from what a plan wants of people: set by set",
    "work/policy.py": "what strategies/assignment.yaml may say: pure values, which rules, actions and doors share",
    "work/specialist": "customers in distress: who waits for special care",
    "work/staffing": "what each can be given, and who is there",
    "work/viewing.py": "saved filters of the queue: a convenience that is changed and deleted, not a fact",
    "vault/keyring.py": "the only place that reads the master key from outside",
}

TEST_KINDS = frozenset({"unit", "spec", "integration", "generative", "web", "bench"})


def empty_words(source: Source) -> Iterator[Finding]:
    if source.path in MEANT:
        return
    tail = "|".join(EMPTY_WORDS[:5])
    for part in PurePosixPath(source.path).parts:
        stem = part.split(".")[0].lower()
        if stem in EMPTY_WORDS or re.search(rf"_(?:{tail})$", stem):
            yield 1, f"«{part}» says nothing about what is inside"


def locks(source: Source) -> Iterator[Finding]:
    if source.name in LOCKS_WITH_ADDRESSES:
        yield 1, f"{source.name} carries addresses of registries"


def chapter_files(source: Source) -> Iterator[Finding]:
    chapter, *inner = PurePosixPath(source.path).parts[1:]
    if chapter not in CHAPTERS or not inner:
        return
    if inner[0] in FRAMEWORK_FOLDERS or (len(inner) == 1 and inner[0] in CHAPTER_FILES):
        return
    if f"{chapter}/{inner[0]}" not in EXTRA:
        yield 1, f"«{inner[0]}» is not one of the file names of a chapter"


def closed_package(source: Source) -> Iterator[Finding]:
    folder = PurePosixPath(source.path).parent
    for package in (folder, *folder.parents):
        if package.name and f"{package}/__init__.py" not in source.tree:
            yield 1, f"{package}/ has no __init__.py, so import-linter does not see it"


def test_place(source: Source) -> Iterator[Finding]:
    kind, *inner = source.folders[1:] or ("",)
    if source.name.startswith("test_") and (kind not in TEST_KINDS or not inner):
        yield 1, "a test stands in tests/<kind>/<part>/"


RULES = (
    Rule(
        name="empty-name",
        cure="name it after what it holds: rules, frame, queries, actions, or the thing itself",
        place=everywhere,
        check=empty_words,
        good=(*at("dunwell/ledger/rules.py"), *at("docs/customer_service.md"), *at("requirements/core.in")),
        bad=(
            *at("dunwell/helpers/dates.py"),
            *at("dunwell/ledger/utils.py"),
            *at("dunwell/ledger/date_utils.py"),
            *at("tests/unit/common/test_a.py"),
            *at("dunwell/settle/services.py"),
            *at("docs/misc.md"),
        ),
    ),
    Rule(
        name="lock-file",
        cure="lock with requirements/*.txt: versions and hashes, no address",
        place=everywhere,
        check=locks,
        good=at("requirements/core.txt"),
        bad=(*at("uv.lock"), *at("pylock.toml"), *at("web/.npmrc")),
    ),
    Rule(
        name="chapter-file",
        cure="put it into rules, frame, models, queries or actions, or list it in tools/tidying/naming.py: why",
        place=inside("dunwell/"),
        check=chapter_files,
        good=(
            *at("dunwell/portrait/frame.py"),
            *at("dunwell/portrait/dimensions.py"),
            *at("dunwell/ledger/migrations/0001_initial.py"),
            *at("dunwell/cli/plan.py"),
            *at("dunwell/settings.py"),
        ),
        bad=(*at("dunwell/portrait/calculate.py"), *at("dunwell/contact/senders/sms.py")),
    ),
    Rule(
        name="package",
        cure="add __init__.py with one sentence that says what the folder is for",
        place=lambda source: python(source) and source.path.startswith(("dunwell/", "tools/")),
        check=closed_package,
        good=(
            Source("dunwell/ledger/rules.py", tree=frozenset({"dunwell/__init__.py", "dunwell/ledger/__init__.py"})),
        ),
        bad=(Source("dunwell/foo/rules.py", tree=frozenset({"dunwell/__init__.py"})),),
    ),
    Rule(
        name="test-place",
        cure="move it: unit, spec, integration …, then the part it tests, as in tests/unit/vault/test_rules.py",
        place=lambda source: python(source) and source.path.startswith("tests/"),
        check=test_place,
        good=(*at("tests/unit/vault/test_rules.py"), *at("tests/conftest.py")),
        bad=(*at("tests/test_vault.py"), *at("tests/unit/test_vault.py"), *at("tests/quick/vault/test_rules.py")),
    ),
)
