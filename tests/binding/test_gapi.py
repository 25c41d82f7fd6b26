"""G-API: graphs of cv2's operations and of the user's own, whose kernels are given tensors."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import torch_opencv as cv

pytestmark = [
    pytest.mark.usefixtures("either_way"),
    pytest.mark.skipif(not hasattr(cv, "gapi") or not hasattr(cv.gapi, "op"), reason="this OpenCV has no G-API"),
]


def image(seed: int, *shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def apply(outputs: Any, inputs: list[Any], values: list[Any], *kernels: type) -> Any:
    computation = cv.GComputation(cv.GIn(*inputs), cv.GOut(*outputs))
    return computation.apply(cv.gin(*values), args=cv.gapi.compile_args(cv.gapi.kernels(*kernels)))


def test_a_kernel_is_given_tensors_and_returns_one() -> None:
    given: list[object] = []

    @cv.gapi.op("test.average", in_types=[cv.GMat, cv.GMat, float], out_types=[cv.GMat])
    class Average:
        @staticmethod
        def outMeta(first: Any, second: Any, weight: float) -> Any:  # noqa: N802
            given.append(type(first))
            return first

    @cv.gapi.kernel(Average)
    class AverageKernel:
        @staticmethod
        def run(first: torch.Tensor, second: torch.Tensor, weight: float) -> torch.Tensor:
            given.append(type(first))
            return (first * weight + second * (1 - weight)).round().to(torch.uint8)

    a, b = image(0, 7, 9, 3), image(1, 7, 9, 3)
    x, y = cv.GMat(), cv.GMat()
    out = Average.on(x, y, 0.25)  # type: ignore[attr-defined]
    assert type(out) is cv.GMat
    blurred = cv.gapi.blur(out, (3, 3))
    result = apply([out, blurred], [x, y], [a, b], AverageKernel)
    expected = (a * 0.25 + b * 0.75).round().to(torch.uint8)
    assert torch.equal(result[0], expected)
    assert torch.equal(result[1], cv.blur(expected, (3, 3)))
    assert given == [cv.GMatDesc, torch.Tensor]


def test_a_kernel_of_several_results_and_of_numbers() -> None:
    @cv.gapi.op("test.facts", in_types=[cv.GMat], out_types=[cv.GMat, cv.GOpaque.Size, cv.GScalar, cv.GArray.Int])
    class Facts:
        @staticmethod
        def outMeta(description: Any) -> Any:  # noqa: N802
            return description, cv.empty_gopaque_desc(), cv.empty_scalar_desc(), cv.empty_array_desc()

    @cv.gapi.kernel(Facts)
    class FactsKernel:
        @staticmethod
        def run(x: torch.Tensor) -> Any:
            return x.flip(1), torch.tensor([x.shape[1], x.shape[0]]), x.float().mean((0, 1)), list(x[0, :3, 0])

    x = cv.GMat()
    photo = image(2, 5, 8, 3)
    flipped, size, mean, first = apply(Facts.on(x), [x], [photo], FactsKernel)  # type: ignore[attr-defined]
    assert torch.equal(flipped, photo.flip(1))
    assert tuple(size) == (8, 5)
    assert list(mean)[:3] == pytest.approx(photo.float().mean((0, 1)).tolist())
    assert list(first) == photo[0, :3, 0].tolist()


def test_a_kernel_keeps_a_state() -> None:
    @cv.gapi.op("test.sum", in_types=[cv.GMat], out_types=[cv.GMat])
    class Sum:
        @staticmethod
        def outMeta(description: Any) -> Any:  # noqa: N802
            return description

    @cv.gapi.kernel(Sum)
    class SumKernel:
        @staticmethod
        def setup(description: Any) -> list[torch.Tensor]:
            assert type(description) is cv.GMatDesc
            return []

        @staticmethod
        def run(x: torch.Tensor, seen: list[torch.Tensor]) -> torch.Tensor:
            seen.append(x.clone())
            return torch.stack(seen).sum(0, dtype=torch.int32).to(torch.uint8)

    x = cv.GMat()
    computation = cv.GComputation(cv.GIn(x), cv.GOut(Sum.on(x)))  # type: ignore[attr-defined]
    arguments = cv.gapi.compile_args(cv.gapi.kernels(SumKernel))
    for count in range(1, 4):
        result = computation.apply(cv.gin(torch.ones(4, 6, dtype=torch.uint8)), args=arguments)
        assert torch.equal(result, torch.full((4, 6), count, dtype=torch.uint8))


def test_what_goes_wrong_in_a_kernel_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    @cv.gapi.op("test.wrong", in_types=[cv.GMat], out_types=[cv.GMat])
    class Wrong:
        @staticmethod
        def outMeta(description: Any) -> Any:  # noqa: N802
            return description

    @cv.gapi.kernel(Wrong)
    class WrongKernel:
        @staticmethod
        def run(x: torch.Tensor) -> torch.Tensor:
            return x.to(torch.bfloat16)

    x = cv.GMat()
    with pytest.raises(cv.error, match="Python kernel failed with error"):
        apply([Wrong.on(x)], [x], [image(3, 4, 4)], WrongKernel)  # type: ignore[attr-defined]
    # OpenCV prints what a kernel raised, and raises its own.
    assert "WrongKernel.run returned a tensor that is torch.bfloat16, which OpenCV" in capfd.readouterr().err
