"""TensorFlow.js weights: what is written comes back to the bit, and what doesn't fit is refused in one line."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_opencv.formats import FormatError, tfjs

WEIGHTS: list[dict[str, Any]] = [
    # Seven bytes, so that all that follows is unaligned.
    {"name": "a/q", "shape": [7], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.25, "min": -3.5}},
    {"name": "a/f", "shape": [2, 3], "dtype": "float32"},
    {"name": "scalar", "shape": [], "dtype": "int32", "quantization": {"dtype": "uint8", "scale": 1, "min": 3072}},
    {"name": "i", "shape": [2], "dtype": "int32"},
    {"name": "b", "shape": [3], "dtype": "bool"},
    {"name": "none", "shape": [0, 4], "dtype": "float32"},
]
FLOATS = np.array([[0.1, -2.5, 3e38], [1e-40, np.inf, 7]], "<f4")
BINARY = (
    bytes([0, 1, 2, 3, 100, 254, 255])
    + FLOATS.tobytes()
    + b"\x00"
    + np.array([-5, 2**31 - 1], "<i4").tobytes()
    + bytes([0, 1, 1])
)


def write(folder: Path, manifest: Any, binary: bytes = BINARY) -> Path:
    (folder / "net.bin").write_bytes(binary)
    path = folder / "net-manifest.json"
    path.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    return path


def manifest(**changes: Any) -> list[dict[str, Any]]:
    """The good one, with changes to its first tensor."""
    return [{"paths": ["net.bin"], "weights": [{**WEIGHTS[0], **changes}, *WEIGHTS[1:]]}]


def test_round_trip(tmp_path: Path) -> None:
    tensors = tfjs.load(write(tmp_path, manifest()))
    assert list(tensors) == [spec["name"] for spec in WEIGHTS]
    assert tensors["a/q"].tolist() == [-3.5, -3.25, -3.0, -2.75, 21.5, 60.0, 60.25]
    assert tensors["a/f"].numpy().tobytes() == FLOATS.tobytes()
    assert tensors["a/f"].shape == (2, 3)
    assert tensors["scalar"].shape == ()
    assert tensors["scalar"].item() == 3072
    assert tensors["i"].tolist() == [-5, 2**31 - 1]
    assert tensors["b"].tolist() == [False, True, True]
    assert tensors["none"].shape == (0, 4)
    dtypes = [torch.float32, torch.float32, torch.int32, torch.int32, torch.bool, torch.float32]
    assert [tensor.dtype for tensor in tensors.values()] == dtypes
    tensors["a/f"].zero_()  # memory of its own, and writable


def test_values_are_computed_in_double(tmp_path: Path) -> None:
    """In float32, 1,000 + 200 * 0.1 would be rounded twice."""
    scale, minimum = 0.0018744708568442102, -0.3917644090804399
    spec = {**WEIGHTS[0], "shape": [256], "quantization": {"dtype": "uint8", "scale": scale, "min": minimum}}
    path = write(tmp_path, [{"paths": ["net.bin"], "weights": [spec]}], bytes(range(256)))
    expected = [np.float32(byte * scale + minimum) for byte in range(256)]
    assert tfjs.load(path)["a/q"].tolist() == expected
    assert expected != [float(np.float32(byte) * np.float32(scale) + np.float32(minimum)) for byte in range(256)]


def test_several_files_and_groups(tmp_path: Path) -> None:
    (tmp_path / "1.bin").write_bytes(BINARY[:3])
    (tmp_path / "2.bin").write_bytes(BINARY[3:])
    (tmp_path / "3.bin").write_bytes(b"\5")
    extra = {"name": "u", "shape": [1], "dtype": "uint8"}
    groups = [{"paths": ["1.bin", "2.bin"], "weights": WEIGHTS}, {"paths": ["3.bin"], "weights": [extra]}]
    (tmp_path / "m.json").write_text(json.dumps(groups))
    tensors = tfjs.load(tmp_path / "m.json")
    assert tensors["u"].tolist() == [5]
    assert tensors["i"].tolist() == [-5, 2**31 - 1]


BAD: list[tuple[Any, str]] = [
    ("not json", "it isn't JSON"),
    ("[" * 100_000, "it isn't JSON"),
    ("{}", "the manifest is no list"),
    ("[]", "names no tensors"),
    ([1], "a group of weights is no object"),
    ([{"weights": []}], "paths is no list"),
    ([{"paths": ["net.bin"]}], "weights is no list"),
    ([{"paths": ["net.bin"], "weights": [{}]}], "a tensor without a name"),
    ([{"paths": ["net.bin"], "weights": [*WEIGHTS, WEIGHTS[0]]}], "'a/q' is there twice"),
    ([{"paths": ["net.bin"], "weights": WEIGHTS[:-2]}], "3 bytes more than its tensors"),
    (manifest(shape=[8]), "needs 3 bytes where the binary has 2 left"),
    (manifest(shape=[2**39, 2**39]), "needs 302,231,454,903,657,293,676,544 bytes"),
    (manifest(shape=[-1]), "the shape of 'a/q' isn't one"),
    (manifest(shape=[7.0]), "the shape of 'a/q' isn't one"),
    (manifest(shape=[True]), "the shape of 'a/q' isn't one"),
    (manifest(shape=[1] * 9), "the shape of 'a/q' isn't one"),
    (manifest(shape=7), "the shape of 'a/q' is no list"),
    (manifest(dtype="complex64"), "has the dtype 'complex64'"),
    (manifest(dtype=["float32"]), "has the dtype"),
    (manifest(dtype="bool"), "is quantised and bool"),
    (manifest(quantization=[]), "in another way than to uint8"),
    (manifest(quantization={"dtype": "uint16", "scale": 1, "min": 0}), "in another way than to uint8"),
    (manifest(quantization={"dtype": "uint8", "scale": "1", "min": 0}), "is no number"),
    (manifest(quantization={"dtype": "uint8", "scale": float("nan"), "min": 0}), "is no number"),
    (manifest(quantization={"dtype": "uint8", "scale": 1, "min": float("inf")}), "is no number"),
    (manifest(quantization={"dtype": "uint8", "scale": 10**400, "min": 0}), "is no number"),
    ([{"paths": ["net.bin", "net.bin"], "weights": WEIGHTS}], "it names the file 'net.bin' twice"),
    ([*manifest(), {"paths": ["net.bin"], "weights": []}], "it names the file 'net.bin' twice"),
    ([{"paths": ["../net.bin"], "weights": WEIGHTS}], "'../net.bin' is not the name of a file beside it"),
    ([{"paths": ["/etc/passwd"], "weights": WEIGHTS}], "is not the name of a file"),
    ([{"paths": [".."], "weights": WEIGHTS}], "no file '..' beside it"),
    ([{"paths": ["a\0b"], "weights": WEIGHTS}], "no file"),
    ([{"paths": [3], "weights": WEIGHTS}], "is not the name of a file"),
    ([{"paths": ["other.bin"], "weights": WEIGHTS}], "there is no file 'other.bin' beside it"),
]


@pytest.mark.parametrize(("content", "why"), BAD)
def test_what_doesn_t_fit(content: Any, why: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=why) as refused:
        tfjs.load(write(tmp_path, content))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(FormatError, match="is not a file that can be read"):
            tfjs.load(path)


def test_cut_off_anywhere(tmp_path: Path) -> None:
    for length in range(len(BINARY)):
        with pytest.raises(FormatError, match="where the binary has"):
            tfjs.load(write(tmp_path, manifest(), BINARY[:length]))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_manifests(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance = random.Random(seed)
    text = bytearray(json.dumps(manifest()).encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        if chance.random() < 0.5:
            text[at] = chance.randrange(256)
        else:
            del text[at : at + chance.randint(1, 20)]
    folder = tmp_path_factory.getbasetemp()
    (folder / "net.bin").write_bytes(BINARY)
    (folder / "m.json").write_bytes(text)
    try:
        tfjs.load(folder / "m.json")
    except FormatError as error:
        assert "\n" not in str(error)
