"""The progress bar on standard error: how many frames of how many, at what rate, and the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


@contextmanager
def progress_bar(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar if standard error is a terminal, and remove it at the end.

    Args:
        description: what is in front of the bar.
        total: how many frames there should be. There may be more or fewer: videos report wrong counts.

    Yields:
        A function to be told how many frames are done.

    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done: None
        return
    name = TextColumn("{task.description}", markup=False)  # a file may be called [red].mp4
    with Progress(
        name, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), console=console, transient=True
    ) as progress:
        task = progress.add_task(description, total=total)
        yield lambda done: progress.update(task, completed=done, total=max(done, total))


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} frames/s" if task.speed else "")
