"""Style as a test: every rule of the house over every file that git knows or would add.

`python tools/tidy.py` prints one line for each finding and ends with 1 if there is any. The rules lie in
tools/tidying/, each beside the lines it praises and the lines it refuses; tests run those examples.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.fault import Fault  # noqa: E402
from tools.tidying import code, naming, text  # noqa: E402
from tools.tidying.rule import Rule, Source, python  # noqa: E402

RULES: tuple[Rule, ...] = (*text.RULES, *naming.RULES, *code.RULES)

UNTEXTUAL = (".png", ".jpg", ".ico", ".woff2", ".mo", ".parquet", ".xlsx", ".pdf")


def listed(root: Path) -> list[str]:
    """This function will list the files that git tracks or would add, from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
    return sorted(path for path in set(output.split("\0")) if path and (root / path).is_file())


def read(root: Path, *, paths: Iterable[str]) -> Iterator[Source]:
    """This function will read each file of text; a file that is not UTF-8 is read with its strange bytes replaced."""
    tree = frozenset(paths)
    for path in sorted(tree):
        textual = not path.endswith(UNTEXTUAL)
        # newline="" keeps line ends as they are, so that a foreign one is seen.
        with (root / path).open(encoding="utf-8", errors="replace", newline="") as file:
            yield Source(path, file.read() if textual else "", tree)


def faults(source: Source, *, rules: Iterable[Rule] = RULES) -> Iterator[Fault]:
    """This function will hold the rules against one file."""
    if python(source):
        try:
            _ = source.syntax
        except SyntaxError as error:
            yield Fault(source.path, error.lineno or 1, "syntax", error.msg, "mend it; nothing else can be checked")
            return
    for rule in rules:
        for line, message in rule.findings(source):
            yield Fault(source.path, line, rule.name, message, rule.cure)


def main(root: Path = ROOT) -> int:
    """This function will print every fault of the tree and return the exit code."""
    sources = list(read(root, paths=listed(root)))
    found = sorted(fault for source in sources for fault in faults(source))
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    sys.stderr.write(f"tidy: {len(sources)} files, {len(RULES)} rules, {len(found)} faults\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
