"""`dunwell evidence`: seal, verify, show and prove what was done."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dunwell.cli.house import console, now, open_house
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.evidence.chain import Proof, Verification

app = typer.Typer(help="Seal, verify, show and prove the record of actions.", no_args_is_help=True)


@app.command()
def verify(
    head: Annotated[str, typer.Option(help="A head hash noted earlier: it must still be in the chain.")] = "",
    chain_only: Annotated[bool, typer.Option("--chain-only", help="Leave out the facts themselves.")] = False,
) -> None:
    """Recompute the whole chain and every fact; name what is broken (exit code 1) and the rows not yet sealed."""
    expected = read_hash(head)
    open_house()
    from dunwell.evidence import queries

    found = queries.verify(head=expected)
    _tell(found)
    if not found.whole or not (chain_only or _facts_are_sound()):
        raise typer.Exit(1)


def _facts_are_sound() -> bool:
    """This function will recompute every fact's digest, say what differs, and tell whether nothing does."""
    from dunwell.ledger.queries import verify_batches

    found = verify_batches()
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    say(f"{found.facts:,} facts of {found.batches:,} batches checked")
    for fault in found.faults:
        say(f"broken: batch {fault.batch}, {fault.place}: {fault.problem}", style="bold red")
    if found.sound:
        say("the facts are whole", style="bold green")
    return found.sound


def read_hash(text: str) -> bytes | None:
    """This function will read a hash of 64 hexadecimal digits; None for no text."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b"?"
    if value and len(value) != 32:
        raise DunwellError(f"{text!r} is not a hash", place="--head", cure="give the 64 digits that verify printed")
    return value or None


def _tell(found: Verification) -> None:
    """This function will print what a verification found, the fault last."""
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    say(f"{found.rows:,} rows checked, {found.blocks:,} blocks")
    if found.unsealed:
        listed = ", ".join(map(str, found.unsealed_ids))
        more = " ..." if found.unsealed > len(found.unsealed_ids) else ""
        say(f"{found.unsealed:,} not yet sealed: {listed}{more}")
    say(f"head {found.head.hex()}")
    if found.whole:
        say("the chain is whole", style="bold green")
    else:
        say(f"broken: {found.place} {found.reason}", style="bold red")


@app.command()
def seal() -> None:
    """Link every row that is not yet sealed into one new block."""
    open_house()
    from dunwell.evidence import actions

    block = actions.seal(at=now())
    if block is None:
        console.print("nothing to seal")
        return
    console.print(f"block {block.number}: {block.rows:,} rows", highlight=False)
    console.print(f"head {bytes(block.hash).hex()}", highlight=False, soft_wrap=True)


@app.command()
def show(last: Annotated[int, typer.Option(min=1, max=1000, help="How many rows.")] = 20) -> None:
    """Show the latest rows, newest first."""
    open_house()
    from dunwell.evidence import queries

    table = Table("row", "at", "by", "action", "subject", "detail", "block", header_style="bold")
    for row in queries.latest(last):
        leaf = getattr(row, "leaf", None)
        detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True)
        block = str(leaf.block_id) if leaf else "-"
        table.add_row(str(row.id), f"{row.at:%Y-%m-%d %H:%M:%S}Z", row.by, row.action, row.subject, detail, block)
    console.print(table, markup=False)


@app.command()
def prove(row: Annotated[int, typer.Argument(help="The row's number, as `show` prints it.")]) -> None:
    """Print the proof that one row is in its block, as JSON that stands by itself."""
    open_house()
    from dunwell.evidence import queries

    typer.echo(json.dumps(document(queries.prove(row)), ensure_ascii=False, indent=2))


def document(proof: Proof) -> dict[str, object]:
    """This function will write a proof as docs/reference/evidence-format.md describes it."""
    row, block = proof.row, proof.block
    return {
        "row": {
            "id": row.id,
            "at": row.at.isoformat(),
            "by": row.by,
            "action": row.action,
            "subject": row.subject,
            "detail": row.detail,
            "canonical": row.canonical().hex(),
        },
        "block": {
            "number": block.number,
            "sealed_at": block.sealed_at.isoformat(),
            "rows": block.rows,
            "merkle_root_sha256": block.merkle_root_sha256.hex(),
            "merkle_root_sm3": block.merkle_root_sm3.hex(),
            "previous_hash": block.previous_hash.hex(),
            "hash": block.hash().hex(),
        },
        "index": proof.index,
        "path_sha256": [node.hex() for node in proof.path_sha256],
        "path_sm3": [node.hex() for node in proof.path_sm3],
    }
