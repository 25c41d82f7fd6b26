"""Classifiers in .onnx and .pt2 files: what PyTorch computes, and nothing that a file may bring along is run."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from torch_opencv.vision import Classifier, ModelError
from torch_opencv.vision.classify import exported_files, loading
from torch_opencv.vision.classify.pt2 import Pt2Network


class Net(nn.Module):
    """What classifiers are made of, with sizes that depend on the input's."""

    def __init__(self, shares: bool = False) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.Hardswish(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 12, 3, groups=4),
            nn.SiLU(inplace=True),
        )
        self.attention = nn.MultiheadAttention(12, 2, batch_first=True)
        self.head = nn.Linear(12, 10)
        self.shares = shares
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x) * self.scale
        tokens = x.flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0]
        x = self.head(tokens.mean(1)) + x.shape[0] * 0
        return x.softmax(1) if self.shares else x


def net(shares: bool = False) -> Net:
    torch.manual_seed(0)
    return Net(shares).eval()


def to_pt2(module: nn.Module, path: Path, size: int = 32) -> Path:
    program = torch.export.export(
        module, (torch.rand(2, 3, size, size),), dynamic_shapes=[{0: torch.export.Dim("batch")}]
    )
    torch.export.save(program, path)
    return path


def to_onnx(module: nn.Module, path: Path, *, batch: int = 2, varies: bool = True) -> Path:
    shapes = ({0: torch.export.Dim.DYNAMIC},) if varies else None
    program = torch.onnx.export(
        module, (torch.rand(batch, 3, 32, 32),), dynamo=True, dynamic_shapes=shapes, verbose=False
    )
    assert program
    path.write_bytes(program.model_proto.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("suffix", "make", "shares"), [(".pt2", to_pt2, False), (".pt2", to_pt2, True), (".onnx", to_onnx, False)]
)
def test_it_computes_what_pytorch_computes(
    suffix: str, make: Callable[[nn.Module, Path], Path], shares: bool, tmp_path: Path
) -> None:
    module = net(shares)
    (tmp_path / "labels.txt").write_text("".join(f"name {number}\n" for number in range(10)))
    model = loading.load(make(module, tmp_path / f"net{suffix}"), tmp_path / "labels.txt")
    assert model.size == (32, 32)
    assert list(model.classes) == [(None, f"name {number}") for number in range(10)]
    images = torch.rand(3, 3, 32, 32)
    with torch.no_grad():
        expected = module(images) if shares else module(images).softmax(1)
        torch.testing.assert_close(model.network(images).softmax(1), expected, rtol=1e-4, atol=1e-5)


def test_a_graph_for_single_images(tmp_path: Path) -> None:
    module = net()
    model = exported_files.load(to_onnx(module, tmp_path / "net.onnx", batch=1, varies=False), None)
    images = torch.rand(3, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(model.network(images), module(images), rtol=1e-4, atol=1e-5)
    assert model.classes[3] == (None, "class 3")


@pytest.mark.slow
def test_a_classifier_of_an_onnx_file(tmp_path: Path) -> None:
    classifier = Classifier(to_onnx(net(), tmp_path / "net.onnx"), top=3)
    predictions = classifier(torch.randint(256, (50, 60, 3), dtype=torch.uint8))
    assert len(predictions) == 3
    assert predictions[0].score >= predictions[1].score
    assert classifier.backend == "eager"


def test_labels_that_do_not_fit(tmp_path: Path) -> None:
    path = to_pt2(net(), tmp_path / "net.pt2")
    (tmp_path / "labels.txt").write_text("one\ntwo\n")
    with pytest.raises(ModelError, match=r"there are 2 labels, but .* tells 10 classes apart"):
        loading.load(path, tmp_path / "labels.txt")
    with pytest.raises(ModelError, match=r"labels .*none\.txt can't be read"):
        loading.load(path, tmp_path / "none.txt")


class Pwned:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was opened",))


def changed(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        entries = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_pickled_example_inputs_are_not_opened(tmp_path: Path) -> None:
    module = net()
    evil = pickle.dumps(Pwned())
    path = changed(to_pt2(module, tmp_path / "net.pt2"), lambda name, data: evil if "sample_inputs" in name else data)
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(Pt2Network(path)(images), module(images))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name.endswith("weights_config.json"):
            config = json.loads(data)
            next(iter(config["config"].values()))["use_pickle"] = True
            return json.dumps(config).encode()
        return pickle.dumps(Pwned()) if name.endswith("weight_0") else data

    with pytest.raises(ModelError, match=r"pickled objects, which could run anything; export it to \.onnx instead"):
        Pt2Network(changed(to_pt2(net(), tmp_path / "net.pt2"), change))


@pytest.mark.parametrize(
    "target",
    [
        "torch.ops.aten.from_file.default",
        "torch.ops.prims.abs.default",
        "os.system",
        "builtins.eval",
        "_operator.attrgetter",
        "torch.ops.aten.relu.default.__class__",
    ],
)
def test_other_operators_are_refused(target: str, tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"torch.ops.aten.hardswish.default", target.encode())

    with pytest.raises(ModelError, match="isn't among those that are run"):
        Pt2Network(changed(to_pt2(net(), tmp_path / "net.pt2"), change))


def test_damaged_and_foreign_files_are_a_line(tmp_path: Path) -> None:
    path = to_pt2(net(), tmp_path / "net.pt2")
    whole = path.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:cut])
        with pytest.raises(ModelError, match=r"is no file of torch\.export\.save, or damaged") as caught:
            Pt2Network(path)
        assert "\n" not in str(caught.value)
    buffer = io.BytesIO()
    torch.save({"weight": torch.rand(3)}, buffer)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(ModelError, match=r"is no file of torch\.export\.save"):
        Pt2Network(path)
    (tmp_path / "net.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match=r"is no ONNX file|can't be run"):
        exported_files.load(tmp_path / "net.onnx", None)
    with pytest.raises(ModelError, match="there is no model file"):
        exported_files.load(tmp_path / "none.onnx", None)


def test_an_onnx_file_that_names_other_files_is_refused(tmp_path: Path) -> None:
    weight = onnx.helper.make_tensor("weight", onnx.TensorProto.FLOAT, [12, 2], [0.0] * 24)
    weight.ClearField("float_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    graph = onnx.helper.make_graph([], "net", [], [], [weight])
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    with pytest.raises(ModelError, match="keeps its weights in other files"):
        exported_files.load(path, None)


def test_what_is_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="doesn't give a row of scores for each image"):
        exported_files.load(to_pt2(nn.Conv2d(3, 4, 3), tmp_path / "net.pt2"), None)
    program = torch.export.export(nn.Conv2d(1, 4, 3), (torch.rand(1, 1, 32, 32),))
    torch.export.save(program, tmp_path / "gray.pt2")
    with pytest.raises(ModelError, match="its input is 1x1x32x32, and Nx3xHxW is needed"):
        exported_files.load(tmp_path / "gray.pt2", None)
