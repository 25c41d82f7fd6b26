"""The view in a browser: Starlette and uvicorn on a thread of their own, reached at `Browser.address`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from torch_opencv.live.browser.access import LOOPBACK_NAMES, Guard, check_token, make_token
from torch_opencv.live.browser.broadcaster import Broadcaster
from torch_opencv.live.browser.camera import BrowserCamera
from torch_opencv.live.browser.certificate import fingerprint, own_certificate, tls_context
from torch_opencv.live.browser.limits import LimitedWebSocket
from torch_opencv.live.browser.listener import listen, outward_address
from torch_opencv.live.browser.panel_files import PanelFiles
from torch_opencv.live.errors import ViewError
from torch_opencv.live.events import File
from torch_opencv.live.panel import Panel
from torch_opencv.live.views import AnnotatedFrame, ViewEvent

_log = logging.getLogger(__name__)

_PAGE = Path(__file__).with_name("page")
_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_MOST_BYTES = 4 * 2**20  # in one message; a camera's image has some 100 kB
_PING_S = 4.0  # between pings, and for the answer: a visitor that is gone gives up its place in twice that
_MOST_DOWNLOADS = 8  # at once
_MOST_COMPLAINTS = 16  # of different kinds


class Browser:
    """Shows frames in every browser that opens `address`.

    Args:
        title: what the page is headed with.
        host: the address of this machine to bind to. All but this machine's own, such as 127.0.0.1, demand
            a token of every visitor.
        port: 0 is any free one.
        token: the access token in the address: 8 or more letters, digits, dots, dashes and underscores. None:
            one is made if ``host`` demands it.
        https: encrypt the connections, which browsers demand of a page at another machine that asks for the camera.
            None: if ``certificate`` is given.
        certificate: a PEM file with this machine's certificate, its chain, and perhaps its key. None: one that is made
            here, kept in the user's folder, and that browsers warn of.
        key: a PEM file with the certificate's key.

    Raises:
        ViewError: the host or the port can't be bound to, or the token or the certificate can't be used.

    """

    stays = True
    _accepting: asyncio.Task[None]

    def __init__(
        self,
        title: str,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        token: str | None = None,
        https: bool | None = None,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
    ) -> None:
        if token is not None:
            check_token(token)
        if certificate is None and key is not None:
            raise ViewError("a key is of no use without its certificate: give --cert, too")
        if certificate is not None and https is False:
            raise ViewError("a certificate is of use with https only: remove --cert or --no-https")
        self._listener = listen(host, port)
        try:
            bound, self._port = self._listener.socket.getsockname()[:2]
            self._host = host
            self._bound = ipaddress.ip_address(bound)
            if token is None and not self._bound.is_loopback:
                token = make_token()
            self._token = token
            self._https = certificate is not None if https is None else https
            self.fingerprint = ""
            """Of the certificate if that is of our own making, as browsers show it (SHA-256); else empty."""
            if self._https and certificate is None:
                certificate = own_certificate(self._names())
                self.fingerprint = fingerprint(certificate)
            self._tls = tls_context(Path(certificate), Path(key) if key else None) if certificate else None
            self._broadcaster = Broadcaster(title)
            self._ready = threading.Event()
            self._failure: BaseException | None = None
            self._closed = False
            self._complaints: set[str] = set()
            self._saved: dict[str, Path] = {}  # what visitors may have, by name
            take = partial(self._broadcaster.inbox.put, PanelFiles)  # one at a time, whoever's it is
            self._panel_files = PanelFiles(lambda: self._broadcaster.panel, take)
            config = uvicorn.Config(
                self._application(),
                http="h11",
                ws=LimitedWebSocket,
                ws_max_size=_MOST_BYTES,
                ws_per_message_deflate=False,  # JPEGs don't shrink
                ws_ping_interval=_PING_S,
                ws_ping_timeout=_PING_S,
                proxy_headers=False,  # or a visitor could say that it is at this machine
                server_header=False,
                access_log=False,  # it'd show the token
                log_config=None,
                log_level="critical",
                timeout_graceful_shutdown=1,
            )
            self._server = uvicorn.Server(config)
            self._thread = threading.Thread(target=self._serve, name="browser-server", daemon=True)
            self._thread.start()
            self._ready.wait()
            self._check()
        except ViewError:
            self._listener.socket.close()
            raise

    @property
    def address(self) -> str:
        """What to open in a browser, with the token if one is demanded."""
        host = outward_address(self._listener.socket.family) if self._bound.is_unspecified else self._host
        if ":" in host:
            host = f"[{host}]"
        token = f"?token={self._token}" if self._token else ""
        return f"{'https' if self._https else 'http'}://{host}:{self._port}/{token}"

    @property
    def for_others(self) -> bool:
        """Whether other machines may reach it."""
        return not self._bound.is_loopback

    def camera(self) -> BrowserCamera:
        """The source that the camera of whoever opens the page feeds: one visitor at a time, the first to come.

        Raises:
            ViewError: it was asked for before, and isn't closed.

        """
        if self._broadcaster.camera is not None:
            raise ViewError("the browser's camera can be a source only once at a time")
        return self._broadcaster.open_camera()

    def tell(self, text: str) -> None:
        """Let the pages say, for as long as they have no frame, what is being waited for."""
        self._broadcaster.tell(text)

    def show(self, frame: AnnotatedFrame) -> None:
        """Show a frame to every page that is ready for it.

        Raises:
            ViewError: the server has failed.

        """
        self._check()
        self._saved = {path.name: path for path in frame.stats.files}
        self._broadcaster.show(frame)

    def show_panel(self, panel: Panel | None) -> None:
        """Show a panel beside the frames on every page, or none any more.

        Raises:
            ViewError: the server has failed.

        """
        self._check()
        self._broadcaster.show_panel(panel)

    def events(self) -> list[ViewEvent]:
        """What the visitors did since the last call.

        Raises:
            ViewError: the server has failed.

        """
        self._check()
        events = self._broadcaster.inbox.take()
        if any(isinstance(event, File) for event in events):
            self._broadcaster.soon(self._panel_files.taken)
        return events

    @property
    def watched(self) -> bool:
        """Whether a page has been opened yet.

        Raises:
            ViewError: the server has failed.

        """
        self._check()
        return self._broadcaster.watched

    def close(self) -> None:
        """Tell the pages that the program has ended, and stop the server."""
        if self._closed:
            return
        self._closed = True
        if self._broadcaster.camera is not None:
            self._broadcaster.camera.close()
        self._broadcaster.soon(lambda: asyncio.ensure_future(self._end()))
        self._thread.join()
        self._listener.socket.close()

    async def _end(self) -> None:
        self._accepting.cancel()
        await self._broadcaster.end()
        self._server.should_exit = True

    def _application(self) -> Guard:
        page = {path.name: path for path in _PAGE.iterdir() if path.suffix in _MEDIA_TYPES}

        async def file(request: Request) -> Response:
            path = page.get(request.path_params.get("name", "index.html"))
            if path is None:
                return Response("There is no such file.", 404, media_type="text/plain")
            return Response(path.read_bytes(), media_type=_MEDIA_TYPES[path.suffix])

        downloads = asyncio.Semaphore(_MOST_DOWNLOADS)

        async def saved(request: Request) -> Response:
            path = self._saved.get(request.path_params["name"])
            if path is None or path.is_symlink() or not path.is_file():
                return Response("There is no such file.", 404, media_type="text/plain")
            if downloads.locked():
                return Response("Too many downloads at once. Try again in a while.", 503, media_type="text/plain")
            return _Download(path, downloads)

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            asyncio.get_running_loop().set_exception_handler(self._complain)
            self._accepting = asyncio.create_task(self._listener.serve(self._protocol, self._tls))
            sending = asyncio.create_task(self._broadcaster.send_frames())
            sweeping = asyncio.create_task(self._listener.sweep())
            tasks = (self._accepting, sending, sweeping)
            for task in tasks:
                task.add_done_callback(self._note_failure)
            await asyncio.sleep(0)  # let them begin
            self._ready.set()
            yield
            for task in tasks:
                task.cancel()

        routes = [
            Route("/", file),
            WebSocketRoute("/socket", self._broadcaster.connect),
            Route("/saved/{name}", saved),
            Route("/panel/{name}", self._panel_files.download),
            Route("/panel/{name}", self._panel_files.upload, methods=["POST"]),
            Route("/{name}", file),
        ]
        names = LOOPBACK_NAMES | {self._host.lower(), str(self._bound)}
        return Guard(
            Starlette(routes=routes, lifespan=lifespan),
            token=self._token,
            cookie=f"torch-opencv-{self._port}",
            names=names,
            connections=self._listener,
        )

    def _names(self) -> set[str]:
        """What this machine is called by its visitors, as far as can be told."""
        name = socket.gethostname()
        names = {*LOOPBACK_NAMES, self._host, str(self._bound), name, f"{name.partition('.')[0]}.local"}
        if self._bound.is_unspecified:
            names.add(outward_address(self._listener.socket.family))
        return {name for name in names if re.fullmatch(r"[0-9A-Za-z._:-]+", name)}

    def _protocol(self) -> asyncio.Protocol:
        """What speaks with a connection, as uvicorn makes it."""
        server = self._server
        make: Any = server.config.http_protocol_class  # uvicorn types it as a plain asyncio.Protocol
        made: asyncio.Protocol = make(
            config=server.config, server_state=server.server_state, app_state=server.lifespan.state
        )
        return made

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[])  # the listener has it
        except BaseException as error:  # SystemExit is how uvicorn fails
            self._failure = error
        finally:
            self._ready.set()

    def _complain(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log what went wrong with a connection, each kind once: whoever connects could make it happen at will."""
        complaint = f"{context['message']}: {context.get('exception')!r}"
        if complaint not in self._complaints and len(self._complaints) < _MOST_COMPLAINTS:
            self._complaints.add(complaint)
            _log.warning("the page's server: %s", complaint)

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._failure = task.exception()

    def _check(self) -> None:
        if self._failure is not None:
            raise ViewError(f"the browser view has failed: {self._failure!r}") from self._failure
        if not self._closed and not self._thread.is_alive():
            raise ViewError("the browser view's server has ended by itself")


class _Download(FileResponse):
    """A file to be kept, of which so many are sent at once."""

    def __init__(self, path: Path, downloads: asyncio.Semaphore) -> None:
        super().__init__(path, filename=path.name)
        self._downloads = downloads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._downloads:
            await super().__call__(scope, receive, send)
