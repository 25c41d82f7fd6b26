"""A flood of connections to a page's server, in a process of its own: each that is ended is opened again.

    python -m tests.live.browser.flood HOST:PORT KIND COUNT SECONDS

It prints a line once all are open, and at its end how many it has opened in all.
"""

from __future__ import annotations

import resource
import selectors
import socket
import subprocess
import sys
import time
from types import TracebackType

WEBSOCKET = (
    "GET /socket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
KINDS = {
    "idle": "",
    "slow headers": "GET / HTTP/1.1\r\nHost: {host}\r\nX-Header: ",
    "keep alive": "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "pages": WEBSOCKET,
    "pings": WEBSOCKET,
}
"""What each connection begins with."""
PINGS = b"\x89\x80\0\0\0\0" * 20_000


class Flood:
    """A flood that goes on during the ``with`` block, and for two minutes at most."""

    def __init__(self, host: str, kind: str, count: int) -> None:
        command = [sys.executable, "-m", __name__, host, kind, str(count), "120"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline() == "all are open\n"

    def __enter__(self) -> Flood:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


def main(host: str, kind: str, count: int, seconds: float) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + 100)), hard))
    name, _, port = host.rpartition(":")
    begin = KINDS[kind].format(host=host).encode()
    selector = selectors.DefaultSelector()
    opened = 0

    def connect() -> None:
        nonlocal opened
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex((name, int(port)))
        selector.register(connection, selectors.EVENT_WRITE)
        opened += 1

    def go_on(connection: socket.socket, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            connection.send(begin)
            selector.modify(connection, selectors.EVENT_READ)
        elif not (answer := connection.recv(2**16)):
            raise ConnectionError
        elif kind == "pings" and answer.startswith(b"HTTP/1.1 101"):
            connection.send(PINGS)

    for _ in range(count):
        connect()
    print("all are open", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, events in selector.select(1):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                go_on(connection, events)
            except OSError:
                selector.unregister(connection)
                connection.close()
                connect()
    print(opened)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
