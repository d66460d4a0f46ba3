"""`dunwell settle`: what was agreed with customers, and the daily review of what became of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.cli.plan import AsOf, Language, read_day, read_language
from dunwell.facts.errors import DunwellError
from dunwell.facts.money import Money

if TYPE_CHECKING:
    from dunwell.ledger.models import Account, Party
    from dunwell.settle.agreements.queries import Agreement

app = typer.Typer(help="Agreements: promises, instalment plans, and what became of them.", no_args_is_help=True)
Customer = Annotated[str, typer.Argument(help="The customer: SOURCE/ID.")]
AccountName = Annotated[str, typer.Option("--account", help="The account; the one that is most overdue if omitted.")]
Means = Annotated[str, typer.Option(help="online, transfer, direct_debit, card, counter or other.")]
LOCALES = {"en": "en", "zh-hans": "zh_Hans_CN"}
Key = Annotated[str, typer.Option(help="Names this order: given twice it is carried out once.")]


def _money(text: str, *, place: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise DunwellError(f"{text!r} is not a sum", place=place, cure="write it like 120.50") from None


def _party(name: str) -> Party:
    from dunwell.ledger.models import Party

    source, _, external_id = name.partition("/")
    found = Party.objects.filter(source=source, external_id=external_id).first()
    if found is None:
        raise DunwellError(f"nobody is known as {name}", place="settle", cure="name the customer as SOURCE/ID")
    return found


def _account(party: Party, name: str, *, on: date) -> Account:
    from dunwell.portrait.queries import owed

    rows = [row for row in owed(party.pk, on=on) if name in ("", row.account.external_id)]
    if not rows:
        raise DunwellError("the customer has no such account", place="--account", cure="see: dunwell ledger --help")
    return rows[0].account


def _asked(customer: str, account: str, key: str) -> Any:
    from dunwell.settle.agreements.actions import Asked

    party, at = _party(customer), now()
    asked = Asked(party=party.pk, account=None, key=key or f"cli/{uuid4().hex}", by=operator(), at=at)
    return Asked(party=asked.party, account=_account(party, account, on=asked.on).pk, key=asked.key, by=asked.by, at=at)


@app.command()
def promise(
    customer: Customer,
    amount: Annotated[str, typer.Option(help="The sum, such as 120.50; what is overdue if omitted.")] = "",
    due: Annotated[str, typer.Option(help="The day by which it is paid, YYYY-MM-DD; today if omitted.")] = "",
    account: AccountName = "",
    means: Means = "online",
    key: Key = "",
) -> None:
    """Write down a promise to pay: collection contacts rest until the day after its tolerance."""
    open_house()
    from dunwell.settle.agreements import actions
    from dunwell.settle.agreements.kinds import Means as Ways

    asked = _asked(customer, account, key)
    known = actions.owing(asked.party, account=asked.account, on=asked.on)
    total = _money(amount, place="--amount") or (known.overdue if known else None)
    ways = {way.value: way for way in Ways}
    made = actions.promise(asked, amount=total, due_on=read_day(due) if due else asked.on, means=ways.get(means))
    seal_evidence()
    told = Money(made.amount, made.account.currency).read("en")
    console.print(f"promise {made.pk}: {told} by {made.due_on}", highlight=False)


@app.command()
def plan(
    customer: Customer,
    count: Annotated[int, typer.Option(help="How many instalments.")] = 3,
    total: Annotated[str, typer.Option(help="The sum; what is overdue if omitted.")] = "",
    first: Annotated[str, typer.Option(help="The day of the first instalment, YYYY-MM-DD; today if omitted.")] = "",
    every: Annotated[str, typer.Option(help="month or fortnight.")] = "month",
    account: AccountName = "",
    key: Key = "",
    show: Annotated[bool, typer.Option("--show", help="Only show the schedule; agree nothing.")] = False,
) -> None:
    """Agree an instalment plan without interest, or show its schedule."""
    open_house()
    from dunwell.settle.agreements import actions, checks
    from dunwell.settle.agreements.kinds import Interval
    from dunwell.settle.agreements.policy import policy
    from dunwell.settle.refusals import NotAgreedError

    asked = _asked(customer, account, key)
    known = actions.owing(asked.party, account=asked.account, on=asked.on)
    interval = {one.value: one for one in Interval}.get(every)
    sum_ = _money(total, place="--total") or (known.overdue if known else None)
    day = read_day(first) if first else asked.on
    wanted = checks.PlanAsked(total=sum_, count=count, interval=interval, first_on=day)
    if not show:
        made = actions.agree_plan(asked, plan=wanted)
        seal_evidence()
        told = Money(made.total, made.account.currency).read("en")
        console.print(f"plan {made.pk}: {told} in {count} instalments", highlight=False)
    elif known is not None:
        faults = checks.plan(wanted, owing=known, affordable=None, on=asked.on, policy=policy())
        if faults:
            raise NotAgreedError(faults, place="plan")
        for number, step in enumerate(checks.drawn(wanted, currency=known.currency), start=1):
            amount = Money(step.amount, known.currency).read("en")
            console.print(f"{number:>3}  {step.due_on}  {amount}", highlight=False)


@app.command()
def review(as_of: AsOf = "") -> None:
    """Tell what became of the agreements: kept, broken, and the holds that end. A second run tells nothing new."""
    day = read_day(as_of)
    if day > today():
        cure = "leave it out, or give a day that has begun"
        raise DunwellError(f"nobody knows yet what is kept on {day}", place="--as-of", cure=cure)
    open_house()
    from dunwell.settle.agreements.reviewing import review as look

    found = look(as_of=day, by=operator(), at=now())
    seal_evidence()
    console.print(
        f"{found.looked_at:,} agreements: {found.kept:,} kept, {found.broken:,} broken, {found.reopened:,} reopened; "
        f"{found.released:,} holds ended",
        highlight=False,
    )


@app.command("list")
def list_(
    customer: Annotated[str, typer.Argument(help="The customer, SOURCE/ID; everybody if omitted.")] = "",
    as_of: AsOf = "",
    back: Annotated[int, typer.Option(help="Also what was over so many days ago.")] = 30,
    lang: Language = "en",
) -> None:
    """List agreements and how they stand on a day."""
    language, day = read_language(lang), read_day(as_of)
    open_house()
    from psycopg import sql

    from dunwell.settle.agreements import queries

    if customer:
        found = queries.of_customer(_party(customer).pk, on=day)
    else:
        found = queries.around(on=day, back=back, reach=sql.SQL("TRUE"), parameters={})
    console.print(_table(found, language))


def _table(found: list[Agreement], language: str) -> Table:
    table = Table("agreement", "account", "sum", "paid", "until", "state", "since")
    for one in found:
        row = (
            f"{one.kind.word(language)} {one.id}",
            one.account_name,
            Money(one.total, one.currency).read(LOCALES[language]),
            Money(one.standing.paid, one.currency).read(LOCALES[language]),
            str(one.last_due_on),
            one.standing.state.word(language),
            str(one.standing.since),
        )
        table.add_row(*map(escape, row))
    return table
