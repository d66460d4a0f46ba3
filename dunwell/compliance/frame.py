"""May we make these contacts? The rulebook over a whole table of candidates, as one Ibis expression.

What the rules count is gathered once per customer, judged there where that is possible, and joined to the candidates;
there each rule is one bit of a word. Whoever reads rules and hours has the words spelled, and only for the rows that he
reads: texts are slow to write. A null that a rule needs refuses: nothing is allowed because nobody wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Value

from dunwell.compliance.beforehand import SPOKEN, WORD, Beforehand, Spoken, speaks
from dunwell.compliance.kinds.gathering import Gathering
from dunwell.compliance.kinds.kind import Fact, Granted, channel_bit, channel_bits, listed, only_if
from dunwell.compliance.kinds.question import ACTORS, CHANNELS
from dunwell.compliance.kinds.shares import countable, without_wrong_numbers
from dunwell.compliance.kinds.windows import DAY_MINUTES, Window, clock, lawful, longest, zone_names
from dunwell.compliance.kinds.wished_day import WishedDay, span_minute
from dunwell.compliance.kinds.wishes import Wishes
from dunwell.compliance.rulebook.model import Enforcement, Rule, Rulebook, RulebookError
from dunwell.compliance.rulebook.scope import Scope

# Rules about hours that bind some rows only: every combination of them is worked out beforehand.
PARTIAL_MAX = 6
# How the column of rules of each sort begins.
LEVELS: Mapping[Enforcement, str] = {"block": "refused", "warn": "warned", "review": "review"}


def mask(candidates: Table, *, tables: Mapping[str, Table], portrait: Table, rulebook: Rulebook, on: date) -> Table:
    """This function will judge every candidate for the day `on` of its customer's own calendar, in words.

    The result is the candidates with these columns more: `allowed`; `refused_rules`, `warned_rules`, `review_rules`
    (ids in rulebook order, joined by `;`, '' if none: what is under review must not go out without a person);
    `window_from` and `window_until`, the longest lawful window of the day as HH:MM in `window_zone`, null if no hour
    is lawful; `earliest_on`, the first day on which all that refuses today has ended by what is known today, null if
    that is unknown or nothing refuses. Rules that are judged at the gate only are left out.

    Where the candidates and `tables["contacts"]` tell `debts` (a list of texts), `claim` or `household`, rules that
    count by them do; else they count by creditor. Contacts that tell `wrong_number` count for nobody.
    """
    told = verdicts(candidates, tables=tables, portrait=portrait, rulebook=rulebook, on=on)
    return spelled(told, rulebook=rulebook, on=on)


def verdicts(candidates: Table, *, tables: Mapping[str, Table], portrait: Table, rulebook: Rulebook, on: date) -> Table:
    """This function will judge the same as `mask`, in numbers that `spelled` turns into words.

    The candidates have these columns more: `allowed` and `earliest_on`; `spoken_0` and so on, the rules that speak as
    bits, by their place in the rulebook of the day; `window_opens` and `window_closes`, in minutes from midnight, and
    `zone_number`, the place of the zone in the alphabet of all.
    """
    book = rulebook.on(on)
    rules = _planned(book)
    wishes = {number: rule.terms for number, rule in rules.items() if isinstance(rule.terms, Wishes)}
    hours = list(_hours(rules, zones=book.zones, on=on))
    if len({item.windows if wishes else item.window for item in hours}) == 1 and hours[0].window:
        # Every row has the same hours, so these rules have nothing to ask and nothing to refuse.
        rules = {number: rule for number, rule in rules.items() if rule.terms.windows() is None}
        hours = hours[:1]
    tables = without_wrong_numbers(tables)
    asked = {
        number: {name: countable(fact, candidates=candidates, tables=tables) for name, fact in _asked(number, rule)}
        for number, rule in rules.items()
    }
    gathering = Gathering(tables, {name: fact for facts in asked.values() for name, fact in facts.items()}, on)
    reaches = {number: _reach(rule) for number, rule in rules.items() if not _everywhere(rule)}
    beforehand, scopes = Beforehand(rules, asked, on, _named(reaches)), _scopes(rules.values())
    persons = gathering.of_customers(_persons(portrait, rules=rules.values(), scopes=scopes, zones=book.zones))
    rows = _known(candidates, persons=beforehand.of_customers(persons), scopes=scopes, zones=book.zones)
    files = gathering.files()
    rows = gathering.of_contacts(rows, files=None if files is None else beforehand.of_files(files))
    binds = {number: _binds(rows, rule=rule, number=number) for number, rule in rules.items()}
    rows = rows.mutate(**_by_hours(rows, hours=hours, binds=binds, numbered=bool(wishes)))
    if wishes:
        always = frozenset(number for number in wishes if _everywhere(rules[number]))
        day = WishedDay(wishes, tuple(item.windows for item in hours), on, always)
        rows = day.beside(rows, wishes=_wishes(tables), binds=binds)
        rows = rows.mutate(
            mask_from=ifelse(rows.mask_left.notnull(), span_minute(rows, end=False), rows.mask_from),
            mask_until=ifelse(rows.mask_left.notnull(), span_minute(rows, end=True), rows.mask_until),
        )
    bound = {like: _binds(rows, rule=rules[number], number=number) for number, like in beforehand.binds.items()}
    spoken = beforehand.of_contacts(rows, persons=persons, bound=bound)
    return spoken.rows.select(*candidates.columns, **_results(spoken, rules=rules, zones=book.zones))


def _planned(book: Rulebook) -> dict[int, Rule]:
    """This function will number the rules that speak of a day as a whole."""
    planned = ((number, rule) for number, rule in enumerate(book.rules) if not rule.terms.at_gate_only)
    return {number: rule for number, rule in planned if rule.narrows or not rule.terms.about_hours}


def _scopes(rules: Iterable[Rule]) -> dict[str, Scope]:
    """This function will name the column of each scope once, however many rules share it."""
    return {_scope_column(rule.applies): rule.applies for rule in rules if rule.applies}


def _scope_column(scope: Scope) -> str:
    return f"mask_in_{sha256(scope.model_dump_json().encode()).hexdigest()[:12]}"


def _persons(portrait: Table, *, rules: Iterable[Rule], scopes: Mapping[str, Scope], zones: tuple[str, ...]) -> Table:
    """This function will pick what the rules read of the portrait, and tell whom each scope binds."""
    asked = {column for rule in rules for column in rule.terms.portrait_columns()}
    asked |= {column for scope in scopes.values() for column in scope.portrait_columns()}
    known = _zones()
    persons = portrait.left_join(known, portrait.time_zone == known.mask_zone).select(
        party_id=portrait.party_id,
        mask_zone=known.mask_zone,
        mask_zone_number=known.mask_zone_number,
        **{f"mask_of_{column}": portrait[column] for column in sorted(asked)},
    )
    here = {name: scope.column(persons, zones=zones) for name, scope in scopes.items()}
    return persons.mutate(**here) if here else persons


def _known(candidates: Table, *, persons: Table, scopes: Mapping[str, Scope], zones: tuple[str, ...]) -> Table:
    """This function will put beside each candidate what is known of its customer; unknown names become null."""
    persons = persons.rename(mask_party="party_id")
    rows = candidates.left_join(persons, candidates.party_id == persons.mask_party)
    return rows.mutate(
        mask_channel_bit=channel_bit(rows.channel),
        mask_who_known=rows.mask_party.notnull() & rows.actor.isin(ACTORS).fill_null(False),
        **{name: rows[name].fill_null(scope.nobody_knows(zones)) for name, scope in scopes.items()},
    )


def _zones() -> Table:
    """This function will number the zones in the order of the alphabet."""
    kind = "array<struct<mask_zone: string, mask_zone_number: int16>>"
    rows = [{"mask_zone": name, "mask_zone_number": number} for number, name in enumerate(sorted(zone_names()))]
    # Not `ibis.memtable`: it loads pandas, which takes a second and is needed for nothing else.
    return literal(rows, kind).unnest().name("row").as_table().unpack("row")


def _asked(number: int, rule: Rule) -> Iterator[tuple[str, Fact]]:
    yield from ((f"mask_{number}_{name}", fact) for name, fact in rule.terms.facts().items())
    if rule.unless and rule.unless.consent:
        yield f"mask_opens_{number}", Granted(rule.unless.consent)


def _everywhere(rule: Rule) -> bool:
    """This function will tell whether the rule binds every row."""
    return (
        not (rule.unless and rule.unless.consent)
        and rule.applies is None
        and set(rule.channels) >= set(CHANNELS)
        and set(rule.actors) >= set(ACTORS)
    )


def _binds(rows: Table, *, rule: Rule, number: int) -> BooleanValue:
    """This function will tell whether the rule is about the row; an unknown channel or actor is bound."""
    others = literal(channel_bits(set(CHANNELS) - set(rule.channels)), "int32")
    bound = [(rows.mask_channel_bit & others) == 0] if set(rule.channels) < set(CHANNELS) else []
    bound += [] if set(rule.actors) >= set(ACTORS) else [listed(rows.actor, names=rule.actors, known=ACTORS)]
    bound += [~rows[f"mask_opens_{number}"]] if rule.unless and rule.unless.consent else []
    bound += [rows[_scope_column(rule.applies)], rule.applies.for_creditor(rows.creditor)] if rule.applies else []
    return _all_of(bound)


# ---- hours -----------------------------------------------------------------------------------------------------------


class Hours(NamedTuple):
    """The lawful windows of the rows whose zone is known or not and which these rules bind or do not."""

    zone_known: bool
    bound: Mapping[int, bool]
    windows: tuple[Window, ...]

    @property
    def window(self) -> Window | None:
        return longest(self.windows)


def _hours(rules: Mapping[int, Rule], *, zones: tuple[str, ...], on: date) -> Iterator[Hours]:
    """This function will work out the hours of every combination of rules that may bind a row.

    Rules that bind the very same rows are one in this: each stands under the first of its like.
    """
    told = {number: rule.terms.windows() for number, rule in rules.items() if rule.narrows}
    windows = {number: hours for number, hours in told.items() if hours is not None}
    first: dict[object, int] = {}
    like = {n: first.setdefault(_reach(rules[n]), n) for n in windows if not _everywhere(rules[n])}
    if len(first) > PARTIAL_MAX:
        raise RulebookError(
            f"rules about hours bind {len(first)} sets of contacts; the mask works with {PARTIAL_MAX} at most",
            place="rulebooks",
            cure="join rules with the same hours, or load fewer layers",
        )
    for zone_known, *ties in product((True, False), repeat=len(first) + 1):
        bound = dict(zip(first.values(), ties, strict=True))
        binding = tuple(hours for number, hours in windows.items() if bound.get(like.get(number, -1), True))
        day = lawful(on, rules=binding, zones=None if zone_known else zones)
        yield Hours(zone_known, bound, day)


def _reach(rule: Rule) -> object:
    """This function will tell which rows a rule binds, in a form that is equal for rules that bind the same."""
    return frozenset(rule.channels), frozenset(rule.actors), rule.unless and rule.unless.consent, rule.applies


def _named(reaches: Mapping[int, object]) -> dict[int, str]:
    """This function will give rules that bind the same rows one name: that of the first of them."""
    first: dict[object, int] = {}
    return {number: f"like_{first.setdefault(reach, number)}" for number, reach in reaches.items()}


def _by_hours(
    rows: Table, *, hours: list[Hours], binds: Mapping[int, BooleanValue], numbered: bool
) -> dict[str, Value]:
    """This function will tell each row its hours; where all rows have the same, without looking at them.

    `numbered`: and which of the `hours` they are, as `mask_hours`. `mask_closed`: none are left by the rules.
    """
    starts, ends = ([_minute(item.window, end=end) for item in hours] for end in (False, True))
    if len(hours) == 1:
        number = {"mask_hours": literal(0, "int32")} if numbered else {}
        closed = literal(hours[0].window is None)
        return {"mask_from": starts[0], "mask_until": ends[0], "mask_closed": closed, **number}
    conditions = [
        _all_of(
            [
                rows.mask_zone_number.notnull() == item.zone_known,
                *(binds[number] == tied for number, tied in item.bound.items()),
            ]
        )
        for item in hours
    ]
    return {
        "mask_from": ibis.cases(*zip(conditions, starts, strict=True)),
        "mask_until": ibis.cases(*zip(conditions, ends, strict=True)),
        "mask_closed": ibis.cases(*((told, item.window is None) for told, item in zip(conditions, hours, strict=True))),
        **(
            {"mask_hours": ibis.cases(*((told, literal(number, "int32")) for number, told in enumerate(conditions)))}
            if numbered
            else {}
        ),
    }


def _wishes(tables: Mapping[str, Table]) -> Table:
    if "wishes" in tables:
        return tables["wishes"]
    raise RulebookError(
        "the snapshot tells no wishes of customers, and a rule asks for them",
        place="wishes.parquet",
        cure="write the snapshot anew, or judge by the rulebooks of its day",
    )


def _all_of(conditions: list[BooleanValue]) -> BooleanValue:
    found: Any = literal(True)
    for condition in conditions:
        found = found & condition
    return found


def _minute(window: Window | None, *, end: bool) -> IntegerValue:
    return literal(None if window is None else window.end if end else window.start, "int16")


# ---- results ---------------------------------------------------------------------------------------------------------

# Columns of the verdicts in numbers that the words take the place of, beside those of the rules.
CODED = ("window_opens", "window_closes", "zone_number")


def _results(spoken: Spoken, *, rules: Mapping[int, Rule], zones: tuple[str, ...]) -> dict[str, Value]:
    blocks = [number for number, rule in rules.items() if rule.enforcement == "block"]
    rows, assumed = spoken.rows, sorted(zone_names()).index(zones[0]) if zones else None
    words = dict.fromkeys(number // WORD for number in rules)
    return {
        "allowed": ~speaks(rows, blocks),
        **{f"spoken_{word}": rows[f"{SPOKEN}{word}"] for word in words},
        "window_opens": rows.mask_from,
        "window_closes": rows.mask_until,
        "zone_number": rows.mask_zone_number if assumed is None else rows.mask_zone_number.fill_null(assumed),
        "earliest_on": spoken.earliest,
    }


def spelled(told: Table, *, rulebook: Rulebook, on: date) -> Table:
    """This function will write verdicts in words: the columns of `mask`, whatever else the rows hold.

    The rulebook and the day are those by which they were judged.
    """
    rules, names = _planned(rulebook.on(on)), sorted(zone_names())
    clocks = [clock(minute) for minute in range(DAY_MINUTES + 1)]
    numbers = {*CODED, *(f"spoken_{number // WORD}" for number in rules), "allowed", "earliest_on"}
    plain = [name for name in told.columns if name not in numbers]
    return told.select(
        *plain,
        "allowed",
        **{f"{title}_rules": _ids(told, rules=rules, level=level) for level, title in LEVELS.items()},
        window_from=_nth(clocks, told.window_opens),
        window_until=_nth(clocks, told.window_closes),
        window_zone=_nth(names, told.zone_number),
        earliest_on=told.earliest_on,
    )


def _nth(names: list[str], number: IntegerValue) -> StringValue:
    """This function will name a number by its place in a list, null if it is null."""
    name: StringValue = literal(names, "array<string>")[number]
    return name


def _ids(told: Table, *, rules: Mapping[int, Rule], level: Enforcement) -> StringValue:
    """This function will join the ids of the rules that speak on the row."""
    # Rules about hours that every row keeps are not judged: where a word would hold no others, there is none.
    judged = {n: rule for n, rule in rules.items() if f"spoken_{n // WORD}" in told.columns}
    those = [number for number, rule in judged.items() if rule.enforcement == level]
    if not those:
        return literal("")
    names = [only_if(speaks(told, [n], prefix="spoken_"), literal(judged[n].id)) for n in those]
    # Many rows have nothing to say; the text is put together, without its nulls, only for the others.
    return ifelse(speaks(told, those, prefix="spoken_"), literal(";").join(names), "")
