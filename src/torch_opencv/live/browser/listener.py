"""The socket that the page's server listens at, and what strangers may hold of it.

A stranger is a connection that hasn't shown yet that it may be here: it is in its TLS handshake, sends its request, or
was refused. There are few of them, and none for long. A flood of them makes newcomers wait in the system's queue, and
each that comes from there has a moment to show who it is before an older one than itself must go: so the page still
opens then, slowly.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from torch_opencv.live.errors import ViewError

STRANGERS = 256
"""How many connections of strangers there may be at once."""
STRANGERS_A_NETWORK = 192
"""And how many of them from one address (IPv6: from one network)."""
PATIENCE_S = 10.0
"""For a stranger to show that it may be here."""
MOMENT_S = 0.5
"""How long it has for that in any case, however many there are."""
MOMENT_AT_THIS_MACHINE_S = 0.1
"""The same where nothing has to cross a network."""

_QUEUE = 4096  # connections that may wait to be accepted; the system may allow fewer
_RETRY_S = 1.0  # if none can be accepted, as when this program has too many files open

_log = logging.getLogger(__name__)

Client = tuple[str, int]
"""An address and a port: which connection it is."""


@dataclass(eq=False, slots=True)
class _Connection:
    socket: socket.socket
    client: Client
    network: str
    since: float

    @property
    def age(self) -> float:
        return time.monotonic() - self.since

    @property
    def had_its_moment(self) -> bool:
        """Whether it could have shown who it is; it couldn't if the server hasn't read what it said."""
        near = ipaddress.ip_network(self.network).is_loopback
        if self.age < (MOMENT_AT_THIS_MACHINE_S if near else MOMENT_S):
            return False
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except OSError:  # there is nothing, or it has ended
            return True


class Listener:
    """Accepts connections, and bounds what strangers hold. From `serve` on, it is used on the event loop alone.

    Args:
        listening: the socket that it accepts them at.

    """

    def __init__(self, listening: socket.socket) -> None:
        self.socket = listening
        listening.setblocking(False)
        self._strangers: dict[Client, _Connection] = {}  # the oldest first
        self._visitors: dict[Client, _Connection] = {}
        self._handshakes: set[asyncio.Task[None]] = set()

    async def serve(self, protocol: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None) -> None:
        """Accept connections until cancelled.

        Args:
            protocol: makes what speaks with one of them.
            tls: to encrypt them.

        """
        loop = asyncio.get_running_loop()
        failed = False
        while True:
            try:
                accepted, address = await loop.sock_accept(self.socket)
            except OSError as error:
                if not failed:  # again and again, perhaps: it is said once
                    _log.warning("the page's server can't accept connections at times: %s", error.strerror)
                failed = True
                await asyncio.sleep(_RETRY_S)
                continue
            client = address[0], address[1]
            await self._make_room(network := _network(client[0]))
            self._strangers[client] = _Connection(accepted, client, network, time.monotonic())
            handshake = loop.create_task(_connect(protocol, accepted, tls))
            self._handshakes.add(handshake)
            handshake.add_done_callback(self._handshakes.discard)
            await asyncio.sleep(0)  # the others' turn: where connections wait, accepting one doesn't wait for anything

    async def sweep(self) -> None:
        """Cut off the strangers that have been here for too long, until cancelled."""
        while True:
            await asyncio.sleep(1)
            self._forget_closed()
            for stranger in [one for one in self._strangers.values() if one.age > PATIENCE_S]:
                self._cut_off(stranger)

    def let_in(self, client: Client) -> None:
        """Take note that a connection is no stranger's."""
        if client in self._strangers:
            self._visitors[client] = self._strangers.pop(client)

    def show_out(self, client: Client) -> None:
        """Take note that a connection that was let in has had its answer: it is a stranger's again."""
        if client in self._visitors:
            visitor = self._visitors.pop(client)
            visitor.since = time.monotonic()
            self._strangers[client] = visitor

    async def _make_room(self, network: str) -> None:
        """Wait until one more stranger from this network may come in; the oldest in its way is cut off."""
        while crowd := self._crowd(network):
            self._forget_closed()
            if crowd[0].had_its_moment:
                self._cut_off(crowd[0])
            else:
                await asyncio.sleep(0.01)

    def _crowd(self, network: str) -> list[_Connection]:
        """The strangers of whom one must go before one more can come from this network, the oldest first."""
        counts = Counter(one.network for one in self._strangers.values())
        if counts[network] < STRANGERS_A_NETWORK:
            if len(self._strangers) < STRANGERS:
                return []
            ((network, _),) = counts.most_common(1)
        return [one for one in self._strangers.values() if one.network == network]

    def _forget_closed(self) -> None:
        for connections in (self._strangers, self._visitors):
            for client in [client for client, one in connections.items() if one.socket.fileno() < 0]:
                del connections[client]

    def _cut_off(self, stranger: _Connection) -> None:
        """End a connection: the event loop, which owns it, finds it at its end and closes it."""
        self._strangers.pop(stranger.client, None)
        try:
            stranger.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended already


async def _connect(
    protocol: Callable[[], asyncio.Protocol], accepted: socket.socket, tls: ssl.SSLContext | None
) -> None:
    options = {"ssl": tls, "ssl_handshake_timeout": PATIENCE_S} if tls else {}
    try:
        await asyncio.get_running_loop().connect_accepted_socket(protocol, accepted, **options)  # type: ignore[arg-type]
    except OSError:  # the handshake has failed
        accepted.close()


def listen(host: str, port: int) -> Listener:
    """Listen at a port, which is taken from here on.

    Raises:
        ViewError: the host or the port can't be bound to.

    """
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
            server.listen(_QUEUE)
        except OSError:
            server.close()
            raise
        return Listener(server)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ViewError(
                f"port {port} of {host} is taken by another program: give another --port, or 0 for any free one"
            ) from None
        if error.errno == errno.EACCES:
            raise ViewError(f"cannot bind to port {port} without more rights: give a --port from 1024 up") from None
        raise ViewError(f"cannot bind to {host}: --host takes an address of this machine") from None


def is_at_this_machine(host: str) -> bool:
    """Whether nobody but this machine's users can reach what listens at a host."""
    try:
        address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][4][0]
        return ipaddress.ip_address(address).is_loopback
    except (OSError, ValueError):
        return False


def outward_address(family: int) -> str:
    """This machine's address as others see it; its name where that can't be told."""
    target = "192.0.2.1" if family == socket.AF_INET else "2001:db8::1"  # for documentation: nothing is sent there
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _network(address: str) -> str:
    """Whose connection it is: whoever has an IPv6 address has the 2^64 addresses beside it."""
    if ":" not in address:
        return address
    ip = ipaddress.IPv6Address(address.partition("%")[0])
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, 64), strict=False))
