"""Faces on a GPU, in the loop of the original library's post; on any other device just as well.

Each frame is uploaded; its grey image is written into its own blue channel, and resized into a tensor that is kept.
Faces are looked for there, and cut out of the grey image into the rows of one contact sheet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import torch
from _images import CommandLine, finish, load_image, next_frame, video
from torch import Tensor

import torch_opencv as cv

CASCADE = Path(cv2.__file__).with_name("data") / "haarcascade_frontalface_alt.xml"


def frames_of(args_video: cv.VideoCapture | None, still: Tensor, count: int, parser: CommandLine) -> Iterator[Tensor]:
    for _ in range(count):
        yield still if args_video is None else next_frame(args_video, parser)


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "cuda_faces.png")
    parser.add_argument("image", nargs="?", type=load_image, default="astronaut", help="default: %(default)s")
    parser.add_argument("--video", type=video, help="a file, a camera's number, or sample, instead of the image")
    parser.add_argument("--frames", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="default: %(default)s")
    parser.add_argument("--cascade", type=Path, default=CASCADE, help="an XML file of OpenCV's")
    parser.add_argument("--side", type=int, default=96, help="of the faces cut out (default: %(default)s)")
    args = parser.parse_args(argv)
    if args.frames < 1 or args.side < 8:
        parser.error("--frames: 1 is the least; --side: 8 is")
    try:
        device = torch.device(args.device)
        classifier = cv.cuda.CascadeClassifier.create(str(args.cascade))
    except (OSError, ValueError, RuntimeError) as error:
        parser.error(str(error).splitlines()[0])

    small: Tensor | None = None
    sheets = []
    for frame in frames_of(args.video, args.image, args.frames, parser):
        on_device = frame.to(device)  # a copy on the CPU too, since its blue channel is about to go
        on_device = on_device.clone() if on_device is frame else on_device
        gray = on_device[..., 0]
        cv.cuda.cvtColor(on_device, cv.COLOR_BGR2GRAY, gray)
        size = frame.shape[1] // 2, frame.shape[0] // 2
        if small is None:
            small = torch.empty(size[1], size[0], dtype=torch.uint8, device=device)
        cv.cuda.resize(gray, size, small, interpolation=cv.INTER_AREA)
        found = classifier.convert(classifier.detectMultiScale(small))
        faces = [(2 * x, 2 * y, 2 * w, 2 * h) for x, y, w, h in found]
        sheet = torch.empty(len(faces), args.side, args.side, dtype=torch.uint8, device=device)
        for (x, y, w, h), crop in zip(faces, sheet, strict=True):
            cv.cuda.resize(gray[y : y + h, x : x + w], (args.side, args.side), crop)
        sheets.append(sheet.cpu())
        print(f"{len(faces)} faces: {', '.join(f'{w} px at {x}, {y}' for x, y, w, _ in faces)}")
    together = torch.cat(sheets)
    if not len(together):
        parser.error("there is no face in sight: give another image")
    return finish(torch.cat(list(together), 1), args)


if __name__ == "__main__":
    sys.exit(main())
