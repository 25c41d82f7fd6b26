"""The default classifier without PyTorch: the same as with it, and only as long as nothing has changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from torch_opencv import weights
from torch_opencv.vision import Classifier
from torch_opencv.vision.classify import without_torch
from torch_opencv.vision.classify.classifier import remember
from torch_opencv.vision.classify.without_torch import ArrayClassifier, Kept


@pytest.fixture
def found(classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    shutil.copytree(weights.home() / "compiled", tmp_path / "compiled")  # as other tests keep theirs meanwhile
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    remember(classifier)
    found = without_torch.kept("cpu")
    assert found
    return found


@pytest.mark.parametrize("size", [(480, 640), (100, 90), (1, 1), (224, 224), (2000, 31), (225, 1200)])
def test_the_same_predictions(classifier: Classifier, found: Kept, size: tuple[int, int]) -> None:
    image = np.random.default_rng(size[0]).integers(0, 256, (*size, 3), np.uint8)
    image[size[0] // 2 :] //= 3
    alone = ArrayClassifier(found)(image, 5)
    assert alone == classifier(torch.from_numpy(image))
    assert ArrayClassifier(found)(image, 1000)[:5] == alone


@pytest.mark.parametrize(("name", "value"), [("OMP_NUM_THREADS", "7"), ("MKL_NUM_THREADS", "7")])
def test_another_environment(found: Kept, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert without_torch.kept("cpu") is None


def test_another_file(found: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package, one of our own files: what tells is its path, its size and its time."""
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "__init__.py").touch()
    before = without_torch.circumstances()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "onnx", raising=False)
    changed = without_torch.circumstances()
    assert [a.partition(":")[0] for a, b in zip(before, changed, strict=True) if a != b] == ["onnx"]
    own = [Path(one.split()[0]).name for one in before if "torch_opencv" in one]
    assert {"efficientnet_lite0.py", "frames.py", "onnx_runtime.py", "resizing.py", "imagenet_classes.txt"} <= {*own}


def test_other_devices(found: Kept) -> None:
    assert without_torch.kept("cuda") is None
    without_torch.keep(replace(found, any_device=False))
    assert without_torch.kept("auto") is None
    assert without_torch.kept("cpu")
    without_torch.keep(found)


def test_what_is_damaged_is_not_used(found: Kept) -> None:
    kept = weights.home() / "compiled" / "efficientnet-lite0.without-torch.json"
    text = kept.read_text()
    for damaged in (
        "",
        "[]",
        '{"graph": "x.onnx"}',
        text[: len(text) // 2],
        json.dumps({**json.loads(text), "more": 1}),
    ):
        kept.write_text(damaged)
        assert without_torch.kept("cpu") is None
    without_torch.keep(replace(found, graph="gone.onnx"))
    assert without_torch.kept("cpu") is None
    without_torch.keep(found)
    assert without_torch.kept("cpu") == found


def test_a_network_that_gives_something_else(found: Kept) -> None:
    with pytest.raises(RuntimeError, match="gives something else than before"):
        ArrayClassifier(replace(found, scores=found.scores[::-1]))
    graph = weights.home() / "compiled" / found.graph
    other = graph.with_name("other.onnx")
    try:
        other.write_bytes(graph.read_bytes()[:-1])
        with pytest.raises(RuntimeError, match=r"other\.onnx is damaged"):
            ArrayClassifier(replace(found, graph=other.name))
    finally:
        other.unlink()
    with pytest.raises(RuntimeError, match="can't be read"):
        ArrayClassifier(replace(found, graph="gone.onnx"))


def test_nothing_is_kept_of_other_models(found: Kept) -> None:
    without_torch.discard()
    network = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    remember(Classifier(network, device="cpu"))
    assert without_torch.kept("cpu") is None
    without_torch.discard()  # nothing to discard is no error
    without_torch.keep(found)


def test_it_imports_no_pytorch(found: Kept) -> None:
    program = (
        "import sys, numpy; from torch_opencv.vision.classify import without_torch as w;"
        "found = w.kept('cpu'); print(len(w.ArrayClassifier(found)(numpy.zeros((9, 9, 3), 'uint8'), 3)));"
        "print({'torch', 'av', 'typer', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "3\nset()\n"
