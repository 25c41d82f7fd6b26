"""A model of your own in the live loop: it sees where something moves. It is a class of ten lines, and a call.

``process`` says what is in a frame, and may take its time: a camera goes on being shown meanwhile. ``draw`` draws that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from _images import CommandLine
from torch import Tensor

import torch_opencv as cv
from torch_opencv import live


class Moving(live.App[list[tuple[int, int, int, int]]]):
    def __init__(self) -> None:
        self.background = cv.createBackgroundSubtractorMOG2(history=50, detectShadows=False)

    def process(self, image: Tensor, /) -> list[tuple[int, int, int, int]]:
        mask = cv.medianBlur(self.background.apply(image), 9)
        return [cv.boundingRect(shape) for shape in cv.findContours(mask, cv.RETR_EXTERNAL, cv.CHAIN_APPROX_SIMPLE)[0]]

    def draw(self, image: Tensor, boxes: list[tuple[int, int, int, int]], /) -> Tensor:
        for x, y, w, h in boxes:
            cv.rectangle(image, (x, y), (x + w, y + h), (80, 200, 255), 2)
        return image


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "own_model.mp4")
    parser.add_argument("source", nargs="?", default="sample", help="whatever torch-opencv takes as its SOURCE")
    args = parser.parse_args(argv)
    try:
        report = live.run(Moving(), args.source, record=args.output, view="window" if args.show else "none")
    except live.LiveError as error:
        parser.error(str(error))
    print(f"processed {report.frames} frames, wrote {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
