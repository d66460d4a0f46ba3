"""`dunwell person`: find a person by what is sealed, and erase what is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.ledger.persons import Found

app = typer.Typer(help="Find a person by sealed data; erase a person.", no_args_is_help=True)


@app.command()
def find(
    name: Annotated[str, typer.Option(help="The whole name, as a source wrote it.")] = "",
    identity: Annotated[str, typer.Option(help="The number of an identity document or a registration.")] = "",
    contact: Annotated[str, typer.Option(help="A telephone number, an email address, an account name.")] = "",
) -> None:
    """Find persons by one exact value; prints their ids, names masked."""
    given = {field: value for field, value in (("name", name), ("identity", identity), ("contact", contact)) if value}
    if len(given) != 1:
        raise DunwellError(
            f"{len(given) or 'no'} values to look for",
            place="person find",
            cure="give one of --name, --identity, --contact",
        )
    open_house()
    from dunwell.ledger.persons import find_person

    [(field, value)] = given.items()
    _show(find_person(field=field, value=value))


def _show(found: list[Found]) -> None:
    """This function will print the persons as a table, or that there are none."""
    if not found:
        console.print("nobody")
        return
    table = Table("person", "kind", "name", header_style="bold")
    for person in found:
        table.add_row(f"{person.source}/{person.external_id}", person.kind, person.masked_name or "")
    console.print(table, markup=False)


@app.command()
def erase(
    person: Annotated[str, typer.Argument(metavar="SOURCE/EXTERNAL_ID", help="As `dunwell person find` prints it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy the key of one person: what is sealed can never be read again, by anybody."""
    source, _, external_id = person.partition("/")
    if not (source and external_id):
        raise DunwellError(f"{person!r} names no person", place="person erase", cure="write it as SOURCE/EXTERNAL_ID")
    if not yes:
        typer.confirm(f"Erase {person}? Names, numbers and notes can never be read again.", abort=True)
    open_house()
    from dunwell.ledger.persons import erase_person

    erased = erase_person(source=source, external_id=external_id, by=operator(), at=now())
    console.print(f"{person} is erased" if erased else f"{person} was erased before", markup=False, highlight=False)
