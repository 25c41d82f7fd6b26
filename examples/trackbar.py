"""Trackbar: keep what is brighter than a threshold, in colour, and see it change while the threshold is moved.

The threshold is moved in a window with ``--show``, until Esc or q is pressed or the window is closed. Without it
nothing is opened: the threshold is ``--threshold``, or the one that Otsu's method (1979) finds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, load_image, write
from torch import Tensor

import torch_opencv as cv

WINDOW, TRACKBAR = "trackbar.py: Esc ends", "threshold"


def kept(frame: Tensor, threshold: int) -> Tensor:
    """The image where it is brighter than the threshold, 0 to 255, and a dim grey where it isn't."""
    gray = cv.cvtColor(frame, cv.COLOR_BGR2GRAY)
    _, mask = cv.threshold(gray, threshold, 255, cv.THRESH_BINARY)
    canvas = torch.where(mask[:, :, None] > 0, frame, gray[:, :, None] // 3)
    text = f"brighter than {threshold}: {(mask > 0).float().mean():.1%}"
    for colour, thickness in ((0, 0, 0), 4), ((255, 255, 255), 1):
        cv.putText(canvas, text, (12, 24), cv.FONT_HERSHEY_SIMPLEX, 0.6, colour, thickness, cv.LINE_AA)
    return canvas


def moved(frame: Tensor, threshold: int) -> int:
    """The threshold that the user leaves the trackbar at."""

    def changed(position: int) -> None:
        nonlocal threshold
        threshold = position

    height, width = frame.shape[:2]
    scale = min(1, 1000 / max(height, width))
    cv.namedWindow(WINDOW, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL)
    cv.resizeWindow(WINDOW, round(width * scale), round(height * scale) + 50)  # there is the trackbar, too
    cv.createTrackbar(TRACKBAR, WINDOW, threshold, 255, changed)
    cv.imshow(WINDOW, kept(frame, threshold))
    while cv.waitKey(30) not in (27, ord("q")) and cv.getWindowProperty(WINDOW, cv.WND_PROP_VISIBLE) > 0:
        cv.imshow(WINDOW, kept(frame, threshold))
    cv.destroyAllWindows()
    return threshold


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "trackbar.png")
    parser.add_argument("image", nargs="?", type=load_image, default="coffee", help=IMAGE)
    parser.add_argument("--threshold", type=int, metavar="0..255", help="where to start (default: Otsu's)")
    args = parser.parse_args(argv)
    threshold = args.threshold
    if threshold is None:
        gray = cv.cvtColor(args.image, cv.COLOR_BGR2GRAY)
        threshold = int(cv.threshold(gray, 0, 255, cv.THRESH_BINARY | cv.THRESH_OTSU)[0])
    elif not 0 <= threshold <= 255:
        parser.error(f"--threshold: {threshold} is not within 0 to 255")
    if args.show:
        threshold = moved(args.image, threshold)
    print(f"threshold {threshold}" if args.show else f"threshold {threshold} (--show moves it, in a window)")
    return write(kept(args.image, threshold), args)


if __name__ == "__main__":
    sys.exit(main())
