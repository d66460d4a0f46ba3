"""`dunwell evidence`, as a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from subprocess import CompletedProcess

from dunwell.evidence.models import Row
from dunwell.evidence.rules import sm3
from dunwell.evidence.tree import implied_root

Tell = Callable[..., list[int]]
Dunwell = Callable[..., CompletedProcess[str]]


def lines(process: CompletedProcess[str]) -> list[str]:
    """This function will return what a command printed, line by line, once it went well."""
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


WHOLE = ("the chain is whole", "0 facts of 0 batches checked", "the facts are whole")


def test_from_empty_to_broken(
    tell: Tell, dunwell: Dunwell, tampering: Callable[[], AbstractContextManager[None]]
) -> None:
    assert lines(dunwell("evidence", "verify")) == ["0 rows checked, 0 blocks", f"head {'0' * 64}", *WHOLE]
    assert lines(dunwell("evidence", "seal")) == ["nothing to seal"]
    ids = tell(3)
    told = lines(dunwell("evidence", "verify"))
    assert told[:2] == ["3 rows checked, 0 blocks", f"3 not yet sealed: {', '.join(map(str, ids))}"]
    sealed = lines(dunwell("evidence", "seal"))
    assert sealed[0] == "block 1: 3 rows"
    head = sealed[1].removeprefix("head ")
    assert lines(dunwell("evidence", "verify", "--head", head)) == [
        "3 rows checked, 1 blocks",
        f"head {head}",
        *WHOLE,
    ]
    with tampering():
        Row.objects.filter(id=ids[1]).update(by="somebody")
    broken = dunwell("evidence", "verify")
    assert broken.returncode == 1
    assert broken.stdout.splitlines()[-1] == (f"broken: row {ids[1]} was altered: its columns do not give its digests")


def test_show(tell: Tell, dunwell: Dunwell) -> None:
    first, second = tell(2, note="[bold]as it is[/]")
    assert lines(dunwell("evidence", "seal"))
    [third] = tell(1)
    text = "\n".join(lines(dunwell("evidence", "show", "--last", "2")))
    assert str(third) in text
    assert str(second) in text
    assert "[bold]as it is[/]" in text
    assert "2026-03-01 08:30:00Z" in text
    assert f"{first} " not in text


def test_a_printed_proof_stands_by_itself(tell: Tell, dunwell: Dunwell) -> None:
    """Nothing but the document and the two digests is needed."""
    ids = tell(5)
    lines(dunwell("evidence", "seal"))
    proof = json.loads(dunwell("evidence", "prove", str(ids[3])).stdout)
    canonical = bytes.fromhex(proof["row"]["canonical"])
    for name, digest in (("sha256", lambda data: sha256(data).digest()), ("sm3", sm3)):
        path = [bytes.fromhex(node) for node in proof[f"path_{name}"]]
        place = {"index": proof["index"], "size": proof["block"]["rows"]}
        assert implied_root(digest(canonical), path=path, digest=digest, **place) == bytes.fromhex(
            proof["block"][f"merkle_root_{name}"]
        )


def test_errors_are_one_line(tell: Tell, dunwell: Dunwell) -> None:
    [number] = tell(1)
    for arguments, said in (
        (("prove", str(number)), "is not yet sealed"),
        (("prove", "999999999"), "does not exist"),
        (("verify", "--head", "abc"), "is not a hash"),
        (("verify", "--head", "zz" * 32), "is not a hash"),
    ):
        done = dunwell("evidence", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
