"""Which reader reads what: by the mapping's format, else by address or ending."""

from __future__ import annotations

from pathlib import Path

from dunwell.facts.errors import DunwellError
from dunwell.intake.mapping.document import FORMATS, Format
from dunwell.intake.readers.chunk import Reader
from dunwell.intake.readers.database import DatabaseReader
from dunwell.intake.readers.lines import LinesReader
from dunwell.intake.readers.parquet import ParquetReader
from dunwell.intake.readers.sheet import SheetReader
from dunwell.intake.readers.text import TextReader

_ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_DELIMITERS = {"csv": ",", "tsv": "\t"}


def open_reader(
    where: str, *, form: Format, needed: list[str], required: list[str] | None = None, read_as: str | None = None
) -> Reader:
    """This function will open a file or database and hold its columns against those needed.

    `read_as` overrules the mapping's format: refused rows of any source are mended in a CSV file.
    """
    if read_as is None and "://" in where:
        return DatabaseReader(where, table=form.table, query=form.query, needed=needed)
    path = Path(where)
    if not path.is_file():
        raise DunwellError("there is no such file", place=where, cure="check the name")
    kind = read_as or form.type or _by_ending(path)
    encoding = "utf-8" if read_as else form.encoding
    match kind:
        case "csv" | "tsv":
            delimiter = _DELIMITERS[kind] if read_as else form.delimiter or _DELIMITERS[kind]
            return TextReader(path, encoding=encoding, delimiter=delimiter, needed=needed)
        case "jsonl":
            return LinesReader(path, encoding=encoding, needed=needed, required=required or [])
        case "parquet":
            return ParquetReader(path, needed=needed)
        case "xlsx":
            return SheetReader(path, sheet=form.sheet, needed=needed)
    raise DunwellError(
        "the mapping reads a database", place=where, cure="give its address, such as postgresql://user@host/db"
    )


def _by_ending(path: Path) -> str:
    ending = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kind = _ENDINGS.get(ending.lower())
    if kind is None:
        raise DunwellError(
            f"what is a file ending in {ending or 'nothing'}?",
            place=path.name,
            cure=f"write format: {{type: …}} in the mapping, one of {', '.join(FORMATS)}",
        )
    return kind
