"""The page of the S-FEEL profile: types, cells, operators and functions, each with examples that were computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from dunwell.engine import dmn, document, evaluation
from dunwell.engine.functions import FUNCTIONS, ORDERED, PROPERTIES, SCALE_MAX, Function, Parameter
from dunwell.engine.model import ModelError, Months, Name, Place, Type, Value
from dunwell.engine.reading import boxed, cursor, lexer, literals, sfeel, tables
from dunwell.engine.reading.calling import FROM
from dunwell.engine.reading.items import BASE
from dunwell.engine.wording import literal

FEEL_PAGE = "docs/reference/feel.md"
PLACE = Place("feel.dmn")
# The facts that the examples speak of.
FACTS: dict[str, tuple[Type, Value]] = {
    "days late": ("number", Decimal(35)),
    "balance": ("number", Decimal("1250.50")),
    "score": ("number", None),
    "region": ("string", "north"),
    "paid": ("boolean", True),
    "due": ("date", date(2024, 1, 31)),
    "called at": ("date_time", datetime.fromisoformat("2024-02-29T09:30:00")),
    "opens": ("time", time(9)),
    "wait": ("days_duration", timedelta(days=3)),
    "term": ("months_duration", Months(18)),
}
KNOWN = {name: value for name, (_, value) in FACTS.items()}
SCOPE = sfeel.Scope({name: Name(name, kind) for name, (kind, _) in FACTS.items()})
TYPES: dict[Type, tuple[str, str, str]] = {
    "string": ('"north"', "a text", "文本"),
    "number": ("1250.50", "an exact decimal number", "精确十进制数"),
    "boolean": ("true", "true or false", "布尔值"),
    "date": ('date("2024-01-31")', "a day", "日期"),
    "time": ('time("09:30:00")', "a local time of day, without a zone", "当地时间（不含时区）"),
    "date_time": (
        'date and time("2024-01-31T09:30:00")',
        "a local day and time, without a zone",
        "当地日期时间（不含时区）",
    ),
    "days_duration": ('duration("P1DT2H")', "so many days, hours, minutes, seconds", "天与时间的时长"),
    "months_duration": ('duration("P1Y6M")', "so many years and months", "年与月的时长"),
    "ratio": ("balance / 3", "what `/`, `**` and `sqrt` give: a binary number", "除法、乘方与开方所得的二进制数"),
}
# A cell, the type of its column, and values held against it.
CELLS: list[tuple[str, Type, list[Value]]] = [
    ("-", "number", [Decimal(5), None]),
    ("5", "number", [Decimal(5), Decimal("5.0"), Decimal(6), None]),
    ('"north", "south"', "string", ["north", "east", None]),
    ("< 30", "number", [Decimal("29.99"), Decimal(30), None]),
    ("[30..60)", "number", [Decimal(30), Decimal(60), None]),
    ("]30..60]", "number", [Decimal(30), Decimal(60)]),
    ("< 0, [30..60], 90", "number", [Decimal(-1), Decimal(45), Decimal(90), Decimal(70)]),
    ('not("north", "south")', "string", ["east", "north", None]),
    ("null", "number", [None, Decimal(0)]),
    ("!= null", "number", [None, Decimal(0)]),
    ("> days late", "number", [Decimal(36), Decimal(35)]),
    ('>= @"2024-01-31"', "date", [date(2024, 1, 31), date(2024, 1, 30)]),
    ('[@"09:00:00"..@"18:00:00"]', "time", [time(9), time(18, 0, 1)]),
    ('> duration("P2D")', "days_duration", [timedelta(3), timedelta(2)]),
    ("= paid", "boolean", [True, False, None]),
]
EXPRESSIONS = [
    "balance * 0.1 + 5",
    "balance / 2 * 3",
    "2 ** 10",
    "-2 ** 2",
    "balance / 0",
    "score + 1",
    'region + "-west"',
    "days late > 30 and paid",
    "score > 30 and paid",
    "score > 30 and not(paid)",
    "score > 30 or paid",
    "not(score > 30)",
    "score = null",
    "days late between 31 and 60",
    "days late in [31..60]",
    'region in ("north", "south")',
    "days late in (< 0, [31..60])",
    'if days late > 30 then "call" else "wait"',
    'if score > 30 then "good" else "bad"',
    "due + wait",
    'due + @"P1M"',
    'due - duration("PT1H")',
    'called at - @"2024-02-29T00:00:00"',
    '(@"2024-03-01" - due).days',
    "due + term",
    "due.year * 100 + due.month",
    "called at.hour",
    "date(called at) > due",
    "date(2024, 2, 30)",
]
CALLS = [
    'substring("foobar", 3)', 'substring("foobar", -2, 1)', 'substring(string: "foobar", start position: 3, length: 3)',
    'string length("善收")', "contains(region, \"or\")", 'starts with(region, "no")', 'ends with(region, "th")',
    'substring before("a-b-c", "-")', 'substring after("a-b-c", "-")', "abs(-2.5)", "floor(-1.5)", "ceiling(-1.5)",
    "decimal(2.345, 2)", "decimal(2.5, 0)", "modulo(-12, 5)", "sqrt(2.25)", "sqrt(-1)", "min(days late, 30)",
    "max(due, @\"2024-02-01\")", "not(paid)", "date(2024, 2, 29)", "date(called at)", "time(called at)",
    "date and time(due, opens)", "years and months duration(due, date(2024, 12, 30))", "day of week(due)",
    "due.weekday", "called at.minute", "term.years", "term.months", "wait.hours",
]  # fmt: skip
# What is refused, as a cell of a column of the type or (without one) as an expression.
REFUSED: list[tuple[str, Type | None]] = [
    ("> days late + 1", "number"),
    ("[60..30]", "number"),
    ('"5"', "number"),
    ("< null", "number"),
    ("paid", "boolean"),
    ("days late + null", None),
    ('days late + "1"', None),
    ("due + 1", None),
    ("wait * 2", None),
    ("1 < days late < 9", None),
    ('if paid then 1 else "no"', None),
    ("string(days late)", None),
    ("upper case(region)", None),
    ("time(9, 30, 0)", None),
    ("date(region)", None),
    ("substring(region, days late)", None),
    ('time("09:30:00Z")', None),
    ('duration("PT0.5S")', None),
    ('duration("P1Y1D")', None),
    ("0.1234567891", None),
    ("[1, 2, 3]", None),
    ("{a: 1}", None),
    ("for x in region return x", None),
]
POLICIES = [
    ("UNIQUE", "the only rule that matches; two that match are a conflict", "唯一匹配的规则；两条匹配即为冲突"),
    ("ANY", "rules that match must all give the same; else a conflict", "所有匹配规则须给出相同结果，否则为冲突"),
    ("PRIORITY", "the output that stands first in the list of output values; a tie that differs is a conflict",
     "按输出值清单的先后取最优先者；同级但结果不同即为冲突"),
    ("FIRST", "the first rule that matches", "第一条匹配的规则"),
    ("RULE ORDER", "all that match, in the order of the rules", "所有匹配规则，按规则顺序"),
    ("OUTPUT ORDER", "all that match, in the order of the list of output values", "所有匹配规则，按输出值清单顺序"),
    ("COLLECT", "all that match; nothing is said of their order", "所有匹配规则，不论顺序"),
    ("COLLECT, SUM", "the sum of the one output; nulls are left out", "输出之和；忽略空值"),
    ("COLLECT, MIN / MAX", "the least or the most; nulls are left out", "最小值或最大值；忽略空值"),
    ("COLLECT, COUNT", "how many match, 0 if none does", "匹配的条数；无匹配为 0"),
]  # fmt: skip

HEAD = """# The S-FEEL profile

What may stand in the cells, columns and expressions of a strategy. This page is written from the engine's own grammar
by `python tools/docs_check.py --write`, and every value in its examples was computed when it was written. Whatever is
not here is refused when a model is loaded, with the file, decision, rule, column and character, and what to write
instead: never guessed, never passed over.

**中文摘要** 本页说明策略决策表中单元格、列与表达式可以使用的语言（S-FEEL 的声明子集）：类型、字面量、单元格、运算符、
函数、命中策略、空值规则与限制。示例的结果均由引擎实际计算。凡不在本页之列的写法，加载时即被拒绝，并指出文件、决策、
规则、列、字符位置与应改写的内容；绝不猜测，绝不静默忽略。时间一律为客户当地时间，不含时区；数字为精确十进制，只有
除法、乘方与开方得到二进制数。
"""
NULLS = """
- An ordering on null (`< 30`, `[1..5]`) is null: the cell does not match, and neither does its opposite.
- Equality is two-valued: `= null` and `!= null` are true or false. A dash matches null too.
- `and`, `or` and `not` know three values: `false and null` is false, `true or null` is true, all else with null null.
- An `if` whose condition is null takes the `else`.
- Arithmetic and functions give null as soon as one operand is null; so do a division by 0, the root of a negative
  number, and whatever a binary number cannot hold, a calendar does not have or lies past its end. There is no infinity.
- `not(…)` of a range or an ordering is refused on a column that may be null: list its values without null, or write
  the values that are meant.
"""


def feel_page() -> str:
    """This function will write the page."""
    told = "One test, or several joined by commas: one of them must hold."
    refused = ("written", "where", "refused because", "write instead")
    chapters = {
        "Types 类型": _types(),
        "Facts of the examples 示例中的事实": _table("fact", "type", "value", rows=_facts()),
        "Cells 单元格": f"{told}\n\n{_table('cell', 'column', 'matches', 'does not match', rows=_cells())}",
        "Expressions 表达式": f"{OPERATORS}\n\n{_table('expression', 'value', rows=_computed(EXPRESSIONS))}",
        "Functions 函数": _functions(),
        "Calls 调用示例": _table("call", "value", rows=_computed(CALLS)),
        "Null 空值": NULLS.strip(),
        "Hit policies 命中策略": _policies(),
        "Decisions 决策": DECISIONS.strip(),
        "Limits 限制": _table("what", "at most", rows=_limits()),
        "Refused, and what to write 被拒绝的写法": _table(*refused, rows=_refusals()),
    }
    return "\n".join([HEAD, *(f"## {title}\n\n{text}\n" for title, text in chapters.items())])


OPERATORS = """Tightest first: `.` (a property), `-` before a number, `**` (from the left), `*` `/`, `+` `-`, then `=`
`!=` `<` `<=` `>` `>=` `in` `between`, `and`, `or`, `if … then … else …`. Sums, differences and products of numbers are
exact; a ratio makes whatever it is computed with a ratio. A day takes or gives durations; two days differ by a
duration."""
DECISIONS = """
A decision is a decision table, an expression, a context that ends with a result, or an invocation of a business
knowledge model. Tables may stand inside contexts and knowledge models; a knowledge model sees its parameters alone and
calls only what it requires, never itself. Structures are taken apart: `loan.rate` is a fact, a name and a column.
Lists, relations, functions as values, decision services that are called, and imports stay outside. DMN 1.2 to 1.5 is
read.
"""


def _table(*heads: str, rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """This function will set a text as code inside a table."""
    return f"`{text}`".replace("|", "\\|")


def shown(value: object) -> str:
    """This function will write a value as FEEL would; a binary number as Python does."""
    if isinstance(value, float):
        return code(repr(value))
    return code(literal(value))  # type: ignore[arg-type]  # a value of the model


def _types() -> str:
    names = {kind: [name for name, of in BASE.items() if of == kind] for kind in TYPES}
    rows = (
        [", ".join(map(code, names[kind])) or "(computed)", code(example), en, zh]
        for kind, (example, en, zh) in TYPES.items()
    )
    ways = (
        'A day, time or duration may be written `@"2024-01-31"` too. Texts know the escapes `\\"` `\\\\` `\\n` `\\t`'
        " `\\r` and `\\u` with four digits. A number may have an exponent. Comments: `// …` and `/* … */`."
    )
    return f"{_table('typeRef', 'written', 'meaning', '含义', rows=rows)}\n\n{ways}"


def _facts() -> Iterable[list[str]]:
    for name, (kind, value) in FACTS.items():
        yield [code(name), code(_type(kind)), shown(value)]


def _cells() -> Iterable[list[str]]:
    for text, kind, values in CELLS:
        test = sfeel.parse_cell(text, of=kind, scope=SCOPE, place=PLACE).test
        matched = [value for value in values if evaluation.passes(test, value, KNOWN)]
        others = [value for value in values if not evaluation.passes(test, value, KNOWN)]
        yield [code(text), code(_type(kind)), *(", ".join(map(shown, found)) for found in (matched, others))]


def computed(text: str) -> Value:
    """This function will compute an example over the facts of this page."""
    found: Value = evaluation.evaluate(sfeel.parse_expression(text, scope=SCOPE, place=PLACE), KNOWN)
    return found


def _computed(texts: Iterable[str]) -> Iterable[list[str]]:
    return ([code(text), shown(computed(text))] for text in texts)


def _functions() -> str:
    readers = ", ".join(map(code, literals.READERS))
    way = (
        "Arguments stand in their order, or all by name (`substring(string: …, start position: …)`). Those in\n"
        f"brackets may be left out; those marked * are written as numbers. {readers} with one text read a literal."
    )
    rows = ([*_signature(name, function), function.words] for name, function in sorted(FUNCTIONS.items()))
    return f"{way}\n\n{_table('function', 'takes', 'gives', 'meaning', rows=rows)}"


def _signature(name: str, function: Function) -> list[str]:
    written = {inner: outer for outer, inner in FROM.items()}.get(name, name)
    called = f"….{name}" if name in PROPERTIES else f"{written}(…)"
    needed = len(function.parameters) - function.optional
    takes = [_takes(one) for one in function.parameters]
    takes = takes[:needed] + [f"[{one}]" for one in takes[needed:]]
    gives = _type(function.returns) if function.returns else "the same"
    return [code(called), "; ".join(takes) + (" …" if function.more else ""), gives]


def _takes(parameter: Parameter) -> str:
    kinds = "anything with an order" if parameter.types == ORDERED else " or ".join(map(_type, parameter.types))
    return f"{parameter.name}{'*' if parameter.literal else ''}: {kinds}"


def _type(kind: Type) -> str:
    return next((known for known, of in BASE.items() if of == kind), kind)


def _policies() -> str:
    end = (
        "A conflict gives nulls and the ids of the rules; it is never resolved in silence. If no rule matches, the\n"
        "default output entries are given; without them the answer is null, with the status `no_match`."
    )
    return f"{_table('policy', 'gives', '含义', rows=([code(name), en, zh] for name, en, zh in POLICIES))}\n\n{end}"


def _limits() -> Iterable[list[str]]:
    yield ["a file", f"{document.BYTES_MAX:,} bytes, elements {document.DEPTH_MAX} deep; no DTD, no entities"]
    yield ["decisions in a file", f"{dmn.DECISIONS_MAX}; {dmn.CHAIN_MAX} that build on each other"]
    yield ["rules in a table", f"{tables.RULES_MAX:,}"]
    yield [
        "an entry",
        f"{lexer.LENGTH_MAX:,} characters, {cursor.OPERATORS_MAX} operators, nested {cursor.NESTED_MAX} deep",
    ]
    yield ["what an entry becomes", f"{cursor.PARTS_MAX} parts, {cursor.DEPTH_MAX} deep, once calls are laid open"]
    yield ["calls of knowledge models", f"{boxed.CALLS_MAX} in a decision, {boxed.CALLS_DEEP_MAX} inside each other"]
    yield ["a written number", f"{lexer.DIGITS_MAX} digits before the point, {lexer.PLACES_MAX} after it"]
    yield ["`decimal`", f"{SCALE_MAX} places"]
    yield ["a name", f"{lexer.NAME_LENGTH_MAX} characters; no quotes, commas or line ends; no keyword"]
    yield ["days", "years 1 to 9999; times and durations in whole seconds"]


def refusal(text: str, kind: Type | None) -> ModelError:
    """This function will return the error with which an example is refused."""
    try:
        if kind is None:
            sfeel.parse_expression(text, scope=SCOPE, place=PLACE)
        else:
            sfeel.parse_cell(text, of=kind, scope=SCOPE, place=PLACE)
    except ModelError as error:
        return error
    raise AssertionError(f"{text} is not refused")


def _refusals() -> Iterable[list[str]]:
    for text, kind in REFUSED:
        error = refusal(text, kind)
        why = error.message.partition("»")[2].partition(": ")[2]
        cure = "put texts in quotes, or require the name" if "is not known" in why else error.cure
        where = f"cell of a {_type(kind)}" if kind else "expression"
        yield [code(text), where, why.replace("|", "\\|"), cure.replace("|", "\\|")]
