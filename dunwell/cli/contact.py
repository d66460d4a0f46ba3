"""`dunwell contact`: ask the gate for leave, see what it says, tell what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence
from dunwell.cli.rulebooks import RULEBOOKS, Lang, Language, Root
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.compliance.proposal import Refused
    from dunwell.compliance.rulebook.model import Rulebook

app = typer.Typer(help="The gate: permits to contact a customer, and what came of it.", no_args_is_help=True)
Customer = Annotated[str, typer.Argument(metavar="SOURCE/EXTERNAL_ID", help="As the plan prints it.")]


@app.command()
def attempt(
    customer: Customer,
    channel: Annotated[str, typer.Option(help="sms, app_push, email, voice, social, letter or visit.")],
    account: Annotated[str | None, typer.Option(help="The account it is about; needed with several creditors.")] = None,
    text: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The message, filled in.")] = None,
    script: Annotated[str | None, typer.Option(help="The script that the message was made from.")] = None,
    staff: Annotated[str | None, typer.Option(help="The collector who makes it; without one a robot does.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency that makes it.")] = None,
    recorded: Annotated[bool, typer.Option("--recorded", help="The call will be recorded.")] = False,
    purpose: Annotated[
        str, typer.Option(help="collection, location, reply, required_by_law, confirmation.")
    ] = "collection",
    reviewed_by: Annotated[str | None, typer.Option(help="The person who has looked at what needs a person.")] = None,
    key: Annotated[str | None, typer.Option(help="One key, one contact: asking again makes no second one.")] = None,
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M%z"], help="The moment; default: now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whether it would be allowed.")] = False,
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Ask for leave to make one contact. With a permit the attempt is on record; a refusal ends with 1."""
    open_house()
    from dunwell.compliance.kinds.question import Candidate
    from dunwell.compliance.proposal import Proposal, Refused
    from dunwell.compliance.rulebook.reading import load
    from dunwell.contact import actions
    from dunwell.contact.queries import addressee

    whom = addressee(customer, account=account)
    candidate = Candidate(
        channel=channel,
        creditor=whom.creditor,
        actor="human" if staff else "robot",
        purpose=purpose,
        debts=(whom.account_name,) if whom.account_name else (),
        staff=staff,
        agency=agency,
        recorded=recorded or None,
        text=text.read_text(encoding="utf-8").strip() if text else None,
        script=script,
    )
    proposal = Proposal(
        party=whom.party,
        account=whom.account,
        product_line=whom.product_line,
        candidate=candidate,
        overdue_since=_overdue_since(customer),
        key=key,
        reviewed_by=reviewed_by,
    )
    rulebook = load((rulebooks,))
    moment = at or now()
    if dry_run:
        answer = actions.ask(proposal, rulebook=rulebook, at=moment)
    else:
        answer = actions.attempt(proposal, rulebook=rulebook, by=operator(), at=moment)
        seal_evidence()
    if isinstance(answer, Refused):
        _show_refusal(answer, rulebook=rulebook, lang=lang)
        raise typer.Exit(1)
    if dry_run:
        console.print("[green]allowed[/]: nothing was recorded")
        return
    console.print(
        f"[green]permit {answer.contact_id}[/] until {answer.expires_at.astimezone(UTC):%H:%M:%S} UTC, for one contact"
    )
    for rule in answer.warned_rules.split(";") if answer.warned_rules else ():
        console.print(f"[yellow]{rule}[/] {rulebook.sentence(rule, language=lang)}", markup=True)
    console.print(f"Then: dunwell contact outcome {answer.contact_id} --answered-by debtor --outcome promise")


def _overdue_since(customer: str) -> date | None:
    """This function will tell since when something is overdue, by the latest plan; None where nobody planned."""
    from dunwell.batch.models import Plan

    row = Plan.objects.filter(customer=customer).select_related("run").order_by("-run__as_of", "-run__made_at").first()
    return row.run.as_of - timedelta(days=row.past_due_days - 1) if row else None


def _show_refusal(refused: Refused, *, rulebook: Rulebook, lang: Language) -> None:
    table = Table("rule", "why", "earliest", header_style="bold", title="refused", title_style="bold red")
    for refusal in (*refused.refusals, *refused.reviews):
        table.add_row(refusal.rule, refusal.reason(lang), f"{refusal.earliest or '—'}")
    console.print(table, markup=False)
    if refused.earliest:
        moment = f"{refused.earliest.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        console.print(f"Allowed by all of them from {moment} on, by what is known now.")
    if refused.needs_person:
        console.print("Time alone does not open it: a person has to look, or a fact has to change.")


@app.command()
def outcome(
    contact: Annotated[int, typer.Argument(help="The number of the permit.")],
    connected: Annotated[
        bool | None, typer.Option("--connected/--not-connected", help="Whether it got through.")
    ] = None,
    answered_by: Annotated[str | None, typer.Option(help="debtor, third_party, voicemail or nobody.")] = None,
    conversation: Annotated[
        bool | None, typer.Option("--conversation/--no-conversation", help="Whether there was a conversation.")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--outcome", help="What came of it: promise, refused, wrong_number …")
    ] = None,
    seconds: Annotated[int | None, typer.Option(help="How long it lasted.")] = None,
    recording: Annotated[str | None, typer.Option(help="The name of the recording.")] = None,
) -> None:
    """Tell what came of an attempt."""
    open_house()
    from dunwell.contact.actions import Outcome, record_outcome
    from dunwell.ledger.kinds import Answerer

    if answered_by is not None and answered_by not in Answerer.values:
        raise DunwellError(
            f"{answered_by!r} is nobody who answers", place="--answered-by", cure=f"one of {', '.join(Answerer.values)}"
        )
    told = Outcome(
        connected=connected,
        answered_by=Answerer(answered_by) if answered_by else None,
        conversation=conversation,
        outcome=code,
        duration_seconds=seconds,
        recording=recording,
    )
    recorded = record_outcome(contact, outcome=told, by=operator(), at=now())
    seal_evidence()
    console.print(f"recorded as fact {recorded}, in the place of {contact}")


@app.command()
def history(
    customer: Customer, most: Annotated[int, typer.Option(min=1, max=1_000, help="How many lines at most.")] = 20
) -> None:
    """Show what was tried with a customer and what was refused, the latest first."""
    open_house()
    from dunwell.contact import queries

    table = Table("when (UTC)", "contact", "channel", "by", "permit", "refused by", "outcome", header_style="bold")
    for tried in queries.history(queries.party_of(customer), most=most):
        who = " ".join(filter(None, (tried.actor, tried.staff, tried.agency)))
        number = str(tried.contact) if tried.contact else "—"
        told = (tried.channel, who, tried.permit, tried.rules.replace(";", " "), tried.outcome or "")
        table.add_row(f"{tried.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", number, *told)
    console.print(table, markup=False)
