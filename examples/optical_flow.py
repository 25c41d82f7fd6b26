"""Optical flow: how things move between two frames of a video.

Farneback's method (2003) for every pixel, drawn as colours: the hue is the direction (see the wheel), the brightness
the speed. The pyramidal Lucas-Kanade method (Bouguet, 2000) for corners that can be followed, drawn as arrows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import VIDEO, CommandLine, finish, grid, next_frame, video
from torch import Tensor

import torch_opencv as cv


def coloured(flow: Tensor, fastest: float) -> Tensor:
    """A flow, float ``(H, W, 2)`` in pixels, as a BGR image."""
    speeds, angles = torch.hypot(flow[..., 0], flow[..., 1]), torch.atan2(flow[..., 1], flow[..., 0])
    hues = torch.rad2deg(angles) % 360 / 2
    values = (speeds * 255 / fastest).clamp(max=255)
    hsv = torch.stack((hues, torch.full_like(hues, 255), values), -1).byte()
    return cv.cvtColor(hsv, cv.COLOR_HSV2BGR)


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "optical_flow.png")
    parser.add_argument("video", nargs="?", type=video, default="sample", help=VIDEO)
    parser.add_argument("--frame", type=int, default=25, help="the first of the two (default: %(default)s)")
    parser.add_argument(
        "--apart", type=int, default=3, help="frames from the first to the second (default: %(default)s)"
    )
    args = parser.parse_args(argv)
    if args.frame < 0 or args.apart < 1:
        parser.error("--frame: 0 is a video's first frame; --apart: 1 is the least")

    frame = [next_frame(args.video, parser) for _ in range(args.frame + 1)][-1]
    later = [next_frame(args.video, parser) for _ in range(args.apart)][-1]
    before, after = (cv.cvtColor(each, cv.COLOR_BGR2GRAY) for each in (frame, later))

    flow = torch.empty(*before.shape, 2)
    cv.calcOpticalFlowFarneback(before, after, flow, 0.5, 4, 21, 3, 7, 1.5, 0)
    median = flow.reshape(-1, 2).median(0).values
    speeds = torch.hypot(flow[..., 0], flow[..., 1])
    fastest = max(speeds.quantile(0.99).item(), 1.0)
    print(f"Farneback: {median[0]:+.2f} right, {median[1]:+.2f} down (median, px), up to {fastest:.1f} px")

    corners = cv.goodFeaturesToTrack(before, 200, 0.01, 10)
    if corners is None:
        parser.error("there is nothing to follow in that frame: choose another with --frame")
    found, status, _ = cv.calcOpticalFlowPyrLK(before, after, corners, torch.empty_like(corners))
    corners, found = corners.reshape(-1, 2), found.reshape(-1, 2)
    followed = status.flatten() > 0
    moves = (found - corners)[followed]
    median = moves.median(0).values
    print(f"Lucas-Kanade: {median[0]:+.2f} right, {median[1]:+.2f} down (median of {len(moves)} corners, px)")

    arrows = frame.clone()
    for start, move in zip(corners[followed], moves, strict=True):
        cv.arrowedLine(
            arrows, start.round().int(), (start + 4 * move).round().int(), (0, 255, 255), 1, cv.LINE_AA, 0, 0.3
        )
    canvas = coloured(flow, fastest)
    y, x = torch.meshgrid(torch.linspace(-1, 1, 61), torch.linspace(-1, 1, 61), indexing="ij")
    wheel = coloured(torch.stack((x, y), -1), 1.0)
    wheel[torch.hypot(x, y) > 1] = 0
    canvas[:61, -61:] = wheel
    return finish(grid({"Lucas-Kanade, 4 times as long": arrows, f"Farneback, to {fastest:.1f} px": canvas}, 2), args)


if __name__ == "__main__":
    sys.exit(main())
