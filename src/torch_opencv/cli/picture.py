"""A single picture's classes without PyTorch, whose import takes longer than all the rest.

Only what is plainly simple is done here, and only once the program has run with PyTorch on this machine: see
`vision.classify.without_torch`. What is written is what `run_program` would write.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from torch_opencv._names.images import IMAGE_SUFFIXES
from torch_opencv._names.sources import is_file_name
from torch_opencv._system.displays import why_no_window
from torch_opencv._system.terminal import printable
from torch_opencv.cli.options import RunOptions, View
from torch_opencv.cli.pace import pace

if TYPE_CHECKING:
    from torch_opencv._arrays.images import Image
    from torch_opencv.vision.classify.without_torch import ArrayClassifier

_log = logging.getLogger("torch_opencv.live.resources")

_MOVING = {".gif"}  # may hold several images
_RESULTS = {".jsonl", ".ndjson", ".csv"}


def classify_picture(options: RunOptions, *, top: int, threshold: float, device: str) -> int | None:
    """Classify one picture by the default network, and write a line of results.

    Args:
        options: from the command line.
        top: how many of the best classes.
        threshold: only classes with this score or more.
        device: where the network is to run.

    Returns:
        The exit status; None, before anything is written, if `run_program` has to do it.

    Raises:
        LiveError: the results can't be written.
    """
    found = _opened(options, device)
    if found is None:
        return None
    image, classifier = found
    from torch_opencv.apps.seen_classes import SeenClasses
    from torch_opencv.live.frame import Frame
    from torch_opencv.live.outputs import check_absent, check_distinct
    from torch_opencv.live.result_tables import PrintedResults, open_results
    from torch_opencv.vision.classify.prediction import as_fields

    source = str((options.sources or [""])[0])
    printed = options.results is None
    with PrintedResults() if options.results is None else open_results(options.results) as results:
        if results.path:
            check_distinct([results.path], [Path(source)])
            if not options.overwrite:
                check_absent([results.path])
        if options.view is None and not printed:
            _log.info("no window can be shown here, so nothing is shown; give --view browser for a page")
        picture = Frame(cast("Any", image), index=0, time=0.0, source=source, captured=time.monotonic())
        predictions = [one for one in classifier(image, top) if one.score >= threshold]
        results.write(picture, as_fields(predictions))
        seconds = time.monotonic() - picture.captured
    if not options.quiet and not printed:
        written = f", results in {results.path}" if results.path else ""
        seen = SeenClasses(Counter(one.label for one in predictions[:1]))
        print(printable(f"{pace(1, seconds)}{written}\n{seen}"), file=sys.stderr)
    return 0


def _opened(options: RunOptions, device: str) -> tuple[Image, ArrayClassifier] | None:
    """The picture and what classifies it, if it is as simple as that."""
    if "torch" in sys.modules or not _is_simple(options):
        return None
    from torch_opencv.vision.classify import without_torch

    found = without_torch.kept(device)
    if found is None:
        return None
    with _one_thread_for_blas():
        import cv2

        from torch_opencv._arrays import images
    if options.view is None and not why_no_window(cv2.currentUIFramework()):
        return None
    image, _ = images.read(Path((options.sources or [""])[0]))
    if image is None:
        return None
    try:
        return image, without_torch.ArrayClassifier(found)
    except RuntimeError:
        without_torch.discard()
        return None


def _is_simple(options: RunOptions) -> bool:
    """Whether one picture is to be classified, and nothing else is asked for than results, or to print them."""
    others = replace(options, sources=None, results=None, view=None, overwrite=False, quiet=False)
    if others != RunOptions(sources=None) or options.view not in (None, View.none) or len(options.sources or []) != 1:
        return False
    [source] = options.sources or []
    results = options.results
    if options.view if results is None else results != "-" and Path(results).suffix.lower() not in _RESULTS:
        return False
    suffix = Path(source).suffix.lower()
    return is_file_name(source) and Path(source).is_file() and suffix in IMAGE_SUFFIXES - _MOVING


@contextmanager
def _one_thread_for_blas() -> Iterator[None]:
    """Keep NumPy's linear algebra, of which nothing is needed, from starting threads when NumPy is imported."""
    name = "OPENBLAS_NUM_THREADS"
    if name in os.environ:
        yield
        return
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]
