"""Rules about what Python says, read from its syntax and not from its letters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.tidying.rule import Check, Finding, Rule, Source, at, product, python

CLOCKS = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "timezone.now",
        "timezone.localtime",
        "timezone.localdate",
    }
)
MAY_READ_THE_CLOCK = (
    "dunwell/cli/",
    "dunwell/desk/",
    "dunwell/portal/",
    "dunwell/api/",
    "tests/",
    "tools/",
    "bench/",
)
UNSAFE_MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"})
UNSAFE_CALLS = frozenset({"eval", "exec", "os.system", "os.popen"})
RUNS_SQL = frozenset({"execute", "executemany", "executescript", "raw", "raw_sql", "SQL", "RunSQL", "copy"})
INSERTS_PERMITS = re.compile(r"(insert|merge)\s+into\s+\"?compliance_permit", re.IGNORECASE)
REASONED = re.compile(r"# noqa: S608 - \w")
FREE_OF_DJANGO = ("dunwell/engine/", "dunwell/facts/")
ONE_POSITIONAL = ("rules.py", "actions.py", "queries.py")
# The one file that gives permits, and the words by which one comes to be.
MINT = "dunwell/compliance/actions.py"
MINTED = frozenset({"Permit", "models.Permit", "objects.create", "objects.bulk_create", "objects.get_or_create"})
# Where source that the program wrote itself is run. A test holds that no text of a user can stand in it.
EMITTED = {"dunwell/engine/single.py": ("exec",)}


def dotted(node: ast.expr) -> str:
    """This function will write the last two names of what is called: `a.datetime.now` as `datetime.now`."""
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Attribute):
        return ""
    owner = node.value
    first = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return f"{first}.{node.attr}" if first else node.attr


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def minting(source: Source) -> Iterator[Finding]:
    """This function will find where a permit is made: built, created by its manager, or written by SQL."""
    for node, name in calls(source):
        by_manager = name.startswith("objects.") and "Permit" in ast.unparse(node.func)
        if name in MINTED and (by_manager or not name.startswith("objects.")):
            yield node.lineno, "a permit that the gate did not give"
    for text in ast.walk(source.syntax):
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and INSERTS_PERMITS.search(text.value):
            yield text.lineno, "a permit that the gate did not give"


def imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def importing(modules: frozenset[str], *, say: str) -> Check:
    """This function will build a check that refuses imports of the modules and of what lies in them."""

    def check(source: Source) -> Iterator[Finding]:
        for line, name in imports(source):
            if name.split(".")[0] in modules or name in modules:
                yield line, say.format(name)

    return check


def one_sentence(source: Source) -> Iterator[Finding]:
    body = source.syntax.body
    text = ast.get_docstring(source.syntax, clean=False) or ""
    if len(body) != 1 or not text.endswith((".", "?")) or "\n" in text:
        yield 1, "an __init__.py holds one sentence and nothing else"


def clock(source: Source) -> Iterator[Finding]:
    for node, name in calls(source):
        if name in CLOCKS:
            yield node.lineno, f"{name}() reads the clock"


def unsafe(source: Source) -> Iterator[Finding]:
    yield from importing(UNSAFE_MODULES, say="{} can run what it reads")(source)
    for node, name in calls(source):
        if name in UNSAFE_CALLS and name not in EMITTED.get(source.path, ()):
            yield node.lineno, f"{name}() runs text as code"
        if any(word.arg == "shell" and getattr(word.value, "value", True) for word in node.keywords):
            yield node.lineno, "shell=True runs text as code"


def prints(source: Source) -> Iterator[Finding]:
    for node, name in calls(source):
        if name == "print":
            yield node.lineno, "print() below the doors"


def put_together(node: ast.expr) -> bool:
    """This function will tell whether a text is put together from parts that are not all written here."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add) and not all(
            isinstance(side, ast.Constant) for side in (node.left, node.right)
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join")
        and isinstance(node.func.value, ast.Constant)
    )


def loose_sql(source: Source) -> Iterator[Finding]:
    # Only what is handed over on the spot; ruff's S608 looks at texts that are kept in a name first.
    for node, name in calls(source):
        if name.split(".")[-1] in RUNS_SQL and node.args and put_together(node.args[0]):
            written = source.lines[node.lineno - 1 : node.end_lineno]
            if not any(REASONED.search(line) for line in written):
                yield node.lineno, f"{name}() is handed SQL put together from parts"


def keyword_only(source: Source) -> Iterator[Finding]:
    for node in source.syntax.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        positional = [*node.args.posonlyargs, *node.args.args]
        if len(positional) > 1:
            yield node.lineno, f"{node.name}() takes {len(positional)} arguments by position"


def database_in_unit(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {argument.arg for argument in node.args.args}
            if names & {"db", "transactional_db", "django_db_setup"}:
                yield node.lineno, f"{node.name}() opens a database"
        elif isinstance(node, ast.Attribute) and node.attr == "django_db":
            yield node.lineno, "django_db opens a database"


RULES = (
    Rule(
        name="init",
        cure="keep one line that says what the folder is for; move the rest into a file with a name",
        place=lambda source: product(source) and source.name == "__init__.py",
        check=one_sentence,
        good=at("dunwell/vault/__init__.py", '"""Who can read a name: keys, look-up digests, erasure."""\n'),
        bad=at(
            "dunwell/vault/__init__.py",
            "",
            '"""Keys."""\nfrom dunwell.vault import rules\n',
            '"""Keys\nand more."""\n',
            '"""Keys"""\n',
        ),
    ),
    Rule(
        name="clock",
        cure="take at=, on= or as_of= as an argument; only the doors read the clock",
        place=lambda source: python(source) and not source.path.startswith(MAY_READ_THE_CLOCK),
        check=clock,
        good=(
            *at("dunwell/settle/rules.py", "def late(*, at): return at.now", "start = time.perf_counter()"),
            *at("dunwell/cli/house.py", "datetime.now(UTC)"),
        ),
        bad=at(
            "dunwell/settle/rules.py",
            "datetime.now(UTC)",
            "datetime.datetime.now()",
            "date.today()",
            "time.time()",
            "timezone.now()",
        ),
    ),
    Rule(
        name="unsafe",
        cure="keep data in JSON, Parquet or YAML (safe_load); call functions, and programs with a list of arguments",
        place=python,
        check=unsafe,
        good=at("dunwell/score/rules.py", "model.eval()", "subprocess.run(['a'], shell=False)", "yaml.safe_load(x)"),
        bad=at(
            "dunwell/score/rules.py",
            "import pickle",
            "from joblib import load",
            "eval('1')",
            "exec(code)",
            "subprocess.run('a', shell=True)",
            "os.system('a')",
        ),
    ),
    Rule(
        name="print",
        cure="return it, raise it, or let the door show it",
        place=lambda source: python(source) and not source.path.startswith(("dunwell/cli/", "tools/", "bench/")),
        check=prints,
        good=(*at("dunwell/cli/plan.py", "print('x')"), *at("dunwell/settle/rules.py", "console.print('x')")),
        bad=at("dunwell/settle/rules.py", "print('x')"),
    ),
    Rule(
        name="loose-sql",
        cure="use parameters for values and psycopg.sql for names, or say why it is safe: «noqa: S608 - why»",
        place=lambda source: python(source) and not source.path.startswith("tests/"),
        check=loose_sql,
        good=at(
            "dunwell/ledger/queries.py",
            "cursor.execute('select 1 where a = %s', [a])",
            "cursor.execute(SQL('select {}').format(Identifier(a)))",
            "cursor.execute('select 1 ' 'from a')",
            "cursor.execute(f'select 1')",
            "engine.execute(f'copy plan to {path}')  # noqa: S608 - a path of our own, which DuckDB takes only so",
        ),
        bad=at(
            "dunwell/ledger/queries.py",
            "cursor.execute(f'select {a}')",
            "cursor.execute('select %s' % a)",
            "cursor.execute('select ' + a)",
            "cursor.execute('select {}'.format(a))",
            "cursor.execute(SQL(f'select {a}'))",
            "cursor.executemany(', '.join(a))",
            "cursor.execute(f'select {a}')  # noqa: S608",
        ),
    ),
    Rule(
        name="django-free",
        cure="take the values as arguments; Django stays in models, queries and actions",
        place=lambda source: (
            product(source) and (source.name in ("rules.py", "frame.py") or source.path.startswith(FREE_OF_DJANGO))
        ),
        check=importing(frozenset({"django"}), say="{} in a pure file"),
        good=(
            *at("dunwell/ledger/models.py", "from django.db import models"),
            *at("dunwell/ledger/rules.py", "from dunwell.ledger.kinds import Channel"),
        ),
        bad=(
            *at("dunwell/ledger/rules.py", "from django.db import models", "def f():\n    import django\n"),
            *at("dunwell/portrait/frame.py", "from django.conf import settings"),
            *at("dunwell/facts/money.py", "import django.utils.timezone"),
        ),
    ),
    Rule(
        name="minting",
        cure="obtain permits by dunwell.contact.actions: they commit with the attempt that they allow",
        place=lambda source: product(source) and source.path != MINT,
        check=minting,
        good=(
            *at(MINT, "permit = Permit(contact_id=1)", "Permit.objects.bulk_create([])"),
            *at("dunwell/contact/actions.py", "def f(permit: Permit): ...", "Permit.objects.filter(contact=1)"),
            *at("dunwell/contact/actions.py", "Party.objects.create(kind='person')"),
        ),
        bad=at(
            "dunwell/contact/actions.py",
            "permit = Permit(contact_id=1)",
            "permit = models.Permit(contact_id=1)",
            "Permit.objects.create(contact_id=1)",
            "models.PermitUse.objects.bulk_create([])",
            "SQL = 'INSERT INTO compliance_permit VALUES (1)'",
        ),
    ),
    Rule(
        name="keyword-only",
        cure="put a * after the first argument: call sites then read as a sentence",
        place=lambda source: product(source) and source.name in ONE_POSITIONAL,
        check=keyword_only,
        good=at(
            "dunwell/vault/rules.py",
            "def seal(key, *, subject): ...",
            "def new_key(): ...",
            "def _mix(a, b): ...",
            "class Key:\n    def wrap(self, a, b): ...",
        ),
        bad=at("dunwell/vault/rules.py", "def seal(key, subject): ...", "async def seal(key, text=''): ..."),
    ),
    Rule(
        name="no-mocks",
        cure="run the real part: the embedded database, a loopback server, a folder under tmp_path",
        place=python,
        check=importing(frozenset({"mock", "unittest.mock", "pytest_mock"}), say="{} stands in for a part of ours"),
        good=at("tests/unit/vault/test_rules.py", "import unittest", "from dunwell.vault import rules"),
        bad=at("tests/unit/vault/test_rules.py", "import mock", "from unittest import mock", "import unittest.mock"),
    ),
    Rule(
        name="unit-database",
        cure="move the test to tests/integration/, or test the pure part",
        place=lambda source: python(source) and source.path.startswith(("tests/unit/", "tests/spec/")),
        check=database_in_unit,
        good=(
            *at("tests/unit/vault/sentences.yaml", "none: [no Python, so no database]"),
            *at("tests/integration/vault/test_keys.py", "def test_a(db): ..."),
            *at("tests/unit/vault/test_rules.py", "def test_a(tmp_path): ..."),
        ),
        bad=at("tests/unit/vault/test_rules.py", "def test_a(db): ...", "@pytest.mark.django_db\ndef test_a(): ..."),
    ),
)
