"""Support vector machine: learn to tell three spiral arms of points apart, and draw what it decides everywhere.

C-support vector classification with a Gaussian kernel (Cortes and Vapnik, 1995); ``--auto`` chooses C and gamma by
cross-validation (``trainAuto``). Points that the machine hasn't seen say how well it has learnt.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import torch
from _images import CommandLine, finish
from torch import Tensor

import torch_opencv as cv

SIZE = 480
COLOURS = torch.tensor([[60, 60, 230], [60, 190, 60], [230, 130, 40]], dtype=torch.uint8)


def spirals(count: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """``count`` points of each arm: float32 ``(3 * count, 2)`` within -1 to 1, and int32 ``(3 * count,)`` labels."""
    labels = torch.arange(3).repeat_interleave(count)
    radii = torch.rand(3 * count, generator=generator).sqrt() * 0.9
    angles = 4 * radii + labels * (2 * math.pi / 3) + noise * torch.randn(3 * count, generator=generator)
    return radii[:, None] * torch.stack((angles.cos(), angles.sin()), 1), labels.int()


def accuracy(machine: cv.ml.SVM, points: Tensor, labels: Tensor) -> float:
    _, predicted = machine.predict(points)
    return (predicted[:, 0] == labels).float().mean().item()


def drawn(machine: cv.ml.SVM, points: Tensor, labels: Tensor) -> Tensor:
    """The regions in pale colours, the points in strong ones, the support vectors in rings."""
    axis = torch.linspace(-1, 1, SIZE)
    everywhere = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).reshape(-1, 2)
    regions = machine.predict(everywhere)[1].long().reshape(SIZE, SIZE)
    canvas = 255 - (255 - COLOURS[regions]) // 3
    for point, label in zip(_pixels(points), labels, strict=True):
        cv.circle(canvas, point, 3, COLOURS[label], cv.FILLED, cv.LINE_AA)
    for point in _pixels(machine.getSupportVectors()):
        cv.circle(canvas, point, 5, (40, 40, 40), 1, cv.LINE_AA)
    return canvas


def _pixels(points: Tensor) -> Tensor:
    return ((points + 1) / 2 * (SIZE - 1)).round().int()


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "svm.png")
    parser.add_argument(
        "--noise", type=float, default=0.35, help="spread of the arms in radians (default: %(default)s)"
    )
    parser.add_argument("--auto", action="store_true", help="choose C and gamma by cross-validation")
    args = parser.parse_args(argv)
    generator = torch.Generator().manual_seed(0)
    points, labels = spirals(100, args.noise, generator)

    machine = cv.ml.SVM_create()
    machine.setType(cv.ml.SVM_C_SVC)
    machine.setKernel(cv.ml.SVM_RBF)
    machine.setC(10)
    machine.setGamma(10)
    if args.auto:
        machine.trainAuto(points, cv.ml.ROW_SAMPLE, labels)
    else:
        machine.train(points, cv.ml.ROW_SAMPLE, labels)

    unseen, truth = spirals(1000, args.noise, generator)
    vectors = machine.getSupportVectors()
    print(
        f"C {machine.getC():g}, gamma {machine.getGamma():g}: "
        f"{len(vectors)} of {len(points)} points are support vectors"
    )
    print(f"right: {accuracy(machine, points, labels):.1%} of the points it learnt from, ", end="")
    print(f"{accuracy(machine, unseen, truth):.1%} of {len(unseen)} others")
    return finish(drawn(machine, points, labels), args)


if __name__ == "__main__":
    sys.exit(main())
