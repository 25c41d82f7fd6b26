"""Who may see the page: every request and every WebSocket passes `Guard` first, and is let in or answered 403.

Without a token the server is bound to this machine and answers only to this machine's own names; otherwise any web page
could reach it under a name of its own that it lets point here (DNS rebinding). With a token the name doesn't matter: a
foreign name carries no cookie of ours. A WebSocket must come from the page itself, as browsers let any page open one.

The token comes in once, in the address, and stays as a cookie; the page then takes it out of the address bar.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

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


class Guard:
    """ASGI middleware that refuses strangers and sets the headers of every answer.

    Args:
        app: what is guarded.
        token: what visitors must bring, or None.
        cookie: the name of the cookie that keeps it. Cookies don't tell ports apart, so it should name the port.
        names: the host names that are answered to where there is no token.

    """

    def __init__(self, app: ASGIApp, *, token: str | None, cookie: str, names: Collection[str]) -> None:
        self._app = app
        self._token = token
        self._cookie = cookie
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if scope["type"] == "websocket":
            app = WebSocketClose() if refusal else self._app  # before it is accepted, closing is answering 403
            await app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if not refusal and "token" in connection.query_params:
                    headers.append("Set-Cookie", self._new_cookie())
            await send(message)

        app = PlainTextResponse(refusal, 403) if refusal else self._app
        await app(scope, receive, send_with_headers)

    def _refusal(self, connection: HTTPConnection) -> str:
        """Why a visitor isn't let in; empty if it is."""
        host = connection.headers.get("host", "")
        if self._token is None and host_name(host) not in self._names:
            return "This address isn't answered to. Open the one that the program printed."
        if self._token is not None and not self._knows_token(connection):
            return "The token is missing or wrong. Open the whole address that the program printed."
        origin = connection.headers.get("origin")
        if connection.scope["type"] == "websocket" and origin is not None and not _same_place(origin, host):
            return "Only the page itself may connect."
        return ""

    def _knows_token(self, connection: HTTPConnection) -> bool:
        given = connection.query_params.get("token") or connection.cookies.get(self._cookie) or ""
        return hmac.compare_digest(given.encode(), (self._token or "").encode())

    def _new_cookie(self) -> str:
        return f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"


def host_name(host: str) -> str:
    """The name in a Host header, without the port and an IPv6 address's brackets; empty if it makes no sense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same_place(origin: str, host: str) -> bool:
    """Whether a page's origin, such as ``http://localhost:8000``, is at a Host header's name and port."""
    try:
        page, server = urlsplit(origin), urlsplit(f"//{host}")
        default = {"http": 80, "https": 443}[page.scheme]
        return (page.hostname, page.port or default) == (server.hostname, server.port or default)
    except (KeyError, ValueError):  # "null", file:, nonsense
        return False
