"""Network in Network for ImageNet, as the original live classification demo used it.

Lin, Chen and Yan, "Network In Network", 2013, https://arxiv.org/abs/1312.4400, in the version that Sergey Zagoruyko
trained in Torch7 (`nin_nobn_final.t7`): with a linear layer after the average, and batch normalisation folded into the
convolutions afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


class NetworkInNetwork(nn.Sequential):
    """Images to logits.

    Input: float (N, 3, 224, 224), RGB, (value / 255 - mean) / std with the mean and std of the file's `transform`.
    Output: float (N, classes), before softmax, classes in ILSVRC-2012's order.

    The layers stand in the order of the Torch7 file, so that its parameters, taken in order, are those of
    `parameters()`. `widths` are the channels of the four stages.
    """

    def __init__(self, widths: Sequence[int] = (96, 256, 384, 1024), classes: int = 1000) -> None:
        first, second, third, fourth = widths
        super().__init__(
            *_stage(3, first, kernel=11, stride=4, padding=5),
            nn.MaxPool2d(3, stride=2, padding=1),
            *_stage(first, second, kernel=5, stride=1, padding=2),
            nn.MaxPool2d(3, stride=2, padding=1),
            *_stage(second, third, kernel=3, stride=1, padding=1),
            nn.MaxPool2d(3, stride=2, padding=1),
            *_stage(third, fourth, kernel=3, stride=1, padding=1),
            nn.AvgPool2d(7, stride=1),
            nn.Flatten(),
            nn.Linear(fourth, classes),
        )


def _stage(inputs: int, width: int, *, kernel: int, stride: int, padding: int) -> list[nn.Module]:
    """A convolution and the two of 1x1 that make it a small network of its own at each place."""
    return [
        nn.Conv2d(inputs, width, kernel, stride, padding),
        nn.ReLU(),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
    ]
