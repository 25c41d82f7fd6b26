"""What a person at a terminal sees while weights are on their way: on stderr, and only if stderr is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(label: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar over `total` bytes. Yields a function to be called with how many are here so far."""
    if not (shown and sys.stderr.isatty()):
        yield lambda done: None
        return
    # Imported here because rich costs 65 ms, and most calls find their weights in the cache.
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)


def note(text: str, *, shown: bool) -> None:
    """One line about what is going on."""
    if shown and sys.stderr.isatty():
        print(text, file=sys.stderr)
