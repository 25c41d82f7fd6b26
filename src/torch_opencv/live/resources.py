"""From what a user names to what the loop runs on: sources, views and files, all tried before anything runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from torch_opencv.live.errors import SourceError, ViewError
from torch_opencv.live.image_writer import ImageWriter, records_images
from torch_opencv.live.outputs import check_absent, check_distinct
from torch_opencv.live.recorder import Encoder
from torch_opencv.live.result_tables import PrintedResults, open_results
from torch_opencv.live.results import Results, SeveralResults
from torch_opencv.live.resuming import Earlier
from torch_opencv.live.sources import Source, open_source
from torch_opencv.live.sources.captures import Video
from torch_opencv.live.sources.strided import Strided
from torch_opencv.live.video_encoder import VideoEncoder
from torch_opencv.live.views import View
from torch_opencv.live.window import Window, why_no_window

if TYPE_CHECKING:
    from torch_opencv.live.browser import Browser

_log = logging.getLogger(__name__)

Spec = str | int | Path | Source | None
ViewKind = Literal["window", "browser", "none"]

_TITLE = "torch-opencv"
_USUAL_HOST, _USUAL_PORT = "127.0.0.1", 8000
_MOST_SOURCES = 16


@dataclass(frozen=True, eq=False)
class Resources:
    """What the loop runs on."""

    sources: list[Source]
    views: list[View]
    encoder: Encoder | None
    results: Results | None
    browser: Browser | None = None
    """The page among the views, if there is one."""

    def announce(self) -> None:
        """Print on standard error how to open the page, if there is one."""
        if self.browser:
            from torch_opencv.live.browser import invite

            invite(self.browser)


@contextmanager
def open_resources(
    specs: Sequence[Spec],
    *,
    title: str = _TITLE,
    view: ViewKind | None = None,
    record: str | Path | None = None,
    results: str | Path | None = None,
    host: str = _USUAL_HOST,
    port: int | None = None,
    token: str | None = None,
    token_file: str | Path | None = None,
    https: bool | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
    announce: bool = True,
    overwrite: bool = True,
    stride: int = 1,
    answers: bool = False,
    resume: bool = False,
    outputs: Callable[[Sequence[Source]], Sequence[Results]] | None = None,
) -> Iterator[Resources]:
    """Open everything for a run.

    `loop.run` closes what it is given; this closes what is still open afterwards, because the run couldn't begin.

    Args:
        specs: what `open_source` takes, sources that are open already, or "browser", the camera of whoever opens the
            page; the browser is then a view, too.
        title: of the window and of the browser's page.
        view: None is a window if there can be one; else none if there is something to write to, as batch work must end
            by itself, unless host, port or token ask for a page; else the browser. "window" is the browser, too, where
            there can be no window.
        record: the video to record to; of single images also an image, or a folder of them.
        results: a .jsonl, .csv or .parquet file; "-" is standard output.
        host: where the browser's page is served. All but this machine's own addresses demand a token.
        port: None is 8000 if that is free, else any that is.
        token: None: one is made if the host demands it.
        token_file: a file whose only line is the token; None: the variable TORCH_OPENCV_TOKEN may hold it.
        https: encrypt the page's connections. None: if ``cert`` is given, or a visitor's camera is a source and others
            than this machine's users can open the page, as browsers give the camera to such pages only.
        cert: a PEM file with the certificate; None: one that is made here, and that browsers warn of.
        key: a PEM file with its key, if that isn't in ``cert``.
        overwrite: replace recordings and results that exist.
        stride: take only every so many-th frame of each source.
        answers: what the program says of single images is worth printing: as a table on standard output, if nothing
            else is asked for.
        resume: leave out the images that ``results``, a .jsonl file, has lines of already, and write after those.
        outputs: makes what else results are written to, of the sources.
        announce: print the address of a browser view on standard error; else `Resources.announce` does so later.

    Raises:
        LiveError: one of them can't be used.

    """
    if view is not None and view not in get_args(ViewKind):
        raise ViewError(f"view={view!r} isn't known: it is {', '.join(map(repr, get_args(ViewKind)))} or None")
    for spec in specs:
        if not isinstance(spec, str | int | Path | Source | None):
            raise SourceError(
                f"a {type(spec).__name__} is no source: give a camera number, a path, an address or a live.Source; "
                "for images in memory, call the model itself"
            )
    if len(specs) > _MOST_SOURCES:
        raise SourceError(
            f"{len(specs)} sources are too many: {_MOST_SOURCES} can be shown at once; "
            "a glob of images is one if it is quoted, as in 'photos/*.jpg'"
        )
    with ExitStack() as stack:
        encoder = VideoEncoder(record) if record and not records_images(record) else None
        earlier = Earlier(results) if resume else None
        writer = open_results(results, append=resume) if results else None
        for output in (encoder, writer):
            if output:
                stack.callback(output.close)
        views: list[View] = []
        sources: list[Source] = []
        browser: Browser | None = None
        asks_for_page = host != _USUAL_HOST or any(
            option is not None for option in (port, token, token_file, https, cert)
        )
        if https is None and cert is None and "browser" in specs:
            https = _others_can_reach(host)
        page: dict[str, Any] = {
            "host": host,
            "port": port,
            "token": token,
            "token_file": token_file,
            "https": https,
            "certificate": cert,
            "key": key,
        }
        reason = why_no_window() if view in (None, "window") else ""
        for spec in specs:
            if spec == "browser":
                if view == "none":
                    raise ViewError("the camera of whoever opens the page needs the page: remove --view none")
                browser = browser or _open_browser(title, **page)
                stack.callback(browser.close)
                source: Source = browser.camera()
            else:
                source = spec if isinstance(spec, Source) else open_source(spec)
            stack.callback(source.close)
            sources.append(source)
        inputs = [path for source in sources for path in source.inputs]
        if earlier:
            earlier.leave_out(sources)
        images = ImageWriter(record, sources) if record and encoder is None else None
        written = [one.path for one in (encoder, writer) if one and one.path] + (images.targets if images else [])
        others = list(outputs(sources)) if outputs else []
        for output in others:
            stack.callback(output.close)
        written += [output.path for output in others if output.path]
        check_distinct(written, inputs)
        if not overwrite:
            continued = {one.path for one in (writer, *others) if one and one.continues}
            check_absent(path for path in written if path not in continued)
        if encoder:
            _set_up(encoder, sources)
        writes = bool(record or results or others)
        asks_for_nothing = view is None and not (writes or browser or asks_for_page)
        if answers and asks_for_nothing and all(source.still for source in sources):
            writer = PrintedResults()
            view = "none" if reason else "window"
        if others:
            writer = SeveralResults([*([writer] if writer else []), *others])
        if view is None and reason and writes and not browser and not asks_for_page:
            view = "none"
            _log.info("no window can be shown here, so nothing is shown; give --view browser for a page")
        if view != "none" and not browser and (view == "browser" or reason):
            browser = _open_browser(title, **page)
            stack.callback(browser.close)
        if browser:
            views.append(browser)
            if view == "window" and reason:
                _log.info("no window can be shown here (%s), so the browser is used", reason)
        if view != "browser" and view != "none" and not reason and (view == "window" or not browser):
            views.append(Window(title))
        if stride > 1:
            sources = [Strided(source, stride) for source in sources]
        resources = Resources(sources, views, encoder or images, writer, browser)
        if announce:
            resources.announce()
        yield resources


def _set_up(encoder: VideoEncoder, sources: Sequence[Source]) -> None:
    """Tell the encoder what is known of the sources: their rate, and whose sound goes with the images."""
    if any(source.fps for source in sources):
        encoder.fps = max(source.fps or 0.0 for source in sources)
    if len(sources) == 1 and isinstance(sources[0], Video):
        encoder.sound = sources[0].inputs[0]


def _open_browser(
    title: str, *, port: int | None, token: str | None, token_file: str | Path | None, **page: Any
) -> Browser:
    from torch_opencv.live.browser import Browser
    from torch_opencv.live.browser.access import read_token

    page["token"] = read_token(token_file) if token is None else token
    if port is not None:
        return Browser(title, port=port, **page)
    try:
        return Browser(title, port=_USUAL_PORT, **page)
    except ViewError:  # another program has it; anything else is raised again
        return Browser(title, port=0, **page)


def _others_can_reach(host: str) -> bool:
    from torch_opencv.live.browser import is_at_this_machine

    return not is_at_this_machine(host)
