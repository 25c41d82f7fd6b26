"""Background subtraction: learn what stays the same in a video, and find what moves before it.

A mixture of Gaussians for each pixel (MOG2; Zivkovic, 2004), or its K nearest values of the past (KNN; Zivkovic and van
der Heijden, 2006). Without a video, a cut-out of one photograph drifts over another one, so that what is found can be
compared with the truth, as the intersection of the two areas over their union.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence

import torch
from _images import CommandLine, finish, grid, load_image, video
from torch import Tensor

import torch_opencv as cv


def made_video() -> Iterator[tuple[Tensor, Tensor]]:
    """75 noisy frames, uint8 ``(427, 640, 3)``, and their truth: bool ``(427, 640)``, where the thing that moves is."""
    still, portrait = load_image("rocket"), load_image("astronaut")[10:210, 120:320]
    disc = torch.zeros(200, 200, dtype=torch.uint8)
    cv.circle(disc, (100, 100), 95, 255, cv.FILLED)
    noise = torch.Generator().manual_seed(0)
    for i in range(75):
        truth = torch.zeros(still.shape[:2], dtype=torch.uint8)
        frame = still + 4 * torch.randn(still.shape, generator=noise)
        if i >= 30:  # the background must be known first
            x, y = 7 * (i - 30), 100 + int(50 * torch.tensor(i / 10).sin())
            truth[y : y + 200, x : x + 200] = disc
            cv.copyTo(portrait.float(), disc, frame[y : y + 200, x : x + 200])
        yield frame.round().clamp(0, 255).byte(), truth > 0


def frames_of(capture: cv.VideoCapture) -> Iterator[tuple[Tensor, None]]:
    while (read := capture.read())[0]:
        yield read[1], None


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "background_subtraction.png")
    parser.add_argument("video", nargs="?", type=video, help="a file or a camera's number (default: a made one)")
    parser.add_argument("--method", choices=("mog2", "knn"), default="mog2", help="default: %(default)s")
    parser.add_argument("--frames", type=int, default=75, help="stop and draw after these (default: %(default)s)")
    parser.add_argument("--smallest", type=int, default=150, help="area in square pixels (default: %(default)s)")
    args = parser.parse_args(argv)

    create = {"mog2": cv.createBackgroundSubtractorMOG2, "knn": cv.createBackgroundSubtractorKNN}[args.method]
    subtractor = create(history=200, detectShadows=True)
    ellipse = cv.getStructuringElement(cv.MORPH_ELLIPSE, (5, 5))
    overlaps, frame, mask = [], None, None
    for frame, truth in itertools.islice(frames_of(args.video) if args.video else made_video(), args.frames):
        mask = (subtractor.apply(frame) == 255).byte() * 255  # 127 is a shadow
        cv.morphologyEx(mask, cv.MORPH_OPEN, ellipse, mask)
        cv.morphologyEx(mask, cv.MORPH_CLOSE, ellipse, mask, iterations=3)
        if truth is not None and truth.any():
            overlaps.append((truth & (mask > 0)).sum() / (truth | (mask > 0)).sum())
    if frame is None or mask is None:
        parser.error("the video has no frames")

    stats = cv.connectedComponentsWithStats(mask)[2]
    things = [box for *box, area in stats[1:] if area >= args.smallest]
    canvas = frame.clone()
    for x, y, width, height in things:
        cv.rectangle(canvas, (x, y, width, height), (0, 255, 255), 2)
    print(f"{len(things)} things move in the last frame; {(mask > 0).float().mean():.1%} of the image")
    if overlaps:
        print(f"intersection over union with the truth: {torch.stack(overlaps).mean():.3f} on average")
    panels = {f"{len(things)} moving": canvas, "mask": mask, "learnt background": subtractor.getBackgroundImage()}
    return finish(grid(panels, 3), args)


if __name__ == "__main__":
    sys.exit(main())
