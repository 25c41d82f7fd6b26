"""Progress bars on standard error, where that is a terminal.

Nothing that is printed to standard output meanwhile goes through them: it may be a pipe to another program. What is
printed to standard error is put above the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from torch_opencv._system.terminal import printable

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

Unit = Literal["B", "frames", "it"]


class Tell(Protocol):
    """What moves a bar."""

    def __call__(self, done: int, note: str = "") -> None:
        """Say how much is done so far, and what to write behind the bar."""
        ...


@contextmanager
def progress_bar(label: str, total: int, *, unit: Unit, done: int = 0, shown: bool = True) -> Iterator[Tell]:
    """Show a bar if standard error is a terminal, and remove it at the end.

    Args:
        label: what is in front of the bar.
        total: how much there should be. There may turn out to be more: videos report wrong counts.
        unit: what is counted: bytes, frames or iterations.
        done: how much is done already.
        shown: False: show nothing.

    Yields:
        A function to be told how much is done.

    """
    if not (shown and sys.stderr.isatty()):
        yield _ignore
        return
    # Imported here because rich costs 65 ms, and most calls show nothing.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    name = TextColumn("{task.description}", markup=False)  # a file may be called [red].mp4
    with Progress(
        name, BarColumn(), *_columns(unit), console=Console(stderr=True), transient=True, redirect_stdout=False
    ) as progress:
        task = progress.add_task(printable(label), total=total, completed=done, note="")

        def tell(done: int, note: str = "") -> None:
            progress.update(task, completed=done, total=max(done, total), note=note)

        yield tell


def _ignore(done: int, note: str = "") -> None:
    """Where no bar is shown."""


def _columns(unit: Unit) -> list[ProgressColumn]:
    """What is written behind the bar."""
    from rich import progress
    from rich.text import Text

    class Rate(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            return Text(f"{task.speed:.1f} {unit}/s" if task.speed else "")

    if unit == "B":
        return [progress.DownloadColumn(), progress.TransferSpeedColumn(), progress.TimeRemainingColumn()]
    counted = [progress.MofNCompleteColumn(), Rate()]
    if unit == "frames":
        return [*counted, progress.TimeRemainingColumn()]
    note = progress.TextColumn("{task.fields[note]}", markup=False)
    return [*counted, note, progress.TimeElapsedColumn(), progress.TimeRemainingColumn()]
