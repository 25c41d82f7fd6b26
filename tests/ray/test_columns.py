"""Results as columns: nothing is lost on the way, whoever's they are."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.ray.columns import as_arrays


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (
            "faces",
            [{"box": [1.0, 2.0], "name": "Anna", "distance": 0.25, "margin": None, "name_score": 0.5}],
        ),  # recognize
        ("faces", [{"left_eye": [1, 2]}]),  # another app's, which calls its field as ours does
        ("classes", [{"label": "cat", "parents": ["pet"]}]),
        ("classes", "cat"),
        ("classes", ["cat"]),
    ],
)
def test_every_key_is_kept(name: str, value: Any) -> None:
    (kept,) = as_arrays([{"id": "1", name: value}])[name].to_pylist()
    if isinstance(value, list) and isinstance(value[0], dict):
        assert {key: one for key, one in kept[0].items() if key in value[0]} == value[0]
    else:
        assert kept == value


def test_files_with_and_without_faces_fit_one_another() -> None:
    found = as_arrays([{"faces": []}, {"faces": [{"box": [1.0], "score": 0.5, "age": 3.0, "track": None}]}])["faces"]
    named = as_arrays([{"faces": [{"box": [1.0], "score": 0.5, "name": None, "track": None}]}])["faces"]
    assert found.type == named.type == as_arrays([{"faces": []}])["faces"].type
