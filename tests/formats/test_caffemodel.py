"""Caffe's files: ours against OpenCV 4's importer on the same bytes; everything hostile in one line."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import cv2
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torch_opencv.formats import FormatError, caffemodel

from .writing import Style, blob, layer, message, number, v1_layer, varint

needs_caffe = pytest.mark.skipif(
    int(cv2.__version__.split(".")[0]) >= 5, reason="OpenCV 5 has no Caffe importer to compare with"
)
KERNEL = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0))
BIAS = torch.randn(4, generator=torch.Generator().manual_seed(1))
PROTOTXT = b"""
name: "test" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 } }
"""
V1_PROTOTXT = b"""
name: "test" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 } }
"""


def model(*, v1: bool = False, style: Style = "packed", legacy: bool = False, packed_shape: bool = True) -> bytes:
    make = v1_layer if v1 else layer
    blobs = [blob(one, style=style, legacy=legacy, packed_shape=packed_shape) for one in (KERNEL, BIAS)]
    return message(1, b"test") + make("relu", []) + make("conv", blobs)


@needs_caffe
@pytest.mark.parametrize("v1", [False, True])
@pytest.mark.parametrize("style", ["packed", "unpacked", "half"])
@pytest.mark.parametrize("legacy", [False, True])
def test_opencv_reads_the_same(v1: bool, style: Style, legacy: bool) -> None:
    data = model(v1=v1, style=style, legacy=legacy)
    net = cv2.dnn.readNetFromCaffe(bytearray(V1_PROTOTXT if v1 else PROTOTXT), bytearray(data))
    _, conv = caffemodel.loads(data)
    kernel, bias = conv.blobs
    torch.testing.assert_close(kernel, torch.from_numpy(net.getParam("conv", 0)), rtol=0, atol=0)
    torch.testing.assert_close(bias.flatten(), torch.from_numpy(net.getParam("conv", 1)).flatten(), rtol=0, atol=0)


@pytest.mark.parametrize("v1", [False, True])
@pytest.mark.parametrize("style", ["packed", "unpacked", "double"])
@pytest.mark.parametrize("packed_shape", [False, True])
def test_layers(v1: bool, style: Style, packed_shape: bool) -> None:
    relu, conv = caffemodel.loads(model(v1=v1, style=style, packed_shape=packed_shape))
    assert (relu.name, relu.blobs, conv.name) == ("relu", (), "conv")
    assert torch.equal(conv.blobs[0], KERNEL)
    assert torch.equal(conv.blobs[1], BIAS)


@needs_caffe
def test_opencvs_own_halves(tmp_path: Path) -> None:
    """As shrinkCaffeModel writes them, not as this test's own writer does."""
    (tmp_path / "full.caffemodel").write_bytes(model())
    cv2.dnn.shrinkCaffeModel(str(tmp_path / "full.caffemodel"), str(tmp_path / "half.caffemodel"))
    shrunk = caffemodel.load(tmp_path / "half.caffemodel")
    assert torch.equal(shrunk[1].blobs[0], KERNEL.half().float())


def test_runs_are_cut_and_mixed() -> None:
    """Floats that come one by one, in packed pieces, with other fields between, and as doubles: all in their order."""
    values = torch.arange(12.0)
    tag = varint(5 << 3 | 5)
    single = [tag + struct.pack("<f", value) for value in values.tolist()]
    content = message(7, message(1, varint(12))) + b"".join(single[:5]) + number(3000, 7) + single[5]
    content += message(5, values[6:10].numpy().tobytes()) + message(8, values[10:].double().numpy().tobytes())
    (one,) = caffemodel.loads(layer("mixed", [content]))
    assert torch.equal(one.blobs[0], values)


def test_mean_image(tmp_path: Path) -> None:
    image = torch.rand(1, 3, 4, 5) * 255
    path = tmp_path / "mean.binaryproto"
    path.write_bytes(blob(image, legacy=True))
    assert torch.equal(caffemodel.load_blob(path), image)
    path.write_bytes(b"")
    with pytest.raises(FormatError, match=r"mean\.binaryproto is not a blob of Caffe's"):
        caffemodel.load_blob(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (message(5, b"\0" * 8), "a blob without a shape"),
        (message(7, message(1, varint(3))) + message(5, b"\0" * 8), r"2 numbers with the shape \(3,\)"),
        (message(7, message(1, varint(2**63) + varint(2))) + message(5, b""), "negative or enormous"),
        (number(1, -1) + number(2, 1) + number(3, 1) + number(4, 1), "a blob of 0 numbers"),
        (message(7, message(1, varint(1))) + message(5, b"\0" * 5), "end within a number"),
        (message(7, message(1, varint(1))) + number(10, 9) + message(12, b"\0" * 4), "raw data of type 9"),
        (number(5, 1), "no floating-point numbers"),
        (number(7, 1), "field 7 is no message"),
        (message(7, message(1, bytes([1] * 40))) + message(5, b"\0" * 4), "with the shape"),
    ],
)
def test_blobs_that_can_t_be(content: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why) as refused:
        caffemodel.loads(layer("x", [content]))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04" + bytes(100),
        varint(100 << 3 | 2) + varint(2**62),
        b"\xff" * 11,
        varint(100 << 3 | 3) * 50,
        varint(100 << 3 | 5) + b"\0",
        b"\0" * 100,
        number(5, 1),
    ],
)
def test_other_files(data: bytes) -> None:
    with pytest.raises(FormatError, match="not a Caffe model"):
        caffemodel.loads(data)


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.caffemodel"):
        with pytest.raises(FormatError, match="is not a file that can be read"):
            caffemodel.load(path)


def test_endless_fields_are_given_up() -> None:
    with pytest.raises(FormatError, match="more than 200,000 fields"):
        caffemodel.loads(number(9, 1) * 200_001)
    with pytest.raises(FormatError, match="too many numbers"):
        caffemodel.loads(layer("x", [message(7, message(1, b"\1" * 200_001))]))
    with pytest.raises(FormatError):  # runs of one, between which the number changes
        caffemodel.loads(layer("x", [(varint(5 << 3 | 5) + bytes(4) + varint(9 << 3 | 5) + bytes(4)) * 20_000]))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_damaged_files(seed: int) -> None:
    """Any change gives layers or a FormatError of one line, nothing else."""
    chance = random.Random(seed)
    styles: tuple[Style, ...] = ("packed", "unpacked", "double", "half")
    data = bytearray(model(v1=chance.random() < 0.5, style=chance.choice(styles), legacy=chance.random() < 0.5))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(max(1, min(len(data), 120) if chance.random() < 0.7 else len(data)))
        match chance.randrange(4):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                del data[at : at + chance.randint(1, 10)]
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 10))
            case 3:
                del data[at + 1 :]
    try:
        layers = caffemodel.loads(bytes(data))
    except FormatError as error:
        assert "\n" not in str(error)
    else:
        assert all(blob.dtype == torch.float32 for one in layers for blob in one.blobs)
