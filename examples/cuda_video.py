"""A program of cv2.cuda's, as those of OpenCV's samples, in which only the import is another: it runs on any device.

What moves in a video is found by background subtraction (MOG2), and how it moves by optical flow (Farneback), each on
a stream of its own, from frames that are uploaded once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import VIDEO, CommandLine, finish, grid, next_frame, video

import torch_opencv as cv2


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "cuda_video.png")
    parser.add_argument("video", nargs="?", type=video, default="sample", help=VIDEO)
    parser.add_argument("--frames", type=int, default=12, help="2 or more (default: %(default)s)")
    parser.add_argument("--width", type=int, default=240, help="that frames are resized to (default: %(default)s)")
    args = parser.parse_args(argv)
    if args.frames < 2 or args.width < 64:
        parser.error("--frames: 2 is the least; --width: 64 is")

    subtractor = cv2.cuda.createBackgroundSubtractorMOG2(history=50, varThreshold=16, detectShadows=False)
    farneback = cv2.cuda.FarnebackOpticalFlow.create(numLevels=3, winSize=15, numIters=3)
    of_mask, of_flow = cv2.cuda.Stream(), cv2.cuda.Stream()
    uploaded, small, gray, before = (cv2.cuda.GpuMat() for _ in range(4))
    mask, flow = cv2.cuda.GpuMat(), cv2.cuda.GpuMat()
    for i in range(args.frames):
        frame = next_frame(args.video, parser)
        uploaded.upload(frame)
        small = cv2.cuda.resize(uploaded, (args.width, frame.shape[0] * args.width // frame.shape[1]))
        gray = cv2.cuda.cvtColor(small, cv2.COLOR_BGR2GRAY)
        mask = subtractor.apply(small, -1, of_mask)
        if i > 0:
            flow = farneback.calc(before, gray, None, of_flow)
        before.swap(gray)
    of_mask.waitForCompletion()
    of_flow.waitForCompletion()

    moved = flow.download()
    speed, angle = torch.hypot(moved[..., 0], moved[..., 1]), torch.atan2(moved[..., 1], moved[..., 0])
    foreground = (mask.download() > 0).float().mean().item()
    print(f"{foreground:.1%} of the last frame is foreground; things move {speed.mean().item():.2f} px on average")

    hue, value = torch.rad2deg(angle) % 360 / 2, (speed * 255 / speed.quantile(0.99).clamp(min=0.5)).clamp(max=255)
    hsv = cv2.cuda.GpuMat(torch.stack((hue, torch.full_like(hue, 255), value), -1).byte())
    colours = cv2.cuda.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    panels = {"the last frame": small, "foreground": mask, "flow": colours}
    return finish(grid({title: mat.download() for title, mat in panels.items()}, 3), args)


if __name__ == "__main__":
    sys.exit(main())
