"""A small HTTP server for the download tests: it serves bytes, honours Range, and fails on demand."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FileServer:
    """Serves `files` (path -> bytes) at `base`, as badly as a test wants; `requests` and `sent` tell what it did."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.ranges = True  # honours Range
        self.lengths = True  # announces Content-Length
        self.cuts: list[int] = []  # request by request: close the connection after so many bytes
        self.stall_after: int | None = None  # then send nothing more until `resume` is set
        self.resume = threading.Event()
        self.status: int | None = None  # answer everything with this
        self.requests: list[tuple[str, str | None]] = []  # (path, Range)
        self.sent = 0
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._httpd.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._httpd.server_address[1]}/"

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        thread = threading.Thread(target=self._httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.resume.set()
            self._httpd.shutdown()
            self._httpd.server_close()


def _handler(server: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            server.requests.append((self.path, asked))
            if self.path in server.redirects:
                self.send_response(302)
                self.send_header("Location", server.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = server.files.get(self.path)
            if server.status or content is None:
                self.send_error(server.status or 404)
                return
            start = 0
            if asked and server.ranges:
                found = re.fullmatch(r"bytes=(\d+)-", asked)
                assert found
                start = int(found[1])
                if start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            body = content[start:]
            if server.lengths:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            if server.cuts:
                body = body[: server.cuts.pop(0)]
            if server.stall_after is not None:
                self._send(body[: server.stall_after])
                server.resume.wait(60)
                body = body[server.stall_after :]
            self._send(body)
            self.close_connection = True

        do_HEAD = do_GET  # noqa: N815 (as http.server wants it)

        def _send(self, body: bytes) -> None:
            try:
                server.sent += len(body)  # before: the client may be done with it before this thread goes on
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has gone, which some tests want

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
