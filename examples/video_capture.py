"""Video capture: read a video or a camera into one tensor, frame by frame, write on each, and record them as a video.

``capture.read(frame)`` fills the tensor that it is given, so that a long video takes no more memory than a short one.
A curve shows how much each frame differs from the one before. What was recorded is read back and counted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import VIDEO, CommandLine, show, video

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "video_capture.mp4")
    parser.add_argument("video", nargs="?", type=video, default="sample", help=VIDEO)
    parser.add_argument("--max-frames", type=int, default=300, help="read no more than these (default: %(default)s)")
    args = parser.parse_args(argv)
    capture: cv.VideoCapture = args.video
    width, height = int(capture.get(cv.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv.CAP_PROP_FRAME_HEIGHT))
    rate = capture.get(cv.CAP_PROP_FPS) or 25.0  # some cameras don't say

    unfinished = args.output.with_name(f"unfinished-{args.output.name}")
    writer = cv.VideoWriter()
    with quiet_opencv():
        opened = writer.open(str(unfinished), cv.VideoWriter_fourcc(*"mp4v"), rate, (width, height))
    if not opened:
        parser.error(f"argument --output: OpenCV can't write a video called {args.output.name}: call it .mp4")
    frame = torch.empty(height, width, 3, dtype=torch.uint8)
    before = torch.empty_like(frame)
    changes: list[float] = []
    while len(changes) < args.max_frames and capture.read(frame)[0]:
        changes.append(cv.norm(frame, before, cv.NORM_L1) / frame.numel() if changes else 0.0)
        before.copy_(frame)
        recent = torch.tensor(changes[-width:])
        curve = torch.stack((torch.arange(len(recent)), height - 4 - 4 * recent), 1)
        cv.polylines(frame, [curve.int()], False, (0, 255, 255), 2, cv.LINE_AA)
        text = f"frame {len(changes)}, {(len(changes) - 1) / rate:.2f} s"
        cv.putText(frame, text, (12, 28), cv.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv.LINE_AA)
        writer.write(frame)
        if args.show and not show(args.output.name, frame):
            break
    capture.release()
    writer.release()
    if args.show:
        cv.destroyAllWindows()
    if not changes:
        unfinished.unlink()
        parser.error("the video has no frames")
    unfinished.replace(args.output)
    change = sum(changes) / len(changes)
    print(f"{len(changes)} frames of {width} x {height}, {rate:g} a second, changing by {change:.2f} on average")

    recorded, count, last = cv.VideoCapture(str(args.output)), 0, torch.empty_like(frame)
    while recorded.read(last)[0]:
        count += 1
    print(f"wrote {args.output}: {count} frames, the last one like what was drawn to {cv.PSNR(frame, last):.1f} dB")
    return 0 if count == len(changes) else 2


if __name__ == "__main__":
    sys.exit(main())
