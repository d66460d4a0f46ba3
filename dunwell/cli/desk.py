"""`dunwell desk`: the pages for those who talk to customers, on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.cli.rulebooks import Language
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

app = typer.Typer(help="The desk: pages for those who talk to customers.", invoke_without_command=True)

# Everything that was recorded in between is linked into a block of the chain.
SEAL_SECONDS = 60
STOP_SECONDS = 15
SERVER = (
    "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws", "--log-level", "error", "--blocking-threads", "4",
    "--workers-kill-timeout", "5",
)  # fmt: skip


@app.callback()
def desk(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1.")] = 8750,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    lang: Annotated[Language, typer.Option("--lang", help="The language of these lines.")] = Language.EN,
) -> None:
    """Open the desk on this machine until Ctrl-C; an empty house gets the sample and invented people of each role."""
    if context.invoked_subcommand is not None:
        return
    _pages_are_there()
    open_house()
    _demonstrate(lang)
    address = f"http://127.0.0.1:{port}/"
    console.print(f"\nThe desk: [bold]{address}[/]  ·  Ctrl-C ends it", highlight=False)
    _serve(port=port, workers=workers)


@app.command()
def login(codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Whom of the staff.")]) -> None:
    """Give somebody a log-in: a new password and second factor, shown once, in the place of the earlier ones."""
    open_house()
    _show(_ask(*codes))
    seal_evidence()


@app.command()
def digits(code: Annotated[str, typer.Argument(metavar="CODE", help="One of the demo's people.")]) -> None:
    """Show the six digits of a demo person's second factor; real people have a device for that."""
    open_house()
    from dunwell.cli.demo_staff import CODES

    if code not in CODES.values():
        raise DunwellError("this is nobody of the demo", place=code, cure=f"one of {', '.join(CODES.values())}")
    console.print(_ask(code, digits=True)[0]["digits"], highlight=False)


def _pages_are_there() -> None:
    if not (ROOT / "web" / "node_modules" / "@tabler").exists():
        raise DunwellError(
            "the files that the pages show themselves with are missing", place="web", cure="run: make web"
        )


def _demonstrate(lang: Language) -> None:
    """This function will fill an empty house, and give the demo's people new log-ins; never in a house with its own."""
    from dunwell.access.models import Staff
    from dunwell.cli import demo, demo_staff
    from dunwell.ledger.models import Party

    if not Party.objects.exists() and not Staff.objects.exists():
        demo.demo(out=Path("out"), lang="zh" if lang is Language.ZH else "en")
    codes = list(demo_staff.CODES.values())
    known = set(Staff.objects.values_list("code", flat=True))
    if known - set(codes) or not known:
        return
    _certify(*(code for code in codes if code in known))
    _show(_ask(*(code for code in codes if code in known)))
    console.print(
        "Demo staff, invented; the passwords and secrets are new at every start. Add a secret to any authenticator, "
        "or see its digits: .venv/bin/dunwell desk digits DEMO-COL-1",
        highlight=False,
    )


def _certify(*codes: str) -> None:
    """This function will let the demo's collectors pass their yearly exam, unless they have."""
    from dunwell.compliance.supervision.actions import Told, state
    from dunwell.compliance.supervision.queries import standings

    for code in codes:
        if not standings(staff=code, agency=None, on=today()):
            told = Told(kind="certified", from_on=today(), until_on=None, reason="demonstration")
            state("staff", code=code, told=told, by=operator(), at=now())
    seal_evidence()


def _ask(*codes: str, digits: bool = False) -> list[dict[str, str]]:
    """This function will ask the desk by its command: one door does not reach into another."""
    from django.core.management import call_command

    told = StringIO()
    call_command("desk_login", *codes, by=operator(), digits=digits, stdout=told)
    return list(json.loads(told.getvalue()))


def _show(given: list[dict[str, str]]) -> None:
    table = Table("code", "password", "secret of the second factor (TOTP)", header_style="bold")
    for one in given:
        table.add_row(one["code"], one["password"], one["secret"])
    console.print(table)


def _serve(*, port: int, workers: int) -> None:
    """This function will run the server beside this process, which seals the evidence, until one of them ends."""
    command = [sys.executable, "-m", "granian", *SERVER, "--port", str(port), "--workers", str(workers)]
    environment = os.environ | {"DUNWELL_PLAIN_HTTP": "1"}
    server = subprocess.Popen([*command, "dunwell.desk.wsgi:application"], env=environment)
    try:
        while server.poll() is None:
            try:
                server.wait(SEAL_SECONDS)
            except subprocess.TimeoutExpired:
                seal_evidence()
    except KeyboardInterrupt:
        console.print("The desk is closed.")
    finally:
        _end(server)
        seal_evidence()
    if server.returncode not in (0, -2, -9, -15):
        raise DunwellError("the server did not start or broke off", place=f"port {port}", cure="choose another --port")


def _end(server: subprocess.Popen[bytes]) -> None:
    """This function will let the server finish what it answers, and end it where it does not end by itself."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
