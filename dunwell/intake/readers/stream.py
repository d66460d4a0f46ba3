"""The bytes of a text file: looked over once before anything is read, then streamed as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from dunwell.facts.errors import DunwellError

BLOCK_BYTES = 1 << 20
_OTHER = {"utf-8": "gb18030", "gb18030": "utf-8"}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a file before its rows are read."""

    digest: str
    # Of the file itself, compressed or not.
    size: int
    ends_with_line_break: bool


def opened(path: Path) -> IO[bytes]:
    """This function will open the file, unpacked where it is gzip."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def blocks(path: Path) -> Iterator[bytes]:
    """This function will yield the file's bytes, unpacked; a packed file that ends too early is truncated."""
    try:
        with opened(path) as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise truncated(path, "the packed file is damaged or ends too early") from None
    except OSError as error:
        raise DunwellError(
            f"it cannot be read: {error.strerror}", place=str(path), cure="check name and rights"
        ) from None


def truncated(path: Path, problem: str) -> DunwellError:
    """This function will say that a file is not whole; nothing of it is imported."""
    return DunwellError(
        f"truncated: {problem}", place=path.name, cure="deliver the file once more; nothing was imported"
    )


def digest_of(path: Path) -> str:
    """This function will compute the SHA-256 of the file as it lies on the disk."""
    state = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            state.update(block)
    return state.hexdigest()


def survey(path: Path, *, encoding: str) -> Survey:
    """This function will look the whole file over: is it whole, is it text, is it in the encoding it should be in?"""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, last, held, plain = 1, b"", 0, _Suspicion(encoding)
    for block in blocks(path):
        if not held and block.startswith(_WIDE_MARKS):
            raise _wrong(path, "this is UTF-16 text", 1)
        if b"\0" in block:
            raise _wrong(path, "a NUL byte: this is no text file", line + block[: block.index(b"\0")].count(b"\n"))
        _decode(decoder, block, path=path, encoding=encoding, line=line)
        plain.see(block)
        line, last, held = line + block.count(b"\n"), block[-1:], held + len(block)
    _decode(decoder, b"", path=path, encoding=encoding, line=line, final=True)
    if plain.justified():
        raise _wrong(path, "the mapping says GB18030, but this is UTF-8", 1, cure="write format: {encoding: utf-8}")
    return Survey(digest_of(path), path.stat().st_size, last in (b"\n", b"\r"))


class _Suspicion:
    """GB18030 can decode most UTF-8 into nonsense: so a GB18030 file must not be whole and Chinese as UTF-8."""

    def __init__(self, encoding: str) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")() if encoding == "gb18030" else None
        self.foreign = False

    def see(self, block: bytes) -> None:
        if self.decoder is None:
            return
        try:
            self.foreign |= not self.decoder.decode(block).isascii()
        except UnicodeDecodeError:
            self.decoder = None

    def justified(self) -> bool:
        return self.decoder is not None and self.foreign


def _decode(
    decoder: codecs.IncrementalDecoder, block: bytes, *, path: Path, encoding: str, line: int, final: bool = False
) -> None:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError as error:
        at = line + bytes(error.object[: error.start]).count(b"\n")
        if final:
            raise truncated(path, "it ends inside a character") from None
        other = _OTHER[encoding]
        cure = f"perhaps write format: {{encoding: {other}}} in the mapping, or save the file as {encoding.upper()}"
        raise _wrong(path, f"wrong encoding: this is not {encoding.upper()}", at, cure=cure) from None


def _wrong(path: Path, problem: str, line: int, *, cure: str = "save it as UTF-8 text") -> DunwellError:
    return DunwellError(problem, place=f"{path.name}, line {line}", cure=cure)


class Utf8Stream:
    """The file as UTF-8 bytes from a place on, for a parser that reads; `tail` comes after its end."""

    def __init__(self, path: Path, *, encoding: str, skip: int, tail: bytes) -> None:
        self._pieces = self._encoded(path, encoding, skip, tail)
        self._rest = memoryview(b"")
        self.done = 0
        self.closed = False

    def _encoded(self, path: Path, encoding: str, skip: int, tail: bytes) -> Iterator[bytes]:
        """This function will yield UTF-8 without its mark and without the first `skip` bytes."""
        decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        for block in blocks(path):
            self.done += len(block)
            piece = block if decoder is None else decoder.decode(block).encode()
            taken = min(skip, len(piece))
            skip -= taken
            if len(piece) > taken:
                yield piece[taken:]
        yield tail

    def read(self, size: int = -1) -> bytes:
        """This function will give so many bytes, fewer only at the end: a short block would make a short chunk."""
        taken = []
        while size:
            if not self._rest:
                self._rest = memoryview(next(self._pieces, b""))
            if not self._rest:
                break
            part, self._rest = (self._rest, memoryview(b"")) if size < 0 else (self._rest[:size], self._rest[size:])
            taken.append(part)
            size -= len(part) if size > 0 else 0
        return b"".join(taken)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True
