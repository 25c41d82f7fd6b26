"""What the examples share: their command line, the images and videos that they start from, and where the result goes.

Each of them is ``python examples/NAME.py [IMAGE...] [--output FILE.png] [--show]``. An image is a file, or the name
of one that scikit-image has; a video is a file, a camera's number, or ``sample``, which is bundled with
torch_opencv. Wrong usage and unusable input are one line on stderr and exit status 2, before any work is done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv
from torch_opencv.live.sources import SAMPLE
from torch_opencv.live.window import why_no_window

IMAGE = "a file, or the name of one of scikit-image's images (default: %(default)s)"
VIDEO = "a file, a camera's number, or sample (default: %(default)s)"


class CommandLine(argparse.ArgumentParser):
    """Arguments of an example: its own, ``--output`` (an image, by default ``output``) and ``--show``."""

    def __init__(self, doc: str | None, output: str) -> None:
        name = f"{Path(output).stem}.py"
        super().__init__(prog=name, description=(doc or "").split("\n\n")[0], allow_abbrev=False)
        kind = _image_to_write if output.endswith(".png") else _file_to_write
        self.add_argument("--output", type=kind, default=output, metavar="FILE", help="default: %(default)s")
        self.add_argument(
            "--show",
            action=_InWindow,
            help="show the result in a window too, until q or Esc is pressed or it is closed",
        )

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and exit with status 2."""
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


class _InWindow(argparse.Action):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(nargs=0, default=False, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: object) -> None:
        if reason := why_no_window():
            parser.error(f"--show: {reason}")
        setattr(namespace, self.dest, True)


def _file_to_write(path: str) -> Path:
    folder = Path(path).parent
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {folder}: make it first")
    if not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"the folder {folder} can't be written to")
    return Path(path)


def _image_to_write(path: str) -> Path:
    if not Path(path).suffix or not cv.haveImageWriter(path):
        raise argparse.ArgumentTypeError(f"OpenCV can't write an image called {Path(path).name}: call it .png or .jpg")
    return _file_to_write(path)


def load_image(name: str) -> Tensor:
    """An image as a uint8 ``(H, W, 3)`` BGR tensor, from a file or by its name in scikit-image."""
    if Path(name).is_file():
        read = cv.imread(name, cv.IMREAD_COLOR)
        if read is None:
            raise argparse.ArgumentTypeError(f"{name} isn't an image that OpenCV can read")
        return read
    try:
        import skimage.data
    except ImportError:
        raise argparse.ArgumentTypeError(
            f"there is no file {name}, and no scikit-image to have such an image"
        ) from None
    if name not in skimage.data.__all__:
        raise argparse.ArgumentTypeError(f"there is no file {name}, and scikit-image has no such image")
    colours = torch.from_numpy(getattr(skimage.data, name)())
    return cv.cvtColor(colours, cv.COLOR_GRAY2BGR if colours.ndim == 2 else cv.COLOR_RGB2BGR)


def video(name: str) -> cv.VideoCapture:
    """A video that is open, from a file, a camera, or the sample in the package."""
    path = SAMPLE if name == "sample" else Path(name)
    if not name.isdigit() and not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no video {name}")
    with quiet_opencv():
        capture = cv.VideoCapture(int(name)) if name.isdigit() else cv.VideoCapture(str(path))
    if not capture.isOpened():
        kind = f"camera {name} can't be opened" if name.isdigit() else f"{name} isn't a video that OpenCV can read"
        raise argparse.ArgumentTypeError(kind)
    return capture


def next_frame(capture: cv.VideoCapture, parser: CommandLine) -> Tensor:
    """The next frame, uint8 ``(H, W, 3)`` BGR; an error of the command line where the video ends too early."""
    ok, frame = capture.read()
    if not ok:
        parser.error("the video ends too early: give a longer one")
    return frame


def grid(panels: Mapping[str, Tensor], columns: int) -> Tensor:
    """Images of one size, grey or BGR, side by side with their titles: one uint8 ``(H, W, 3)`` image."""
    titled = []
    for title, panel in panels.items():
        colours = cv.cvtColor(panel, cv.COLOR_GRAY2BGR) if panel.ndim == 2 else panel
        strip = torch.full((28, colours.shape[1], 3), 32, dtype=torch.uint8)
        cv.putText(strip, title, (8, 20), cv.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv.LINE_AA)
        titled.append(torch.cat((strip, colours)))
    titled += [torch.zeros_like(titled[0])] * (-len(titled) % columns)
    rows = [torch.cat(titled[i : i + columns], dim=1) for i in range(0, len(titled), columns)]
    return torch.cat(rows)


def write(result: Tensor, args: argparse.Namespace) -> int:
    """Write the result, and say where; the exit status."""
    if not cv.imwrite(str(args.output), result):
        print(f"{args.output} could not be written", file=sys.stderr)
        return 2
    print(f"wrote {args.output}")
    return 0


def finish(result: Tensor, args: argparse.Namespace) -> int:
    """Write the result, and show it if asked to; the exit status."""
    status = write(result, args)
    if args.show:
        while show(args.output.name, result, 100):
            pass  # show it again: Qt may lose what a new window is given before it has its size
        cv.destroyAllWindows()
    return status


def show(title: str, image: Tensor, milliseconds: int = 1) -> bool:
    """Show an image for so long; False once the user has pressed q or Esc, or has closed the window."""
    try:
        if cv.getWindowProperty(title, cv.WND_PROP_AUTOSIZE) < 0:  # there is none yet: one that fits the screen
            raise cv.error
    except cv.error:
        scale = min(1.0, 1280 / max(image.shape))
        cv.namedWindow(title, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL)
        cv.resizeWindow(title, round(image.shape[1] * scale), round(image.shape[0] * scale))
    cv.imshow(title, image)
    key = cv.waitKey(milliseconds) & 0xFF
    try:
        return key not in (27, ord("q")) and cv.getWindowProperty(title, cv.WND_PROP_VISIBLE) > 0
    except cv.error:  # it has been closed
        return False
