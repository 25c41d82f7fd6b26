"""How many WebSocket frames a page may send that never reach the application."""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from torch_opencv.live.rate_limit import RateLimit

_FRAMES_A_SECOND = 240
_LONGEST_GOODBYE_S = 2.0  # for the page to close what we have closed
_PIECE = 4096  # bytes, some 700 of the shortest frames


class LimitedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which ends a connection with too many frames that never reach the application.

    Those are pings, pongs, and the pieces of a message that is cut up.
    """

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._frames = RateLimit(_FRAMES_A_SECOND)
        self.close_timeout = _LONGEST_GOODBYE_S

    def data_received(self, data: bytes) -> None:
        """Take in what has come, a piece at a time, so that what is too much isn't even parsed."""
        for begin in range(0, len(data), _PIECE):
            if not self.transport.is_closing():
                super().data_received(data[begin : begin + _PIECE])

    def handle_ping(self) -> None:
        """Answer a ping."""
        if self._within_limit():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Take in a pong."""
        if self._within_limit():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take in a piece of a message."""
        if self._within_limit():
            super().handle_cont(event)

    def handle_parser_exception(self) -> None:
        """Close the connection, and say why if it was ever opened."""
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def _within_limit(self) -> bool:
        if not self.close_sent and not self._frames.allows():
            self.conn.fail(1008, "too many frames")
            self.handle_parser_exception()
        return not self.close_sent
