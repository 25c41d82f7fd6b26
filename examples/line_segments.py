"""Line segments: the line segment detector beside Canny's edges and the Hough transform, coloured by direction.

LSD (von Gioi, Jakubowicz, Morel and Randall, 2012) follows gradients that agree and has nothing to tune; the
probabilistic Hough transform (Matas, Galambos and Kittler, 2000) lets the pixels of an edge map vote.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, grid, load_image
from torch import Tensor

import torch_opencv as cv


def lengths_and_angles(segments: Tensor) -> tuple[Tensor, Tensor]:
    """Lengths in pixels and directions in degrees, 0 (level) to 180, of segments ``(N, 4)``: x1, y1, x2, y2."""
    dx, dy = (segments[:, 2:] - segments[:, :2]).unbind(1)
    return torch.hypot(dx, dy), torch.rad2deg(torch.atan2(-dy, dx)) % 180


def drawn(frame: Tensor, segments: Tensor) -> Tensor:
    """A dimmed copy of the image with the segments in the colours of their directions."""
    canvas = frame // 3
    _, angles = lengths_and_angles(segments)
    hues = torch.stack((angles, torch.full_like(angles, 255), torch.full_like(angles, 255)), 1).byte()
    colours = cv.cvtColor(hues[None], cv.COLOR_HSV2BGR)[0]  # OpenCV's hues go from 0 to 180, too
    for (x1, y1, x2, y2), colour in zip(segments.round().int(), colours, strict=True):
        cv.line(canvas, (x1, y1), (x2, y2), colour, 1, cv.LINE_AA)
    return canvas


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "line_segments.png")
    parser.add_argument("image", nargs="?", type=load_image, default="rocket", help=IMAGE)
    parser.add_argument("--shortest", type=float, default=15, help="in pixels (default: %(default)s)")
    args = parser.parse_args(argv)

    gray = cv.cvtColor(args.image, cv.COLOR_BGR2GRAY)
    lsd = cv.createLineSegmentDetector().detect(gray)[0]
    edges = cv.Canny(gray, 80, 160)
    hough = cv.HoughLinesP(edges, 1, math.pi / 180, 30, minLineLength=args.shortest, maxLineGap=3)

    panels = {"image": args.image, "Canny": edges}
    for name, found in (("LSD", lsd), ("Hough", hough)):
        segments = torch.empty(0, 4) if found is None else found.reshape(-1, 4).float()
        segments = segments[lengths_and_angles(segments)[0] >= args.shortest]
        if not len(segments):
            parser.error(f"{name} finds no segment of {args.shortest:g} px or more in this image")
        lengths, angles = lengths_and_angles(segments)
        most = torch.bincount(angles.round().long() % 180, weights=lengths).argmax()
        print(
            f"{name}: {len(segments)} segments, {lengths.sum():.0f} px in all, "
            f"the longest {lengths.max():.1f} px, most of them at {most} degrees"
        )
        panels[f"{name}: {len(segments)} segments"] = drawn(args.image, segments)
    return finish(grid(panels, 2), args)


if __name__ == "__main__":
    sys.exit(main())
