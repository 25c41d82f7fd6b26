"""One open page: what is on its way to it, and how much it may send. Everything here is on the server's event loop.

A page acknowledges each frame once it is on its screen, and gets the then newest one: at most `IN_FLIGHT` are ever on
the way, so one that is slow gets fewer frames, not older ones, and holds up nobody else.
"""

from __future__ import annotations

import asyncio
import json
import time

from starlette.websockets import WebSocket, WebSocketDisconnect

from torch_opencv.live.browser.jpeg import Packet
from torch_opencv.live.rate_limit import Allowance, RateLimit
from torch_opencv.live.views import AnnotatedFrame

IN_FLIGHT = 2
"""Frames; with one alone, every frame would wait for the acknowledgement of the last to come all the way back."""

_LONGEST_OUTBOX = 64  # messages; far more than a page that reads ever has


class Refusal(Exception):  # noqa: N818
    """Why a page's connection is ended.

    Attributes:
        code: a WebSocket close code (RFC 6455, 7.4.1).
        reason: to be read.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Viewer:
    """One open page.

    Args:
        socket: its connection, accepted.
        may_quit: whether it may end the program.
        allowance: what it may have saved.

    """

    def __init__(self, socket: WebSocket, *, may_quit: bool, allowance: Allowance) -> None:
        self.may_quit, self.allowance = may_quit, allowance
        self.messages = RateLimit(240)
        self.images = RateLimit(60)
        self.since = time.monotonic()
        self.has_spoken = False
        """Whether it has ever said anything."""
        self.closing = False
        self._socket = socket
        self._newest = 0  # the number of the newest frame that was sent
        self._in_flight: set[int] = set()
        self._sent: dict[int, AnnotatedFrame] = {}  # what may be on its screen
        self._panel = 0  # the number of the panel that was sent
        self._outbox: asyncio.Queue[str | bytes | Refusal] = asyncio.Queue()

    def wants(self, number: int) -> bool:
        """Whether a frame should be sent now.

        Args:
            number: the frame's.
        """
        return not self.closing and self._newest < number and len(self._in_flight) < IN_FLIGHT

    def offer(self, packet: Packet) -> None:
        """Send a frame that is wanted."""
        self._newest = packet.number
        self._in_flight.add(packet.number)
        self._sent[packet.number] = packet.frame
        if len(self._sent) > IN_FLIGHT + 1:
            del self._sent[min(self._sent)]
        self._put(packet.message)
        self._put(packet.jpeg)

    def has_seen(self, number: int) -> None:
        """Take note of an acknowledgement; those of frames that aren't on the way mean nothing."""
        self._in_flight.discard(number)

    def sent(self, number: int) -> AnnotatedFrame | None:
        """A frame that may be on the page's screen.

        Args:
            number: the frame's.

        Returns:
            None if it isn't one of the last that were sent.
        """
        return self._sent.get(number)

    def offer_panel(self, number: int, message: str) -> None:
        """Send a panel that the page hasn't got yet, if it keeps up with the frames."""
        if number != self._panel and not self.closing and len(self._in_flight) < IN_FLIGHT:
            self._panel = number
            self._put(message)

    def post(self, message: dict[str, object]) -> None:
        """Send a message."""
        self._put(json.dumps(message))

    def close(self, code: int, reason: str) -> None:
        """End the connection, before whatever still waits to be sent."""
        self._put_last(Refusal(code, reason))

    def ask_to_close(self) -> None:
        """Tell the page that the program has ended, upon which it ends the connection.

        It must be the one to do that: if the server closes its socket while something from the page is still unread,
        TCP resets the connection, and the page may never see why.
        """
        self._put_last('{"type": "end"}')

    async def send(self) -> None:
        """Send what there is to be sent, until the connection ends."""
        try:
            while True:
                item = await self._outbox.get()
                if isinstance(item, Refusal):
                    await self._socket.close(item.code, item.reason)
                    return
                if isinstance(item, str):
                    await self._socket.send_text(item)
                else:
                    await self._socket.send_bytes(item)
        except (WebSocketDisconnect, OSError, RuntimeError):
            return  # the page has gone; RuntimeError is uvicorn's word for it if the server gave it up a moment before

    def _put_last(self, item: str | Refusal) -> None:
        if not self.closing:
            self.closing = True
            while not self._outbox.empty():
                self._outbox.get_nowait()
            self._outbox.put_nowait(item)

    def _put(self, item: str | bytes) -> None:
        if self._outbox.qsize() >= _LONGEST_OUTBOX:
            self.close(1008, "you read too slowly")
        elif not self.closing:
            self._outbox.put_nowait(item)
