"""`torch-opencv models inspect` and `convert`, as they are run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_model

from torch_opencv import t7
from torch_opencv.cli.main import main

from .writer import Writer

Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs `models` in an empty folder: what it prints, or the one line with which it refuses, leaving nothing."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, status: int = 0) -> str:
        before = {path: path.read_bytes() for path in tmp_path.iterdir()}
        assert main(["models", *map(str, arguments)]) == status
        out, err = capsys.readouterr()
        if status == 0:
            assert err == ""
            return out
        assert out == ""
        assert re.fullmatch(r"torch-opencv: error: [^\n\x1b]+\n", err), err
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
        return err

    return run


def linear_network(path: Path) -> Path:
    """Two linear layers that share their weight, and a ReLU between them."""
    weight = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
    write = Writer()

    def first() -> None:
        bias = lambda: write.tensor(7, torch.ones(4))  # noqa: E731
        fields = [("weight", lambda: write.tensor(5, weight)), ("bias", bias)]
        write.thing(3, "nn.Linear", lambda: write.table(4, fields))

    def relu() -> None:
        write.thing(9, "nn.ReLU", lambda: write.table(10, []))

    def second() -> None:
        bias = lambda: write.tensor(13, torch.zeros(4))  # noqa: E731
        fields = [("weight", lambda: write.reference(4, 5)), ("bias", bias)]
        write.thing(11, "nn.Linear", lambda: write.table(12, fields))

    modules = lambda: write.table(2, [(1, first), (2, relu), (3, second)])  # noqa: E731
    write.thing(1, "nn.Sequential", lambda: write.table(15, [("modules", modules)]))
    path.write_bytes(bytes(write))
    return path


def tensors_only(path: Path) -> Path:
    flat = torch.arange(12.0)
    write = Writer()
    items = [
        ("a", lambda: write.tensor(2, flat.view(3, 4).T, lambda: write.storage(3, flat))),
        ("b", lambda: write.tensor(4, flat[4:8], lambda: write.reference(4, 3))),
        ("b as another object", lambda: write.tensor(5, flat[4:8], lambda: write.reference(4, 3))),
        ("repeated", lambda: write.tensor(6, flat[:1].expand(5), lambda: write.reference(4, 3))),
        ("empty", lambda: write.tensor(7, torch.empty(0), lambda: write.value(None))),
    ]
    write.table(1, [("inner", lambda: write.table(8, items)), ("name", "x")])
    path.write_bytes(bytes(write))
    return path


def test_safetensors_of_a_network(said: Said, tmp_path: Path) -> None:
    source = linear_network(tmp_path / "net.t7")
    assert said("convert", source.name, "net.safetensors") == "net.safetensors: 3 tensors of the network\n"
    network, other = t7.load_network(source), t7.load_network(source)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    load_model(other, tmp_path / "net.safetensors")
    x = torch.randn(5, 4)
    assert other(x).equal(network(x))
    with safe_open(tmp_path / "net.safetensors", "pt") as file:
        metadata = file.metadata()
    assert metadata.pop("2.weight") == "0.weight"
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    assert metadata == {"format": "pt", "source": "net.t7", "class": "nn.Sequential", "sha256": sha256}


def test_safetensors_of_tensors(said: Said, tmp_path: Path) -> None:
    tensors_only(tmp_path / "tensors.t7")
    text = said("convert", "tensors.t7", "tensors.safetensors")
    assert text.startswith("tensors.safetensors: 4 tensors by their paths, as no network can be made: ")
    with safe_open(tmp_path / "tensors.safetensors", "pt") as file:
        tensors = {name: file.get_tensor(name).tolist() for name in file.keys()}  # noqa: SIM118
        assert file.metadata()["inner.b as another object"] == "inner.b"
        assert file.metadata()["class"] == "Table"
    columns = torch.arange(12.0).view(3, 4).T.tolist()
    assert tensors == {"inner.a": columns, "inner.b": [4, 5, 6, 7], "inner.repeated": [0] * 5, "inner.empty": []}


@pytest.mark.slow
def test_onnx(said: Said, tmp_path: Path) -> None:
    source = linear_network(tmp_path / "net.t7")
    text = said("convert", source.name, "net.onnx")
    assert re.fullmatch(
        r"net\.onnx: input \(N, 4\), 1 output; ONNX Runtime and PyTorch differ by \S+ at most, .*\n", text
    )
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    x = torch.randn(7, 4)
    (output,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(output), t7.load_network(source)(x).detach())
    properties = {entry.key: entry.value for entry in onnx.load(tmp_path / "net.onnx").metadata_props}
    assert properties["source"] == "net.t7"
    assert properties["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.data
def test_onnx_of_images(said: Said, shared_data: Path) -> None:
    source = shared_data / "torch7" / "openface" / "nn4.small2.random.t7"
    assert "--size WIDTHxHEIGHT" in said("convert", source, "a.onnx", status=2)
    assert "doesn't take an input of 3x32x32" in said("convert", source, "a.onnx", "--size", "32x32", status=2)
    assert "input (N, 3, 96, 96), 1 output" in said("convert", source, "a.onnx", "--size", "96x96")
    source = shared_data / "torch7" / "layers" / "Conv.t7"
    assert "input (N, 4, 11, 9), 1 output" in said("convert", source, "b.onnx", "--size", "9x11")


def test_what_is_there_stays(said: Said, tmp_path: Path) -> None:
    linear_network(tmp_path / "net.t7")
    (tmp_path / "out.safetensors").write_text("mine")
    assert "out.safetensors exists; --force overwrites it" in said("convert", "net.t7", "out.safetensors", status=2)
    said("convert", "net.t7", "out.safetensors", "--force")
    assert (tmp_path / "out.safetensors").stat().st_size > 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.t7", "out.safetensors"]


def test_refusals(said: Said, tmp_path: Path) -> None:
    linear_network(tmp_path / "net.t7")
    (tmp_path / "bad.t7").write_bytes(b"\x03\0\0\0")
    (tmp_path / "empty.t7").touch()
    write = Writer()
    write.table(1, [("only", "text")])
    (tmp_path / "text.t7").write_bytes(bytes(write))
    large = Writer()
    large.header(1, "torch.FloatTensor")
    large.geometry([1 << 50], [0])
    large.storage(2, torch.ones(1))
    (tmp_path / "large.t7").write_bytes(bytes(large))
    assert "should end with .safetensors or .onnx" in said("convert", "net.t7", "out.pt", status=2)
    assert "does not exist" in said("convert", "none.t7", "out.onnx", status=2)
    assert "bad.t7: a number of 4 bytes" in said("convert", "bad.t7", "out.onnx", status=2)
    assert "bad.t7: a number of 4 bytes" in said("inspect", "bad.t7", status=2)
    assert "empty.t7 is empty" in said("inspect", "empty.t7", status=2)
    assert "text.t7 has no tensors" in said("convert", "text.t7", "out.safetensors", status=2)
    assert "there is no network in it" in said("convert", "text.t7", "out.onnx", status=2)
    assert "repeats its elements to 4503599.6 GB" in said("convert", "large.t7", "out.safetensors", status=2)
    assert "begins with 4 features, not 5" in said("convert", "net.t7", "out.onnx", "--size", "5", status=2)
    for size in ("0x5", "5x", "a", "1x2x3"):
        assert "WIDTHxHEIGHT" in said("convert", "net.t7", "out.onnx", "--size", size, status=2)
    assert "can't be written" in said("convert", "net.t7", "no/out.safetensors", status=2)


def test_inspect(said: Said, tmp_path: Path) -> None:
    linear_network(tmp_path / "net.t7")
    lines = said("inspect", "net.t7").splitlines()
    assert lines[:2] == ["<nn.Sequential>", "└── modules: table of 3"]
    assert "    │   └── bias: float32 (4,)" in lines
    assert lines[-1].startswith("24 parameters in 3 tensors; ")
    assert len(said("inspect", "net.t7", "--depth", "1").splitlines()) == 4
    tensors_only(tmp_path / "tensors.t7")
    assert "storage 1 from 4" in said("inspect", "tensors.t7", "--items", "100")
