"""The view in a browser: Starlette and uvicorn on a thread of their own, reached at `Browser.address`."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import re
import secrets
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from torch_opencv.live.browser.access import LOOPBACK_NAMES, Guard
from torch_opencv.live.browser.broadcaster import Broadcaster
from torch_opencv.live.browser.camera import BrowserCamera
from torch_opencv.live.errors import ViewError
from torch_opencv.live.panel import Panel
from torch_opencv.live.views import AnnotatedFrame, ViewEvent

_PAGE = Path(__file__).with_name("page")
_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_MOST_BYTES = 4 * 2**20  # in one message; a camera's picture has some 100 kB


class Browser:
    """Shows frames in every browser that opens `address`.

    Args:
        title: what the page is headed with.
        host: the address of this machine that is listened at. All but this machine's own, such as 127.0.0.1, demand
            a token of every visitor.
        port: 0 is any free one.
        token: what visitors must bring in the address: 8 or more letters, digits, dots, dashes and underscores. None:
            one is made if ``host`` demands it.

    Raises:
        ViewError: the host or the port can't be listened at, or the token can't be used.

    """

    stays = True

    def __init__(self, title: str, *, host: str = "127.0.0.1", port: int = 8000, token: str | None = None) -> None:
        if token is not None and not re.fullmatch(r"[A-Za-z0-9._-]{8,}", token):
            raise ViewError("the token must have 8 or more characters: letters, digits, dots, dashes, underscores")
        self._socket = _listen(host, port)
        bound, self._port = self._socket.getsockname()[:2]
        self._host = host
        self._bound = ipaddress.ip_address(bound)
        if token is None and not self._bound.is_loopback:
            token = secrets.token_urlsafe(24)
        self._token = token
        self._broadcaster = Broadcaster(title)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._closed = False
        config = uvicorn.Config(
            self._application(),
            http="h11",
            ws="websockets-sansio",
            ws_max_size=_MOST_BYTES,
            ws_per_message_deflate=False,  # JPEGs don't shrink
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
        try:
            self._check()
        except ViewError:
            self._socket.close()
            raise

    @property
    def address(self) -> str:
        """What to open in a browser, with the token if one is demanded."""
        host = self._host
        if self._bound.is_unspecified:
            host = _outward_address(self._socket.family)
        if ":" in host:
            host = f"[{host}]"
        return f"http://{host}:{self._port}/" + (f"?token={self._token}" if self._token else "")

    def camera(self) -> BrowserCamera:
        """The source that the camera of whoever opens the page feeds: one visitor at a time, the first to come.

        Raises:
            ViewError: it was asked for before, and isn't closed.

        """
        if self._broadcaster.camera is not None:
            raise ViewError("the browser's camera can be a source only once at a time")
        return self._broadcaster.open_camera()

    def show(self, frame: AnnotatedFrame) -> None:
        """Show a frame to every page that is ready for it.

        Raises:
            ViewError: the server has failed.

        """
        self._check()
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
        events: list[ViewEvent] = []
        with suppress(IndexError):
            while True:
                events.append(self._broadcaster.events.popleft())
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
        self._socket.close()

    async def _end(self) -> None:
        await self._broadcaster.end()
        self._server.should_exit = True

    def _application(self) -> Guard:
        page = {path.name: path for path in _PAGE.iterdir() if path.suffix in _MEDIA_TYPES}

        async def file(request: Request) -> Response:
            path = page.get(request.path_params.get("name", "index.html"))
            if path is None:
                return Response("There is no such file.", 404, media_type="text/plain")
            return Response(path.read_bytes(), media_type=_MEDIA_TYPES[path.suffix])

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            sending = asyncio.create_task(self._broadcaster.send_frames())
            sending.add_done_callback(self._note_failure)
            await asyncio.sleep(0)  # let it begin
            self._ready.set()
            yield
            sending.cancel()

        routes = [Route("/", file), WebSocketRoute("/socket", self._broadcaster.connect), Route("/{name}", file)]
        names = LOOPBACK_NAMES | {self._host.lower(), str(self._bound)}
        return Guard(
            Starlette(routes=routes, lifespan=lifespan),
            token=self._token,
            cookie=f"torch-opencv-{self._port}",
            names=names,
        )

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # SystemExit is how uvicorn fails
            self._failure = error
        finally:
            self._ready.set()

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._failure = task.exception()

    def _check(self) -> None:
        if self._failure is not None:
            raise ViewError(f"the browser view has failed: {self._failure!r}") from self._failure
        if not self._closed and not self._thread.is_alive():
            raise ViewError("the browser view's server has ended by itself")


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; the port is taken from here on."""
    if not 0 <= port <= 65535:  # the system would take it modulo 65536
        raise ViewError(f"{port} is no port: --port takes 0 to 65535")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # Not socket.create_server: asyncio sends small messages at once (TCP_NODELAY) only where the protocol is named.
        server = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere it'd let two programs share a port
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
            server.listen()
        except OSError:
            server.close()
            raise
        return server
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ViewError(
                f"port {port} of {host} is taken by another program: give another --port, or 0 for any free one"
            ) from None
        if error.errno == errno.EACCES:
            raise ViewError(f"port {port} may not be listened at: give a --port from 1024 up") from None
        raise ViewError(f"{host} can't be listened at: --host takes an address of this machine") from None


def _outward_address(family: int) -> str:
    """This machine's address as others see it, where that can be told."""
    target = "192.0.2.1" if family == socket.AF_INET else "2001:db8::1"  # for documentation: nothing is sent there
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
