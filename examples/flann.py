"""FLANN: find which of many images a piece was cut from, by an index of the nearest neighbours of SIFT descriptors.

Randomised k-d trees (Muja and Lowe, 2009) look at ``--checks`` candidates instead of all. How often they miss the true
neighbour, which ``torch.cdist`` finds, is printed. Without a PIECE, one is cut from each image, turned and shrunk.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from _images import CommandLine, finish, grid, load_image
from torch import Tensor

import torch_opencv as cv

IMAGES = ("astronaut", "brick", "cat", "coffee", "coins", "moon", "page", "rocket")
KD_TREES = 1  # FLANN_INDEX_KDTREE, which has no name in Python


def named_image(name: str) -> tuple[str, Tensor]:
    return Path(name).stem, load_image(name)


def piece_of(whole: Tensor) -> Tensor:
    """The middle of an image, turned by 30 degrees and shrunk to 70 %."""
    height, width = whole.shape[:2]
    side = min(height, width) // 2
    turn = cv.getRotationMatrix2D((width / 2, height / 2), 30, 0.7)
    turn[:, 2] -= torch.tensor([width - side, height - side]) / 2
    return cv.warpAffine(whole, turn, (side, side), flags=cv.INTER_AREA)


def descriptors_of(frame: Tensor) -> Tensor:
    found = cv.SIFT_create(1000).detectAndCompute(cv.cvtColor(frame, cv.COLOR_BGR2GRAY), None)[1]
    return torch.empty(0, 128) if found is None else found


def thumbnail(frame: Tensor) -> Tensor:
    """The image in 240 x 180, with black beside or above it where its shape is another."""
    scale = min(240 / frame.shape[1], 180 / frame.shape[0])
    small = cv.resize(frame, None, fx=scale, fy=scale, interpolation=cv.INTER_AREA)[:180, :240]
    return torch.nn.functional.pad(small, (0, 0, 0, 240 - small.shape[1], 0, 180 - small.shape[0]))


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "flann.png")
    parser.add_argument("images", nargs="*", type=named_image, help="two or more (default: scikit-image's)")
    parser.add_argument("--piece", type=load_image, help="what to look for (default: a piece of each image)")
    parser.add_argument("--checks", type=int, default=64, help="candidates to look at (default: %(default)s)")
    args = parser.parse_args(argv)
    named = args.images or [named_image(name) for name in IMAGES]
    pieces = [piece_of(whole) for _, whole in named] if args.piece is None else [args.piece]

    descriptors = [descriptors_of(whole) for _, whole in named]
    owners = torch.repeat_interleave(torch.tensor([len(each) for each in descriptors]))
    everything = torch.cat(descriptors)
    if len(named) < 2 or len(everything) < 100:
        parser.error(f"{len(named)} images with {len(everything)} keypoints are too few: give more")
    index = cv.flann_Index(everything, {"algorithm": KD_TREES, "trees": 4})
    print(f"an index of {len(everything)} keypoints in {len(named)} images")

    panels, exact, asked, right = {}, 0, 0, 0
    for number, piece in enumerate(pieces):
        query = descriptors_of(piece)
        if len(query) == 0:
            parser.error(f"piece {number + 1} has no keypoints: give one with more detail")
        nearest, squares = index.knnSearch(query, 2, params={"checks": args.checks})
        true = torch.cdist(query, everything).argmin(1)
        exact, asked = exact + int((nearest[:, 0] == true).sum()), asked + len(query)
        clear = squares[:, 0] < 0.75**2 * squares[:, 1]
        votes = torch.bincount(owners[nearest[clear, 0].long()], minlength=len(named))
        winner = int(votes.argmax())
        right += winner == number
        name, whole = named[winner]
        print(f"piece {number + 1}: {name}, {votes[winner]} of {votes.sum()} votes")
        panels[f"piece {number + 1}"] = thumbnail(piece)
        panels[f"{number + 1}: {name}, {votes[winner]} of {votes.sum()}"] = thumbnail(whole)
    if args.piece is None:
        print(f"{right} of {len(pieces)} pieces found their image")
    print(
        f"{exact / asked:.1%} of {asked} nearest neighbours are the true ones, "
        f"looking at {args.checks} of {len(everything)}"
    )
    return finish(grid(panels, 4), args)


if __name__ == "__main__":
    sys.exit(main())
