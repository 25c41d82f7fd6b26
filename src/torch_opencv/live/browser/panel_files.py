"""The files of a panel: those that it offers, and those that a visitor gives to one of its fields.

A file that has come is in memory until the program takes it. So there is one at a time, no larger than its field says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from torch_opencv.live.events import File
from torch_opencv.live.panel import FileField, Panel

_MOST_DOWNLOADS = 2  # at once, each in memory
_PIECE = 1 << 18  # bytes
_PATIENCE_S = 10.0  # for the next piece of what a visitor gives


class PanelFiles:
    """Answers the requests for them. All is called on the server's event loop.

    Args:
        panel: the one that is shown now.
        take: is given what a visitor has given, and calls `taken` once the program has it.

    """

    def __init__(self, panel: Callable[[], Panel | None], take: Callable[[File], None]) -> None:
        self._panel = panel
        self._take = take
        self._downloads = asyncio.Semaphore(_MOST_DOWNLOADS)
        self._uploading = False

    async def download(self, request: Request) -> Response:
        """One of the files that the panel offers, by its name."""
        panel, name = self._panel(), request.path_params["name"]
        offered = next((one for one in panel.downloads if one.name == name), None) if panel else None
        if offered is None:
            return PlainTextResponse("There is no such file.", 404)
        if self._downloads.locked():
            return PlainTextResponse("Too many downloads at once. Try again in a while.", 503)
        return _Offered(offered.name, offered.content, self._downloads)

    async def upload(self, request: Request) -> Response:
        """A file for one of the panel's fields, by the field's name; the request's body is what is in it."""
        panel, name = self._panel(), request.path_params["name"]
        fields = panel.fields if panel else ()
        field = next((one for one in fields if isinstance(one, FileField) and one.name == name), None)
        if field is None:
            return PlainTextResponse("There is no such field.", 404)
        if self._uploading:
            return PlainTextResponse("Another file is on its way. Try again in a while.", 503)
        self._uploading = True
        content = None
        try:
            content = await _body(request, field.largest)
        except (asyncio.TimeoutError, ClientDisconnect):
            return PlainTextResponse("The file didn't come as a whole.", 408)
        finally:
            self._uploading = content is not None
        if content is None:
            largest = f"{field.largest >> 20} MB" if field.largest >> 20 else f"{field.largest} bytes"
            return PlainTextResponse(f"The file is too large: at most {largest}.", 413)
        self._take(File(field.name, content))
        return Response(status_code=204)

    def taken(self) -> None:
        """The program has what was given: there may be another."""
        self._uploading = False


async def _body(request: Request, largest: int) -> bytes | None:
    """What a request brings; None if it is too much."""
    pieces = bytearray()
    stream = request.stream()
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream), _PATIENCE_S)
        except StopAsyncIteration:
            return bytes(pieces)
        pieces += piece
        if len(pieces) > largest:
            return None


class _Offered(StreamingResponse):
    """A file that is made when it is asked for, of which so many are sent at once."""

    def __init__(self, name: str, make: Callable[[], bytes], downloads: asyncio.Semaphore) -> None:
        disposition = f"attachment; filename*=utf-8''{quote(name)}"
        super().__init__(
            self._pieces(), headers={"Content-Disposition": disposition}, media_type="application/octet-stream"
        )
        self._make = make
        self._downloads = downloads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._downloads:
            await super().__call__(scope, receive, send)

    async def _pieces(self) -> AsyncIterator[bytes]:
        content = await asyncio.to_thread(self._make)
        for begin in range(0, len(content), _PIECE):
            yield content[begin : begin + _PIECE]
