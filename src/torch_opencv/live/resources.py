"""From what a user names to what the loop runs on: sources, views and files, all tried before anything runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from torch_opencv.live.errors import SourceError, ViewError
from torch_opencv.live.outputs import check_distinct
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source, open_source
from torch_opencv.live.video_encoder import VideoEncoder
from torch_opencv.live.views import View
from torch_opencv.live.window import Window, why_no_window

if TYPE_CHECKING:
    from torch_opencv.live.browser import Browser

_log = logging.getLogger(__name__)

Spec = str | int | Source | None
ViewKind = Literal["window", "browser", "none"]

_TITLE = "torch-opencv"
_USUAL_HOST, _USUAL_PORT = "127.0.0.1", 8000
_MOST_SOURCES = 16


@dataclass(frozen=True, eq=False)
class Resources:
    """What the loop runs on."""

    sources: list[Source]
    views: list[View]
    encoder: VideoEncoder | None
    results: Results | None


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
    https: bool | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
) -> Iterator[Resources]:
    """Open everything for a run. The address of a browser view is printed on stderr.

    `loop.run` closes what it is given; this closes what is still open afterwards, because the run couldn't begin.

    Args:
        specs: what `open_source` takes, sources that are open already, or "browser", the camera of whoever opens the
            page; the browser is then a view, too.
        title: of the window and of the browser's page.
        view: None is a window if there can be one; else none if there is something to write to, as batch work must end
            by itself, unless host, port or token ask for a page; else the browser. "window" is the browser, too, where
            there can be no window.
        record: the video to record to.
        results: the JSON Lines file; "-" is standard output.
        host: where the browser's page is served. All but this machine's own addresses demand a token.
        port: None is 8000 if that is free, else any that is.
        token: None: one is made if the host demands it.
        https: encrypt the page's connections. None: if ``cert`` is given, or a visitor's camera is a source and others
            than this machine's users can open the page, as browsers give the camera to such pages only.
        cert: a PEM file with the certificate; None: one that is made here, and that browsers warn of.
        key: a PEM file with its key, if that isn't in ``cert``.

    Raises:
        LiveError: one of them can't be used.

    """
    if view is not None and view not in get_args(ViewKind):
        raise ViewError(f"view={view!r} isn't known: it is {', '.join(map(repr, get_args(ViewKind)))} or None")
    for spec in specs:
        if not isinstance(spec, str | int | Source | None):
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
        encoder = VideoEncoder(record) if record else None
        writer = Results(results) if results else None
        views: list[View] = []
        sources: list[Source] = []
        browser: Browser | None = None
        asks_for_page = host != _USUAL_HOST or any(option is not None for option in (port, token, https, cert))
        if https is None and cert is None and "browser" in specs:
            https = _others_can_reach(host)
        page: dict[str, Any] = {
            "host": host,
            "port": port,
            "token": token,
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
                sources.append(browser.camera())
            else:
                sources.append(spec if isinstance(spec, Source) else open_source(spec))
            stack.callback(sources[-1].close)
        outputs = [output.path for output in (encoder, writer) if output and output.path]
        check_distinct(outputs, [path for source in sources for path in source.inputs])
        if encoder and any(source.fps for source in sources):
            encoder.fps = max(source.fps or 0.0 for source in sources)
        if view is None and reason and (record or results) and not browser and not asks_for_page:
            view = "none"
            _log.info("no window can be shown here, so nothing is shown; give --view browser for a page")
        if view != "none" and not browser and (view == "browser" or reason):
            browser = _open_browser(title, **page)
            stack.callback(browser.close)
        if browser:
            views.append(browser)
            if view == "window" and reason:
                _log.info("no window can be shown here (%s), so the browser is used", reason)
            _invite(browser)
        if view != "browser" and view != "none" and not reason and (view == "window" or not browser):
            views.append(Window(title))
        yield Resources(sources, views, encoder, writer)


def _open_browser(title: str, *, port: int | None, **page: Any) -> Browser:
    from torch_opencv.live.browser import Browser

    if port is not None:
        return Browser(title, port=port, **page)
    try:
        return Browser(title, port=_USUAL_PORT, **page)
    except ViewError:  # another program has it; anything else is raised again
        return Browser(title, port=0, **page)


def _others_can_reach(host: str) -> bool:
    from torch_opencv.live.browser import is_at_this_machine

    return not is_at_this_machine(host)


def _invite(browser: Browser) -> None:
    from torch_opencv.live.browser import invite

    invite(browser)
