"""The classifier: right, the same as plain PyTorch, and for frames of any size and stride."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv.vision import Classifier, FrameError, ModelError, Prediction
from torch_opencv.vision.classify import loading, own_module
from torch_opencv.vision.frames import Normalise, center_crop, resize_into

skimage_data = pytest.importorskip("skimage.data", reason="needs its photographs: pip install scikit-image")


def photograph(name: str) -> Tensor:
    """One of scikit-image's, as a BGR frame."""
    return cv.cvtColor(torch.from_numpy(getattr(skimage_data, name)()), cv.COLOR_RGB2BGR)


@pytest.fixture(scope="module")
def plain() -> Iterator[nn.Module]:
    """The same network in plain PyTorch. On one thread: its threads wait for one another, minutes on a busy machine."""
    recipe = loading.load("efficientnet-lite0")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield nn.Sequential(Normalise(recipe.mean, recipe.std), recipe.network, nn.Softmax(dim=1)).eval()
    torch.set_num_threads(threads)


def plain_scores(module: nn.Module, frame: Tensor) -> Tensor:
    small = torch.empty((1, 224, 224, 3), dtype=torch.uint8)
    resize_into(small[0], center_crop(frame, 0.875))
    with torch.no_grad():
        scores: Tensor = module(small)[0]
    return scores


@pytest.mark.parametrize(
    ("name", "label"), [("coffee", "espresso"), ("rocket", "missile"), ("chelsea", "Egyptian cat")]
)
def test_known_photographs(classifier: Classifier, name: str, label: str) -> None:
    predictions = classifier(photograph(name))
    assert len(predictions) == 5
    assert label in [prediction.label for prediction in predictions[:2]]
    scores = [prediction.score for prediction in predictions]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1


def test_it_runs_fast(classifier: Classifier) -> None:
    """Not a timed assertion: that the fast way was taken, rather than plain PyTorch with a warning."""
    assert classifier.backend == "onnxruntime"


def test_as_plain_pytorch_in_double_precision(classifier: Classifier, plain: nn.Module) -> None:
    plain = copy.deepcopy(plain).double()
    for name in ("coffee", "rocket", "chelsea", "astronaut"):
        frame = photograph(name)
        wanted = plain_scores(plain, frame)
        predictions = classifier(frame)
        assert [classifier.classes[i][1] for i in wanted.topk(5).indices] == [one.label for one in predictions]
        assert [one.score for one in predictions] == pytest.approx(wanted.topk(5).values.tolist(), abs=1e-5)


def test_any_size_and_stride(classifier: Classifier) -> None:
    frame = photograph("coffee")
    wanted = classifier(frame)
    canvas = torch.zeros((frame.shape[0] + 9, frame.shape[1] + 9, 3), dtype=torch.uint8)
    view = canvas[4:-5, 7:-2]
    view.copy_(frame)
    assert classifier(view) == wanted
    assert classifier(frame.permute(2, 0, 1).contiguous().permute(1, 2, 0)) == wanted
    assert classifier(frame.flip(1).contiguous().flip(1)) == wanted
    for small in (frame[:1, :1], frame[:3, :200], frame[::2, ::2]):
        assert len(classifier(small)) == 5


def test_a_batch_of_different_sizes(classifier: Classifier) -> None:
    frames = [photograph("coffee"), photograph("rocket"), photograph("chelsea")[:200]]
    together = classifier.batch(frames)
    for frame, predictions in zip(frames, together, strict=True):
        alone = classifier(frame)
        assert [one.label for one in predictions] == [one.label for one in alone]
        assert [one.score for one in predictions] == pytest.approx([one.score for one in alone], abs=1e-5)
    assert classifier.batch([]) == []


def test_the_frame_is_left_alone(classifier: Classifier) -> None:
    frame = photograph("coffee")
    before = frame.clone()
    classifier(frame)
    assert torch.equal(frame, before)


def test_a_stacked_batch(classifier: Classifier) -> None:
    frames = torch.stack([photograph("coffee")[:300, :400], photograph("rocket")[:300, :400]])
    assert classifier.batch(frames) == classifier.batch(list(frames))
    assert classifier.batch(frames[:0]) == []
    with pytest.raises(FrameError, match=r"takes \(N, H, W, 3\) or a list of frames, not .*: call it with \[frame\]"):
        classifier.batch(frames[0])


@pytest.mark.parametrize(
    ("frame", "message"), [(None, "there is no frame"), (torch.rand(3, 9, 9), "channels come last")]
)
def test_what_is_no_frame(classifier: Classifier, frame: Any, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        classifier(frame)
    with pytest.raises(FrameError, match=message):
        classifier.batch([photograph("coffee"), frame])


class Brightness(nn.Module):
    """Whether red, green or blue is the most, of normalised RGB inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.dropout(x.mean((2, 3)))
        return scores


def test_a_module_of_ones_own() -> None:
    module = Brightness()
    classifier = Classifier(module, device="cpu", labels=["red", "green", "blue"])
    assert module.training
    assert (classifier.model, classifier.backend) == ("Brightness", "onnxruntime")
    frame = torch.zeros(80, 60, 3, dtype=torch.uint8)
    frame[..., 2] = 200  # BGR
    frame[..., 0] = 60
    predictions = classifier(frame)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    wanted = ((torch.tensor([200, 0, 60]) / 255 - mean) / std).softmax(0)
    assert [one.label for one in predictions] == ["red", "blue", "green"]
    assert [one.score for one in predictions] == pytest.approx(wanted[[0, 2, 1]].tolist(), abs=1e-4)
    assert own_module.load(module, None).classes[2] == (None, "class 2")


@pytest.mark.parametrize(
    ("module", "labels", "message"),
    [
        (Brightness(), ["red", "green"], "there are 2 labels, but Brightness has 3 outputs"),
        (Brightness(), "rgb", "the labels rgb can't be read"),
        (nn.Linear(5, 2), None, r"Linear doesn't take float32 inputs of \(N, 3, 224, 224\): "),
        (nn.ReLU(), None, r"ReLU must give \(N, classes\) logits, but gives a tensor of \(2, 3, 224, 224\)"),
        ("efficientnet-lite0", ["a"], "efficientnet-lite0 has its own labels"),
    ],
)
def test_a_module_or_labels_that_do_not_fit(module: Any, labels: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Classifier(module, device="cpu", labels=labels)


def test_predictions_cannot_be_changed() -> None:
    prediction = Prediction("goldfish, Carassius auratus", "n01443537", 0.97)
    with pytest.raises(AttributeError):
        prediction.score = 1.0  # type: ignore[misc]


def test_the_device_is_looked_at_first() -> None:
    with pytest.raises(ValueError, match="'gpu' is not a device"):
        Classifier("no such model", device="gpu")


@pytest.mark.data
def test_accuracy(classifier: Classifier, plain: nn.Module, shared_data: Path) -> None:
    """On 100 photographs at least 88 and 97 right, and never another order than plain PyTorch."""
    photographs = sorted((shared_data / "imagenet").glob("*.jpg"))
    best = five = 0
    for path in photographs:
        frame = cv.imread(str(path))
        assert frame is not None
        predictions = classifier(frame)
        wanted = plain_scores(plain, frame).topk(5)
        assert [one.score for one in predictions] == pytest.approx(wanted.values.tolist(), abs=1e-5)
        assert [one.wnid for one in predictions] == [classifier.classes[i][0] for i in wanted.indices]
        wnid = path.name.split("_")[0]
        best += predictions[0].wnid == wnid
        five += wnid in [one.wnid for one in predictions]
    print(f"top-1 {best}, top-5 {five} of {len(photographs)}")
    assert best >= 0.88 * len(photographs)
    assert five >= 0.97 * len(photographs)


@pytest.mark.gpu
def test_on_cuda(plain: nn.Module) -> None:
    classifier = Classifier(device="cuda")
    for name in ("coffee", "rocket", "chelsea", "astronaut"):
        frame = photograph(name)
        best = plain_scores(plain, frame).max(dim=0)
        prediction = classifier(frame)[0]
        assert prediction.label == classifier.classes[int(best.indices)][1]
        assert prediction.score == pytest.approx(best.values.item(), abs=0.02)
