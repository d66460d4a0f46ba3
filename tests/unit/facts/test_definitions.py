"""Definition files: a fault names the file, the place inside and the cure; the version follows the bytes."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from dunwell.facts.definitions import read, version
from dunwell.facts.errors import DunwellError


class Shelf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    books: list[int]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("books: [1, x]", "books.1", "valid integer"),
        ("books: [1]\nboks: 2", "boks", "not permitted"),
        ("books: [1", "line", "not valid YAML"),
        ("- 1", "the whole file", "valid dictionary"),
    ],
)
def test_a_fault_names_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    path = tmp_path / "shelf.yaml"
    path.write_text(text)
    with pytest.raises(DunwellError) as caught:
        read(path, Shelf)
    assert "shelf.yaml" in caught.value.place
    assert place in caught.value.place
    assert message in caught.value.message
    assert caught.value.cure


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="no such file"):
        read(tmp_path / "none.yaml", Shelf)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "shelf.yaml").write_bytes("books: [1] # 书".encode("gb18030"))
    with pytest.raises(DunwellError, match="not UTF-8"):
        read(tmp_path / "shelf.yaml", Shelf)


def test_the_version_follows_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text("1")
    first = version(folder)
    (folder / "a.yaml").write_text("2")
    second = version(folder)
    (folder / "a.yaml").rename(folder / "b.yaml")
    assert len({first, second, version(folder)}) == 3


def test_the_version_does_not_depend_on_where_the_folder_lies(tmp_path: Path) -> None:
    for place in ("here", "there"):
        (tmp_path / place / "rules").mkdir(parents=True)
        (tmp_path / place / "rules" / "a.yaml").write_text("1")
    assert version(tmp_path / "here" / "rules") == version(tmp_path / "there" / "rules")
