"""Triton's kernels, by its interpreter on the CPU: the bits of torch's operations; and they compile for a GPU."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable
from typing import Any

import cv2
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.cuda import kernels
from torch_opencv.cuda.kernels import accelerated

pytest.importorskip("triton", reason="triton is not installed: the kernels for CUDA can't be run by its interpreter")

cuda: Any = cv.cuda
MODULE, KERNELS = "torch_opencv.cuda.kernels.fused", "torch_opencv.cuda.kernels.triton_kernels"


def forget() -> None:
    for name in (MODULE, KERNELS):
        sys.modules.pop(name, None)
    for name in ("fused", "triton_kernels"):
        vars(kernels).pop(name, None)


@pytest.fixture(scope="module")
def interpreted() -> Any:
    """The module of kernels, made for the interpreter."""
    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRITON_INTERPRET", "1")  # kernels look at it when they are declared
        module = importlib.import_module(MODULE)
    forget()
    return module


def image(*shape: int) -> Tensor:
    return torch.randint(256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(sum(shape)))


WARP = [[0.9, 0.2, -3.3], [-0.25, 1.1, 5.7]]
BGR = image(2, 9, 21, 3)  # few rows: the interpreter takes its time for each
CALLS: dict[str, Callable[[], Tensor]] = {
    "resize": lambda: cuda.resize(BGR, (29, 7)),
    "resize to a quarter": lambda: cuda.resize(BGR[:, :8, :20], (10, 4)),
    "resize one channel": lambda: cuda.resize(image(14, 61), (13, 5)),
    "resize a part": lambda: cuda.resize(BGR[0, 3:8, 5:20], (50, 4)),
    "nearest": lambda: cuda.resize(BGR, (50, 4), interpolation=cv2.INTER_NEAREST),
    "gray": lambda: cuda.cvtColor(BGR, cv2.COLOR_BGR2GRAY),
    "gray of RGBA": lambda: cuda.cvtColor(image(9, 700, 4), cv2.COLOR_RGBA2GRAY),
    "pyrDown": lambda: cuda.pyrDown(BGR[:, :5]),
    "pyrDown of two rows": lambda: cuda.pyrDown(image(2, 600)),
    "warpAffine": lambda: cuda.warpAffine(BGR, WARP, (30, 7), borderValue=(10, 20, 30, 0)),
    "warpAffine mirrored": lambda: cuda.warpAffine(
        BGR, WARP, (40, 5), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101
    ),
    "warpAffine reflected": lambda: cuda.warpAffine(image(5, 7), WARP, (30, 9), borderMode=cv2.BORDER_REFLECT),
    "warpAffine wrapped": lambda: cuda.warpAffine(image(5, 7), WARP, (30, 9), borderMode=cv2.BORDER_WRAP),
    "warpAffine replicated": lambda: cuda.warpAffine(image(5, 7), WARP, (30, 9), borderMode=cv2.BORDER_REPLICATE),
    "GaussianBlur": lambda: cuda.createGaussianFilter(cv2.CV_8UC3, -1, (5, 7), 1.1, 2.0).apply(BGR[:, :4]),
    "GaussianBlur replicated": lambda: cuda.createGaussianFilter(
        cv2.CV_8UC1, -1, (9, 3), 0, 0, cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT
    ).apply(image(5, 33)),
    "preprocess": lambda: cuda.preprocess(BGR, (19, 5), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    "preprocess boxes": lambda: cuda.preprocess(
        BGR[0], (24, 6), boxes=[(0, 0, 21, 9), (5, 2, 12, 7), (18, 6, 3, 3)], swapRB=False, dtype=torch.float16
    ),
    **{
        f"threshold {kind}": lambda kind=kind: cuda.threshold(image(31, 50), 99.5, 201, kind)[1]  # type: ignore[misc]
        for kind in range(5)
    },
}


@pytest.mark.parametrize("name", CALLS)
def test_kernels_give_the_bits_of_torch(name: str, interpreted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = CALLS[name]()
    served: list[Any] = []

    def serves(x: Tensor) -> bool:
        served.append(x)
        return True

    monkeypatch.setattr(accelerated, "serves", serves)
    monkeypatch.setitem(sys.modules, MODULE, interpreted)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # a kernel that failed
        made = CALLS[name]()
    assert served, "no kernel was asked"
    assert made.dtype == expected.dtype and made.shape == expected.shape
    assert torch.equal(made, expected), f"{(made != expected).sum()} of {made.numel()} differ"


_TYPES = {"src": "*u8", "out": "*u8", "boxes": "*fp64", "taps": "*i32"}
_CONSTANTS = {
    "C": 3, "BLOCK": 256, "SWAP": True, "FIRST_IS_BLUE": True, "KIND": 0, "KX": 5, "KY": 5, "STEP": 1,
    "ACROSS": 4, "DOWN": 4, "BITS": 16, "BORDER": 0,
}  # fmt: skip


@pytest.mark.parametrize("name", ["resize", "nearest", "preprocess", "gray", "threshold", "separable", "warp"])
def test_kernels_compile_for_a_gpu(name: str) -> None:
    """For compute capability 8.0; nothing of a GPU is needed for that."""
    triton = importlib.import_module("triton")
    compiler, backends = (importlib.import_module(f"triton.{x}") for x in ("compiler", "backends.compiler"))
    forget()
    kernel = importlib.import_module(KERNELS).KERNELS[name]
    signature, constants = {}, {}
    for parameter in kernel.params:
        own = parameter.name
        if parameter.is_constexpr:
            signature[own], constants[own] = "constexpr", _CONSTANTS[own]
        elif own == "out" and name == "preprocess":
            signature[own] = "*fp32"
        elif name == "preprocess" and own in ("f0", "f1", "f2", "s0", "s1", "s2"):
            signature[own] = "fp32"
        else:
            signature[own] = _TYPES.get(own) or parameter.annotation_type or "i32"
    source = compiler.ASTSource(fn=kernel, signature=signature, constexprs=constants)
    target = backends.GPUTarget("cuda", 80, 32)
    assembly = triton.compile(source, target=target, options={"enable_fp_fusion": False}).asm["ptx"]
    assert ".entry" in assembly and "fma.rn.f" not in assembly
    forget()


def test_a_kernel_that_fails_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerated, "serves", lambda _: True)
    monkeypatch.setattr(accelerated, "_failed", set())

    def fails(_: Any) -> Tensor:
        raise RuntimeError("no compiler")

    with pytest.warns(RuntimeWarning, match="kernel for resize is not used, .* RuntimeError: no compiler"):
        assert accelerated.attempt("resize", BGR, fails) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert accelerated.attempt("resize", BGR, fails) is None
