"""What results come to, by whoever they were written and are counted: the plain program's own line."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from ray import cloudpickle

from torch_opencv.apps.caption import SaidSentences
from torch_opencv.apps.classify import SeenClasses
from torch_opencv.apps.faces import FoundFaces
from torch_opencv.apps.recognize import SeenPeople
from torch_opencv.apps.stylize import PaintedStyles
from torch_opencv.live.counts import Counts
from torch_opencv.ray.counting import count_results, count_rows
from torch_opencv.ray.store import Format, Store


def _classes(*labels: str) -> dict[str, Any]:
    return {"classes": [{"label": label, "wnid": None, "score": math.nan} for label in labels]}


def _said(text: str) -> dict[str, Any]:
    return {"caption": text, "logprob": -1.0, "alternatives": []}


def _faces(*names: str | None) -> dict[str, Any]:
    return {"faces": [{"box": [0.0, 0.0, 9.0, 9.0], "score": 0.9, "name": name} for name in names]}


def _style(name: str) -> dict[str, Any]:
    return {"style": name, "size": [4, 3], "model_ms": 1.5}


CASES: list[tuple[Counts, list[dict[str, Any]], str]] = [
    (
        SeenClasses(),
        [_classes("tabby, tabby cat", "fox"), _classes(), _classes("fox"), _classes("fox", "tabby, tabby cat")],
        "classes seen: fox (2), tabby (1)",
    ),
    (
        SaidSentences(),
        [_said("a dog"), _said(""), _said("a cat"), _said("a dog")],
        "said: a dog (2); nothing (1); a cat (1)",
    ),
    (
        FoundFaces(),
        [_faces(None, None), _faces(), _faces("Anna")],
        "3 faces found in 2 of 3 frames, 2 at most at a time",
    ),
    (SeenPeople(), [_faces("Bob", None), _faces(), _faces("Bob")], "faces: Bob (2), unknown (1)"),
    (PaintedStyles(), [_style("b"), _style("a"), _style("b")], "painted: b (2), a (1)"),
]


@pytest.mark.parametrize(("empty", "rows", "line"), CASES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_counts_of_parts_are_those_of_the_whole(
    empty: Counts, rows: list[dict[str, Any]], line: str, format: Format, tmp_path: Path
) -> None:
    store, keys = Store(str(tmp_path / "out"), format), [f"clip-00000000/{number:06d}" for number in range(3)]
    for key, part in zip(keys, ([], rows[1:], rows[:1]), strict=True):  # in another order
        store.write_rows(key, [{"id": "1", "path": "clip.mp4", "frame": 0, "time": 0.0, **row} for row in part])
    assert str(count_results(store, keys, empty)) == line

    total = cloudpickle.loads(cloudpickle.dumps(empty))
    assert count_rows(rows, total) == len(rows)
    assert str(total) == line
    total.merge(total)
    assert str(total) != line
    assert str(empty) == str(type(empty)())  # it has stayed as it was


def test_what_was_removed_or_damaged_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store, keys = Store(str(tmp_path)), [f"clip-00000000/{number:06d}" for number in range(3)]
    store.write_rows(keys[0], [_style("a")])
    store.write(f"{keys[1]}.parquet", b"nothing of that kind")
    with caplog.at_level(logging.WARNING):
        assert str(count_results(store, keys, PaintedStyles())) == "painted: a (1)"
    assert [record.getMessage() for record in caplog.records] == [
        "2 files of earlier results can't be read: they aren't counted"
    ]


@pytest.mark.slow  # as a process is started for it
@pytest.mark.usefixtures("cluster")
def test_many_are_counted_by_workers(tmp_path: Path) -> None:
    store, keys = Store(str(tmp_path), "jsonl"), [f"clip-00000000/{number:06d}" for number in range(200)]
    (tmp_path / "clip-00000000").mkdir()
    for number, key in enumerate(keys):
        (tmp_path / f"{key}.jsonl").write_text(json.dumps(_style("odd" if number % 2 else "even")) + "\n")
    assert str(count_results(store, keys[:199], PaintedStyles())) == "painted: even (100), odd (99)"
