"""Who may see the page: every request and every WebSocket passes `Guard` first, and is let in or answered 403.

Without a token the server is bound to this machine and answers only to this machine's own names; otherwise any web page
could reach it under a name of its own that it lets point here (DNS rebinding). With a token the name doesn't matter: a
foreign name carries no cookie of ours. A WebSocket must come from the page itself, as browsers let any page open one;
and so must whatever asks for more than to read, as browsers let any page send that, too.

The token comes in once, in the address, and stays as a cookie; the page then takes it out of the address bar.

Only where there is no token may a visitor end the program, being at this machine then, an SSH tunnel's end included.
Behind a proxy everybody seems to be there, so what a proxy forwards needs the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from torch_opencv.live.errors import ViewError

TOKEN_VARIABLE = "TORCH_OPENCV_TOKEN"
"""The environment variable that may hold the token."""

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Connections(Protocol):
    """Who is told which connections are let in: `listener.Listener`."""

    def let_in(self, client: tuple[str, int], /) -> None:
        """A connection was let in."""

    def show_out(self, client: tuple[str, int], /) -> None:
        """A connection has had its answer."""


class Guard:
    """ASGI middleware that refuses strangers and sets the headers of every answer.

    It leaves in ``scope["state"]`` whether the visitor ``may_quit``.

    Args:
        app: what is guarded.
        token: the access token, or None.
        cookie: the name of the cookie that keeps it. Cookies don't tell ports apart, so it should name the port.
        names: the host names that are answered to where there is no token.
        connections: is told which are let in: those whose request is answered, for as long as that takes, and
            WebSockets while they are open.

    """

    def __init__(
        self, app: ASGIApp, *, token: str | None, cookie: str, names: Collection[str], connections: Connections
    ) -> None:
        self._app = app
        self._token = token
        self._cookie = cookie
        self._names = names
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        scope["state"]["may_quit"] = self._token is None and _is_near(connection)
        if scope["type"] == "websocket":
            app = WebSocketClose() if refusal else self._app  # before it is accepted, closing is answering 403
            await app(scope, receive, self._noting_websockets(scope, send))
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if not refusal and "token" in connection.query_params:
                    headers.append("Set-Cookie", self._new_cookie(scope))
            await send(message)

        if refusal:
            await PlainTextResponse(refusal, 403)(scope, receive, send_with_headers)
            return
        self._connections.let_in(scope["client"])
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._connections.show_out(scope["client"])

    def _noting_websockets(self, scope: Scope, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "websocket.accept":
                self._connections.let_in(scope["client"])
            elif message["type"] == "websocket.close":
                self._connections.show_out(scope["client"])  # it may take its time to close it, too
            await send(message)

        return noting

    def _refusal(self, connection: HTTPConnection) -> str:
        """Why a visitor isn't let in; empty if it is."""
        host = connection.headers.get("host", "")
        if self._token is None and _is_forwarded(connection):
            return "This came through a proxy. Start the program with a token."
        if self._token is None and host_name(host) not in self._names:
            return "This address isn't answered to. Open the one that the program printed."
        if self._token is not None and not self._knows_token(connection):
            return "The token is missing or wrong. Open the whole address that the program printed."
        origin = connection.headers.get("origin")
        asks_only = connection.scope["type"] == "http" and connection.scope["method"] in ("GET", "HEAD")
        if not asks_only and origin is not None and not _same_place(origin, host):
            return "Only the page itself may connect."
        return ""

    def _knows_token(self, connection: HTTPConnection) -> bool:
        given = connection.query_params.get("token") or connection.cookies.get(self._cookie) or ""
        return hmac.compare_digest(given.encode(), (self._token or "").encode())

    def _new_cookie(self, scope: Scope) -> str:
        forwarded = Headers(scope=scope).get("x-forwarded-proto")  # by a proxy that speaks https for us
        secure = "; Secure" if "https" in (scope["scheme"], forwarded) else ""
        return f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict{secure}"


def make_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)


def check_token(token: str) -> None:
    """Make sure that a token can be used.

    >>> check_token("correct-horse-battery")

    Args:
        token: what the page's visitors are to give.

    Raises:
        ViewError: it is too short, or has other characters than letters, digits, dots, dashes and underscores.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{8,}", token):
        raise ViewError("the token must have 8 or more characters: letters, digits, dots, dashes, underscores")


def read_token(file: str | Path | None = None) -> str | None:
    """The token in a file or in the environment: on a command line everybody on the machine can read it.

    Args:
        file: its only line is the token. None: the environment variable `TOKEN_VARIABLE` may hold it.

    Returns:
        The token; None if there is none in the environment, or it is empty.

    Raises:
        ViewError: the file can't be read, or what is there can't be used.

    """
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            return None
    else:
        try:
            with Path(file).open(encoding="ascii") as lines:
                token = lines.read(4096).strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it isn't a text of letters and digits"
            raise ViewError(f"the token can't be read from {file}: {reason}") from None
    try:
        check_token(token)
    except ViewError as error:
        raise ViewError(f"{file or TOKEN_VARIABLE}: {error}") from None
    return token


def host_name(host: str) -> str:
    """The name in a Host header, without the port and an IPv6 address's brackets; empty if it makes no sense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_near(connection: HTTPConnection) -> bool:
    """Whether a connection comes from this machine itself."""
    try:
        return connection.client is not None and ipaddress.ip_address(connection.client.host).is_loopback
    except ValueError:
        return False


def _is_forwarded(connection: HTTPConnection) -> bool:
    """Whether a proxy says that it sent this on for somebody else."""
    return any(name in connection.headers for name in _OF_PROXIES)


def _same_place(origin: str, host: str) -> bool:
    """Whether a page's origin, such as ``http://localhost:8000``, is at a Host header's name and port."""
    try:
        page, server = urlsplit(origin), urlsplit(f"//{host}")
        default = {"http": 80, "https": 443}[page.scheme]
        return (page.hostname, page.port or default) == (server.hostname, server.port or default)
    except (KeyError, ValueError):  # "null", file:, nonsense
        return False
