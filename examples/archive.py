"""Captions of an archive: from folders of videos to a Parquet file of sentences, by Ray's workers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import ray

from torch_opencv import ray as cv_ray
from torch_opencv.errors import TorchOpencvError
from torch_opencv.live.sources import SAMPLE


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="*", default=[str(SAMPLE)], help="videos, folders or patterns")
    parser.add_argument("--output", default="captions.parquet", metavar="FILE")
    args = parser.parse_args(argv)
    try:
        rows = cv_ray.read_videos(args.videos, fps=1)
    except TorchOpencvError as error:
        parser.error(str(error))
    workers = ray.data.ActorPoolStrategy(min_size=1, max_size=8)
    captions = rows.map_batches(cv_ray.Caption, batch_size=16, compute=workers).to_pandas()
    captions.sort_values(["path", "frame"]).to_parquet(args.output)
    print(f"{len(captions)} captions in {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
