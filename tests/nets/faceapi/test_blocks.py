"""Padding, resizing and suppression against plain definitions of them."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from torch_opencv.nets import faceapi
from torch_opencv.nets.faceapi import boxes
from torch_opencv.nets.faceapi.blocks import (
    Normalise,
    SameConv2d,
    SeparableConv2d,
    max_pool_same,
    published_state,
    with_normalisation,
)
from torch_opencv.nets.faceapi.inputs import square


def windows(size: int, kernel: int, stride: int) -> list[list[int | None]]:
    """What each output of TensorFlow's "same" sees: positions, None beyond the edge. The odd pad is at the end."""
    outputs = math.ceil(size / stride)
    before = max((outputs - 1) * stride + kernel - size, 0) // 2
    starts = [output * stride - before for output in range(outputs)]
    return [[at if 0 <= at < size else None for at in range(start, start + kernel)] for start in starts]


@pytest.mark.parametrize("size", [1, 2, 7, 8, 13])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)])
def test_same_padding(size: int, kernel: int, stride: int) -> None:
    x = torch.randn(1, 1, size, size + 1)
    rows, columns = windows(size, kernel, stride), windows(size + 1, kernel, stride)
    pooled = max_pool_same(x, kernel, stride)[0, 0]

    def seen(row: list[int | None], column: list[int | None]) -> list[float]:
        return [x[0, 0, i, j].item() for i in row for j in column if i is not None and j is not None]

    expected = torch.tensor([[max(seen(row, column)) for column in columns] for row in rows])
    assert torch.equal(pooled, expected)
    if kernel == 2:
        return  # there is no such convolution
    conv = SameConv2d(1, 1, kernel, stride)
    weight = conv.weight[0, 0]
    expected = torch.stack(
        [
            torch.stack(
                [
                    sum(
                        (
                            weight[a, b] * x[0, 0, i, j]
                            for a, i in enumerate(row)
                            for b, j in enumerate(column)
                            if i is not None and j is not None
                        ),
                        start=conv.bias[0],  # type: ignore[index]
                    )
                    for column in columns
                ]
            )
            for row in rows
        ]
    )
    torch.testing.assert_close(conv(x)[0, 0], expected)


def resized(image: Tensor, size: int) -> Tensor:
    """TensorFlow's bilinear resizing of before half pixel centres, pixel by pixel: (S, S, 3) to (size, size, 3)."""
    side = image.shape[0]
    out = torch.zeros(size, size, 3, dtype=torch.float64)
    for i in range(size):
        for j in range(size):
            y, x = i * side / size, j * side / size
            top, left = int(y), int(x)
            bottom, right = min(math.ceil(y), side - 1), min(math.ceil(x), side - 1)
            upper = image[top, left] * (1 - (x - left)) + image[top, right] * (x - left)
            lower = image[bottom, left] * (1 - (x - left)) + image[bottom, right] * (x - left)
            out[i, j] = upper * (1 - (y - top)) + lower * (y - top)
    return out


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(("width", "height"), [(9, 9), (9, 4), (5, 14), (16, 16), (40, 21)])
def test_squares(width: int, height: int, centred: bool) -> None:
    frame = torch.randint(256, (50, 60, 3), dtype=torch.uint8)[:, ::1]
    part = frame[3 : 3 + height, 7 : 7 + width].flip(2).double()
    side = max(width, height)
    lacking = side - min(width, height)
    after = math.floor(lacking / 2 + 0.5) if centred else lacking
    pads = (lacking - after, after)
    padded = F.pad(part, (0, 0, *((0, 0) if width >= height else pads), *((0, 0) if height >= width else pads)))
    expected = resized(padded, 16).permute(2, 0, 1)
    ours = square(frame, (7, 3, width, height), 16, centred=centred)
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours.double(), expected, rtol=0, atol=1e-3)


def test_separable_convolution_has_nothing_between() -> None:
    conv = SeparableConv2d(3, 5, stride=2)
    x = torch.randn(2, 3, 9, 9)
    kernel = torch.einsum("oc,chw->ochw", conv.pointwise.weight[:, :, 0, 0], conv.depthwise.weight[:, 0])
    expected = F.conv2d(F.pad(x, (1, 1, 1, 1)), kernel, conv.pointwise.bias, stride=2)
    torch.testing.assert_close(conv(x), expected)


INPUTS: list[tuple[type[nn.Module], int, list[tuple[int, ...]]]] = [
    (faceapi.SsdMobilenet, 512, [(5118, 4), (5118,)]),
    (faceapi.TinyFaceDetector, 416, [(25, 13, 13)]),
    (faceapi.TinyFaceDetector, 224, [(25, 7, 7)]),
    (faceapi.Landmarks68, 112, [(68, 2)]),
    (faceapi.Landmarks68Tiny, 112, [(68, 2)]),
    (faceapi.AgeGender, 112, [(), (2,)]),
    (faceapi.Expression, 112, [(7,)]),
    (faceapi.Descriptor, 150, [(128,)]),
]


@pytest.mark.parametrize(("kind", "size", "shapes"), INPUTS)
def test_shapes_and_batches(kind: type[nn.Module], size: int, shapes: list[tuple[int, ...]]) -> None:
    """Each image of a batch has the answer that it has alone."""
    torch.manual_seed(0)
    network = kind().eval()
    images = torch.rand(3, 3, size, size) * 255
    with torch.no_grad():
        together, alone = network(images), network(images[1:2])
    together, alone = ([out] if isinstance(out, Tensor) else out for out in (together, alone))
    assert [tuple(out.shape) for out in together] == [(3, *shape) for shape in shapes]
    for all_of_them, one in zip(together, alone, strict=True):
        torch.testing.assert_close(all_of_them[1:2], one, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", dict.fromkeys(kind for kind, *_ in INPUTS))
def test_other_weights_do_not_fit(kind: type[nn.Module]) -> None:
    first = {"conv0/filters": torch.zeros(3, 3, 3, 7)}
    for tensors in ({}, first, {"conv32_down/conv/filters": torch.zeros(7, 7, 3, 32)}):
        with pytest.raises(RuntimeError, match=r"Missing key|among the weights"):
            kind().load_published(tensors)  # type: ignore[operator]


def test_published_layout() -> None:
    tensors = {"a/filters": torch.randn(3, 5, 2, 4), "a/bias": torch.randn(4), "fc/weights": torch.randn(2, 6)}
    tensors |= {"s/depthwise_filter": torch.randn(3, 3, 2, 1), "s/pointwise_filter": torch.randn(1, 1, 2, 4)}
    tensors["s/bias"] = torch.randn(4)
    state = published_state(tensors, {"a/": "first/"})
    names = ["first.weight", "first.bias", "fc.weight", "s.depthwise.weight", "s.pointwise.weight", "s.pointwise.bias"]
    assert sorted(state) == sorted(names)
    assert state["first.weight"][3, 1, 2, 4] == tensors["a/filters"][2, 4, 1, 3]
    assert state["s.depthwise.weight"][1, 0, 2, 0] == tensors["s/depthwise_filter"][2, 0, 1, 0]
    assert state["fc.weight"][5, 1] == tensors["fc/weights"][1, 5]
    with pytest.raises(ValueError, match="a/filters has 2 dimensions instead of 4"):
        published_state({"a/filters": torch.zeros(2, 2)}, {})


coordinates = st.lists(
    st.tuples(*[st.integers(-5, 20)] * 2, *[st.integers(0, 15)] * 2, st.integers(0, 1000)), min_size=0, max_size=12
)


@settings(max_examples=200, deadline=None)
@given(coordinates, st.sampled_from([0.3, 0.5]))
def test_suppression(found: list[tuple[int, ...]], overlap: float) -> None:
    table = torch.tensor(found, dtype=torch.float64).reshape(-1, 5)
    kept = boxes.suppressed(table[:, :4], table[:, 4], overlap).tolist()

    def share(one: list[float], other: list[float]) -> float:
        width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
        height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
        both = max(width, 0) * max(height, 0)
        union = one[2] * one[3] + other[2] * other[3] - both
        return both / union if union else 0.0

    rows = table.tolist()
    expected: list[int] = []
    for index in sorted(range(len(rows)), key=lambda index: -rows[index][4]):
        if all(share(rows[index], rows[better]) <= overlap for better in expected):
            expected.append(index)
    assert kept == expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((1.9, 2.9, 3.9, 4.9), (1, 2, 3, 4)),
        ((-2.5, -3.5, 10.9, 10.2), (0, 0, 8, 6)),
        ((95.5, 40, 10, 20), (95, 40, 4, 10)),  # the right edge at 100, the lower one at 50
        ((100.5, 10, 5, 5), None),
        ((10, 10, 0.9, 5), None),
        ((-10, 10, 5, 5), None),
    ],
)
def test_crops_are_clipped_and_rounded_down(box: tuple[float, ...], expected: tuple[int, ...] | None) -> None:
    assert boxes.crop(torch.tensor(box, dtype=torch.float64), 100, 50) == expected


def test_landmarks_back_in_the_frame() -> None:
    """A crop of 30x60 lies in the middle half of its square, so that x = 0.25 is its left edge."""
    landmarks = torch.tensor([[0.25, 0.0], [0.75, 1.0], [0.5, 0.5]])
    box = torch.tensor([10.5, 20.25, 30.9, 60.9], dtype=torch.float64)
    pixels = boxes.landmarks_in_frame(landmarks, (10, 20, 30, 60), box)
    expected = torch.tensor([[10.5, 20.25], [40.5, 80.25], [25.5, 50.25]], dtype=torch.float64)
    torch.testing.assert_close(pixels, expected)
    assert boxes.aligned_box(pixels).tolist() == pytest.approx([7.5, 14.25, 36, 72])


def test_decoding_the_tiny_detectors_grid() -> None:
    """One cell of 13 x 13 and its third anchor: the centre at its middle, the size the anchor's."""
    grid = torch.full((1, 25, 13, 13), -10.0)
    grid[0, 10:15, 4, 7] = torch.tensor([0.0, 0.0, 0.0, 0.0, 2.0])
    found, scores = faceapi.TinyFaceDetector.decode(grid)
    assert found.shape == (1, 845, 4)
    best = int(scores.argmax())
    assert scores[0, best].item() == pytest.approx(1 / (1 + math.exp(-2)))
    left, top, width, height = (found[0, best] * 13).tolist()
    assert (width, height) == pytest.approx((2.882459, 3.518061), rel=1e-6)
    assert (left + width / 2, top + height / 2) == pytest.approx((7.5, 4.5), rel=1e-6)


def test_normalisation_as_part_of_a_convolution() -> None:
    mean, scale = (117.0, 114.5, 97.25), 255.0
    conv, folded = (torch.nn.Conv2d(3, 5, 3) for _ in range(2))
    weight, bias = with_normalisation(conv.weight.detach(), conv.bias.detach(), mean, scale)  # type: ignore[union-attr]
    folded.load_state_dict({"weight": weight, "bias": bias})
    images = torch.rand(2, 3, 20, 30) * 255
    torch.testing.assert_close(folded(images), conv(Normalise(mean, scale)(images)), rtol=0, atol=1e-5)
