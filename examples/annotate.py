"""Label what a camera or a video shows: click on it, type what it is, press Enter; crops and labels are saved.

In a window, type after the click, and press Enter with nothing clicked to save; on the browser's page, there is a field
for the label and a button to save. Escape, or a double click, takes a click back.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

import torch_opencv as cv
from torch_opencv import live
from torch_opencv.live.overlay import draw_boxes


class Annotate(live.App[None]):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.crops: list[tuple[str, list[int], live.Frame]] = []  # label, box (x, y, width, height), frame
        self.clicked: tuple[list[int], live.Frame] | None = None  # the box and frame that have no label yet
        self.typed = ""
        self.beside = self.make_panel()

    def process(self, image: Tensor, /) -> None:
        """There is no model: the user is one."""

    def draw(self, image: Tensor, result: None, /) -> Tensor:
        return draw_boxes(image, [self.clicked[0]], [self.typed or "..."]) if self.clicked else image

    def handle(self, event: live.Event, /) -> bool:
        match event:
            case live.Click(double=True) | live.Key("Escape") if self.clicked:
                self.clicked, self.typed = None, ""
            case live.Click(double=False):
                height, width = event.frame.image.shape[:2]
                size = min(height, width) // 4
                corner = [
                    min(max(0, int(x - size / 2)), end - size) for x, end in ((event.x, width), (event.y, height))
                ]
                self.clicked, self.typed = ([*corner, size, size], event.frame), ""
            case live.Key("Backspace") if self.clicked:
                self.typed = self.typed[:-1]
            case live.Key("Enter"):
                self.label(self.typed) if self.clicked else self.save()
            case live.Key(key) if self.clicked and len(key) == 1:
                self.typed += key
            case live.Text(text=text):
                self.label(text)
            case live.Press("save"):
                self.save()
            case live.Press(button):
                del self.crops[int(button)]
            case _:
                return False
        self.beside = self.make_panel()
        return True

    def panel(self) -> live.Panel:
        return self.beside

    def make_panel(self) -> live.Panel:
        rows = [
            live.Row(label, (crop(box, frame),), (live.Button(str(number), "Remove"),))
            for number, (label, box, frame) in enumerate(self.crops)
        ]
        fields = (live.TextField("label", "What is it?"),) if self.clicked else ()
        return live.Panel("Labels", tuple(rows), fields, (live.Button("save", "Save"),))

    def label(self, text: str) -> None:
        if self.clicked and text.strip():
            self.crops.append((text.strip(), *self.clicked))
            self.clicked, self.typed = None, ""

    def save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = []
        for number, (label, box, frame) in enumerate(self.crops):
            cv.imwrite(str(self.folder / f"{number}.png"), crop(box, frame))
            line = {"file": f"{number}.png", "label": label, "source": frame.source, "frame": frame.index, "box": box}
            lines.append(json.dumps(line) + "\n")
        (self.folder / "labels.jsonl").write_text("".join(lines))
        self.status = f"{len(lines)} saved in {self.folder}"


def crop(box: Sequence[int], frame: live.Frame) -> Tensor:
    x, y, w, h = box
    return frame.image[y : y + h, x : x + w]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("source", nargs="?", default="sample", help="whatever torch-opencv takes as its SOURCE")
    parser.add_argument("--folder", type=Path, default=Path("labels"), help="where to save (default: %(default)s)")
    parser.add_argument("--view", choices=("window", "browser"), help="default: a window if there can be one")
    args = parser.parse_args(argv)
    try:
        live.run(Annotate(args.folder), args.source, view=args.view)
    except live.LiveError as error:
        print(f"annotate.py: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    return 0


if __name__ == "__main__":
    sys.exit(main())
