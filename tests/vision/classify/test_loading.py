"""Models by name: what there is, and what is said of what there isn't."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

import torch_opencv as cv
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0
from torch_opencv.vision import Classifier, ModelError
from torch_opencv.vision.classify import imagenet, loading


def test_the_default() -> None:
    recipe = loading.load("efficientnet-lite0")
    assert isinstance(recipe.network, EfficientNetLite0)
    assert recipe.classes == imagenet.classes()
    assert (recipe.size, recipe.crop) == ((224, 224), 0.875)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("efficientnet-lite", r"there is no model 'efficientnet-lite': did you mean efficientnet-lite0\?"),
        ("EfficientNet", r"did you mean efficientnet-lite0\?"),
        (
            "qqq",
            r"there is no model 'qqq': There are efficientnet-lite0, timm:NAME, or the path of a .t7, .onnx",
        ),
        ("nin", r"Network in Network has no address to fetch it from any more: give its file"),
        ("no/such/model", r"there is no model file no/such/model"),
        ("missing.t7", r"there is no model file missing.t7"),
        (Path("missing"), r"there is no model file missing"),
        (__file__, r"test_loading.py can't be used as a model: give a .t7, .onnx or .pt2 file"),
    ],
)
def test_what_there_is_not(name: str | Path, said: str) -> None:
    with pytest.raises(ModelError, match=said) as raised:
        loading.load(name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("error", [ImportError("no module named 'timm'"), RuntimeError("no operator nms\ndetails")])
def test_timm_that_is_missing_or_broken(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Broken:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "timm":
                raise error

    monkeypatch.delitem(sys.modules, "timm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(
        ModelError,
        match=r"timm:resnet18 needs timm: pip install 'torch-opencv\[timm\]' \(no",
    ) as raised:
        loading.load("timm:resnet18")
    assert "\n" not in str(raised.value)


class Grey(nn.Module):
    """As good as a classifier of timm's for the tests: the mean brightness decides."""

    num_classes = 3

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        brightness = images.mean((1, 2, 3), keepdim=False)
        return torch.stack((-brightness, brightness, 0 * brightness), dim=1)


@pytest.fixture
def timm(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A timm with one model, for what is ours in using it; the real one brings a gigabyte along."""
    fake, data = ModuleType("timm"), ModuleType("timm.data")

    def create_model(name: str, *, pretrained: bool) -> nn.Module:
        assert pretrained
        if name == "grey.broken":
            raise OSError("We couldn't connect to the hub\nand more lines")
        return Grey()

    def resolve_data_config(*, model: nn.Module) -> dict[str, Any]:
        half = (0.5, 0.5, 0.5)
        return {"input_size": (3, 8, 10), "mean": half, "std": half, "crop_pct": 0.9, "interpolation": "bilinear"}

    fake.list_models = lambda pretrained=False: ["grey.v1", "grey.broken"] if pretrained else ["grey"]  # type: ignore[attr-defined]
    fake.create_model = create_model  # type: ignore[attr-defined]
    fake.data = data  # type: ignore[attr-defined]
    data.resolve_data_config = resolve_data_config  # type: ignore[attr-defined]
    data.infer_imagenet_subset = lambda model: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "timm", fake)
    monkeypatch.setitem(sys.modules, "timm.data", data)
    return fake


def test_timm_recipe(timm: ModuleType) -> None:
    recipe = loading.load("timm:grey.v1")
    assert recipe.classes == [(None, "class 0"), (None, "class 1"), (None, "class 2")]
    assert recipe.size == (8, 10)
    assert recipe.crop == 0.9
    assert recipe.mean == recipe.std == (127.5, 127.5, 127.5)
    assert recipe.upsampling == cv.INTER_LINEAR


def test_timm_classifier(timm: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    classifier = Classifier("timm:grey", device="cpu")
    bright, dark = torch.full((30, 40, 3), 255, dtype=torch.uint8), torch.zeros((30, 40, 3), dtype=torch.uint8)
    assert [one.label for one in classifier(bright)] == ["class 1", "class 2", "class 0"]
    best = classifier(dark)[0]
    assert (best.label, best.wnid) == ("class 0", None)
    assert best.score == pytest.approx(torch.tensor([1.0, -1.0, 0.0]).softmax(0)[0].item())


def test_timm_names(timm: ModuleType) -> None:
    with pytest.raises(ModelError, match=r"timm has no model 'gray': did you mean timm:grey"):
        loading.load("timm:gray")
    with pytest.raises(ModelError, match=r"timm has no model 'hf-hub:x/y': see timm.list_models\(\)"):
        loading.load("timm:hf-hub:x/y")
    with pytest.raises(ModelError, match=r"^timm:grey.broken can't be loaded: We couldn't connect to the hub$"):
        loading.load("timm:grey.broken")


def test_timm_offline(timm: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    loading.load("timm:grey")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_real_timm() -> None:
    try:
        import timm  # type: ignore[import-not-found,unused-ignore]
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"needs timm with a torchvision that fits PyTorch, which brings a gigabyte along ({error})")
    recipe = loading.timm_model(timm.create_model("resnet18", pretrained=False))
    assert recipe.classes == imagenet.classes()
    assert recipe.size == (224, 224)
    assert recipe.mean == pytest.approx((123.675, 116.28, 103.53))
    assert recipe.network.eval()(torch.rand(1, 3, 224, 224)).shape == (1, 1000)
