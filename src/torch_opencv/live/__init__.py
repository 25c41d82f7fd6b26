"""Programs that run on a camera, a video or images: sources, the loop, views, the overlay, recordings and results.

from torch_opencv import live

live.run(app, source=0)                      # an App, or a function of an image

for frame in live.frames("clip.mp4"):        # or just the frames
    print(frame.time, frame.image.shape)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch_opencv.live.app import App
    from torch_opencv.live.counts import Counts
    from torch_opencv.live.errors import LiveError, OutputError, SourceError, ViewError
    from torch_opencv.live.events import Click, Event, File, Key, Press, Text
    from torch_opencv.live.loop import Report
    from torch_opencv.live.panel import Button, Download, FileField, Panel, Row, TextField
    from torch_opencv.live.resources import Spec, ViewKind
    from torch_opencv.live.results import Results
    from torch_opencv.live.sources import Frame, Source, open_source
    from torch_opencv.live.video_encoder import VideoEncoder

__all__ = [
    "App",
    "Button",
    "Click",
    "Counts",
    "Download",
    "Event",
    "File",
    "FileField",
    "Frame",
    "Key",
    "LiveError",
    "OutputError",
    "Panel",
    "Press",
    "Report",
    "Results",
    "Row",
    "Source",
    "SourceError",
    "Text",
    "TextField",
    "VideoEncoder",
    "ViewError",
    "frames",
    "open_source",
    "run",
]


_MODULES = {
    "app": ("App",),
    "counts": ("Counts",),
    "errors": ("LiveError", "OutputError", "SourceError", "ViewError"),
    "events": ("Click", "Event", "File", "Key", "Press", "Text"),
    "loop": ("Report",),
    "panel": ("Button", "Download", "FileField", "Panel", "Row", "TextField"),
    "results": ("Results",),
    "sources": ("Frame", "Source", "open_source"),
    "video_encoder": ("VideoEncoder",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """A name, from the module that has it: whoever writes results needs no PyTorch."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def run(
    app: object,
    source: Spec | Sequence[Spec] = None,
    *,
    view: ViewKind | None = None,
    record: str | Path | None = None,
    results: str | Path | None = None,
    latest: bool | None = None,
    max_frames: int | None = None,
    max_seconds: float | None = None,
    hud: bool = False,
    side_by_side: bool = False,
    host: str = "127.0.0.1",
    port: int | None = None,
    token: str | None = None,
    https: bool | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
) -> Report:
    """Run a program of your own until its source ends, or the user quits or presses Ctrl-C.

    Args:
        app: an `App`; or an object with its methods ``process`` and ``draw``, and any of the others; or a function of
            an image, torch.uint8 (H, W, 3) BGR, that returns an image to be shown in its place. The name of its class,
            or of the function, is the title of the window or the page.
        source: as for `open_source`; or a list of those, which are shown as a grid; or "browser", the camera of whoever
            opens the page.
        view: None is a window if there can be one; else none if ``record`` or ``results`` is given, so that batch work
            ends by itself; else the browser, whose address is printed on stderr. (With ``host``, ``port`` or ``token``
            the browser in any case.)
        record: a video of what is shown, .mp4 or .mkv; of single images also an image, or a folder for them.
        results: a .jsonl, .csv or .parquet file; "-" is standard output.
        latest: process the newest frame only, and play files at their own pace; else every frame. None: the newest
            of live sources, every one of files.
        max_frames: end after so many of each source were processed.
        max_seconds: end after so long.
        hud: write rates, latency and drops on what is shown.
        side_by_side: record each frame as it was at the left of the annotated one.
        host: where the browser's page is served. All but this machine's own addresses demand a token.
        port: None is 8000 if that is free, else any that is.
        token: access token for the page. None: the variable TORCH_OPENCV_TOKEN, or one is made if the host demands it.
        https: encrypt the page's connections. None: if ``cert`` is given, or for the camera of a visitor elsewhere, as
            browsers give that to encrypted pages only.
        cert: a PEM file with the certificate; None: one that is made here, and that browsers warn of.
        key: a PEM file with its key, if that isn't in ``cert``.

    Raises:
        LiveError: something named can't be used, with one line that says why. All files are complete then, too.
        TypeError: the app is none, or a method of it returned what it shouldn't; the message names it.
        ValueError: a number or a choice is none of those that are possible.
        Exception: whatever the app raised.

    """
    from torch_opencv.live import loop
    from torch_opencv.live.app import as_app, name_of
    from torch_opencv.live.resources import open_resources

    program = as_app(app)
    several = isinstance(source, Sequence) and not isinstance(source, str)
    specs: Sequence[Spec] = source if several else [source]  # type: ignore[assignment, list-item]
    with open_resources(
        specs,
        title=name_of(app),
        view=view,
        record=record,
        results=results,
        host=host,
        port=port,
        token=token,
        https=https,
        cert=cert,
        key=key,
    ) as resources:
        return loop.run(
            program,
            resources.sources,
            views=resources.views,
            encoder=resources.encoder,
            results=resources.results,
            latest=latest,
            max_frames=max_frames,
            max_seconds=max_seconds,
            hud=hud,
            side_by_side=side_by_side,
        )


def frames(source: Spec = None, *, latest: bool | None = None) -> Iterator[Frame]:
    """The frames of a source, read in a thread: while one is worked on, the next is already on its way.

    Args:
        source: as for `open_source`.
        latest: always the newest frame, so that none is old, and those that there is no time for are left out. None:
            for live sources.

    Raises:
        SourceError: the source can't be used, or breaks down.

    """
    from threading import Condition, Thread
    from threading import Event as Flag

    from torch_opencv.live.mailbox import Mailbox
    from torch_opencv.live.pipeline import capture
    from torch_opencv.live.sources import Source, open_source

    opened_source = source if isinstance(source, Source) else open_source(source)
    newest = opened_source.live if latest is None else latest
    changed, stopping = Condition(), Flag()
    box: Mailbox[Frame] = Mailbox(changed, keep="newest" if newest else "all")
    paced = newest and not opened_source.live
    options = {"paced": paced, "limit": None, "stopping": stopping}
    thread = Thread(target=capture, args=(opened_source, [box]), kwargs=options, name="capture", daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: box.ready or box.ended)
            frame = box.take()
            if frame is None:
                return
            yield frame
    finally:
        stopping.set()
        box.close()
        thread.join(0.5)
        opened_source.close()
