"""Reading captions, in both formats, and whatever can be wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from torch_opencv.training.caption.data import held_out, read_captions, read_text
from torch_opencv.training.caption.words import concepts, split, vocabulary
from torch_opencv.training.errors import TrainingError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    return tmp_path


def read(folder: Path, content: Any) -> list[tuple[str, tuple[list[str], ...]]]:
    (folder / "captions.json").write_text(json.dumps(content))
    return [(one.path.name, one.captions) for one in read_captions(folder / "captions.json", folder)]


def test_both_formats_are_read_alike(folder: Path) -> None:
    simple = [{"file": "b.png", "captions": ["A dog's ball .", "."]}, {"file": "a.png", "captions": ["Two cats"]}]
    coco = {
        "images": [{"id": 7, "file_name": "b.png"}, {"id": 3, "file_name": "a.png"}],
        "annotations": [{"image_id": 3, "caption": "Two cats"}, {"image_id": 7, "caption": "A dog's ball ."}],
    }
    wanted = [("a.png", (["two", "cats"],)), ("b.png", (["a", "dogs", "ball"],))]
    assert read(folder, simple) == read(folder, coco) == wanted


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (5, "must be a list of"),
        ([], "has no picture with a caption"),
        ([{"file": "a.png", "captions": ["."]}], "has no picture with a caption"),
        ([{"file": "a.png"}], "entry 0 must have a file and a list of captions"),
        ([{"file": "a.png", "captions": ["x"]}, 3], "entry 1 must have a file"),
        ([{"file": "a.png", "captions": [3]}], "entry 0 must have captions that are text, not int"),
        ([{"file": "c.png", "captions": ["a dog"]}], "names c.png, which isn't in"),
        ({"images": []}, "must have lists of images and of annotations"),
        ({"images": [{"id": 1}], "annotations": []}, "image 0 must have an id and a file_name"),
        ({"images": [], "annotations": [{"image_id": 1, "caption": "x"}]}, "annotation 0 must have the image_id"),
        (
            {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1}]},
            "annotation 0 must have captions that are text",
        ),
    ],
)
def test_what_is_wrong_is_one_line(folder: Path, content: Any, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as raised:
        read(folder, content)
    assert "\n" not in str(raised.value)


def test_files_that_are_none(folder: Path) -> None:
    with pytest.raises(TrainingError, match="can't be read: No such file"):
        read_captions(folder / "none.json", folder)
    (folder / "bad.json").write_text("{")
    with pytest.raises(TrainingError, match="is no JSON file"):
        read_captions(folder / "bad.json", folder)
    (folder / "latin.txt").write_bytes(b"\xe9t\xe9")
    with pytest.raises(TrainingError, match="isn't UTF-8"):
        read_text(folder / "latin.txt")
    (folder / "empty.txt").write_text(" . \n")
    with pytest.raises(TrainingError, match="has no sentences"):
        read_text(folder / "empty.txt")


def test_a_share_is_held_out_the_same_for_the_same_seed(folder: Path) -> None:
    pictures = read_captions_of(folder, 50)
    learnt, scored = held_out(pictures, 0.2, 3)
    assert len(scored) == 10 and sorted(learnt + scored) == list(range(50))
    assert held_out(pictures, 0.2, 3) == (learnt, scored) != held_out(pictures, 0.2, 4)
    assert held_out(pictures, 0, 3) == (list(range(50)), [])


def read_captions_of(folder: Path, count: int) -> Any:
    for number in range(count):
        (folder / f"{number}.png").touch()
    content = [{"file": f"{number}.png", "captions": ["a dog"]} for number in range(count)]
    (folder / "captions.json").write_text(json.dumps(content))
    return read_captions(folder / "captions.json", folder)


def test_words() -> None:
    assert split("  A T-shirt, “red” & blue!") == ["a", "tshirt", "red", "blue"]
    sentences = [["a", "dog"], ["a", "cat", "runs"], ["the", "dog"]]
    assert vocabulary(sentences, 2) == ["a", "dog"]
    assert concepts([[one] for one in sentences], ["a", "the", "dog", "cat", "runs"], 1, 2) == ["dog", "cat"]
