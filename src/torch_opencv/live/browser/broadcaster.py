"""What happens on the server's event loop: the newest frame and panel go out to the pages, their messages come in.

A page and the server exchange JSON texts, ``{"type": ...}``, and binary JPEGs:

- to the page: ``hello`` (title, whether it may quit, the table of keys), ``frame`` (number, source, fields, stats,
  pictures: those that a wall is made of), with the JPEG right behind it; ``panel`` (see `panel_message`); ``camera``
  (state: "none", "free", "yours" or "taken"); ``got`` for each of the camera's images; ``end``.
- from the page: see `messages`; and as the camera JPEGs. (Files go another way: see `panel_files`.)

Anything else ends that page's connection, with the reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from torch_opencv.live.browser.camera import BrowserCamera
from torch_opencv.live.browser.inbox import Allowances, Inbox
from torch_opencv.live.browser.jpeg import Packet, encode
from torch_opencv.live.browser.messages import CameraWish, Message, Seen, Touch, keys_for_page, parse
from torch_opencv.live.browser.panel_message import panel_message
from torch_opencv.live.browser.viewer import Refusal, Viewer
from torch_opencv.live.events import Choose, Command, Key
from torch_opencv.live.keys import COMMANDS, command_of
from torch_opencv.live.panel import Panel
from torch_opencv.live.views import AnnotatedFrame, Pointer

_MOST_VIEWERS = 32


class Broadcaster:
    """The pages that are open, and what they are shown."""

    def __init__(self, title: str) -> None:
        self.inbox = Inbox()
        """What the visitors did; any thread may take from it."""
        self.watched = False
        """Whether a page has been opened yet."""
        self.camera: BrowserCamera | None = None
        self._title = title
        self._waiting = ""
        self._viewers: set[Viewer] = set()
        self._allowances = Allowances()
        self._newest: tuple[int, AnnotatedFrame] | None = None
        self._packet: Packet | None = None
        self._panel: tuple[int, Panel | None] = 0, None  # 0: there has been none yet
        self._panel_message = 0, ""
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- from any thread ---

    def tell(self, text: str) -> None:
        """Let the pages say, for as long as they have no frame, what is being waited for."""
        self._waiting = text
        self.soon(self._announce_waiting)

    def show(self, frame: AnnotatedFrame) -> None:
        """Make this the newest frame. It is encoded once, and only if a page is ready for it."""
        self._newest = (self._newest[0] + 1 if self._newest else 1), frame
        if self._viewers:
            self.soon(self._news.set)

    def show_panel(self, panel: Panel | None) -> None:
        """Make this the newest panel; the same goes for it."""
        self._panel = self._panel[0] + 1, panel
        if self._viewers:
            self.soon(self._news.set)

    @property
    def panel(self) -> Panel | None:
        """The newest panel."""
        return self._panel[1]

    def soon(self, function: Any, *arguments: object) -> None:
        """Call a function on the event loop, unless that has ended."""
        if self._loop is not None and not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(function, *arguments)
            except RuntimeError:  # it was closed in between
                return

    def open_camera(self) -> BrowserCamera:
        """The source that a visitor's camera feeds; the pages ask for theirs from now on."""
        self.camera = BrowserCamera(lambda visitor, reason: self.soon(_refuse, visitor, reason), self._camera_closed)
        self.soon(self._announce_camera)
        return self.camera

    def _camera_closed(self) -> None:
        self.camera = None
        self.soon(self._announce_camera)

    # --- on the event loop ---

    async def send_frames(self) -> None:
        """Give every page the newest frame and panel as soon as it is ready for them, until cancelled."""
        self._loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "browser-encoder") as encoder:
            while True:
                await self._news.wait()
                self._news.clear()
                await self._send_panel(encoder)
                await self._send_frame(encoder)

    async def _send_panel(self, encoder: ThreadPoolExecutor) -> None:
        number, panel = self._panel
        if not number or not self._viewers:
            return
        if self._panel_message[0] != number:
            message = await asyncio.get_running_loop().run_in_executor(encoder, panel_message, panel)
            self._panel_message = number, message
        for viewer in self._viewers:
            viewer.offer_panel(*self._panel_message)

    async def _send_frame(self, encoder: ThreadPoolExecutor) -> None:
        if self._newest is None or not any(viewer.wants(self._newest[0]) for viewer in self._viewers):
            return
        packet = self._packet
        if packet is None or packet.number != self._newest[0]:
            packet = await asyncio.get_running_loop().run_in_executor(encoder, encode, *self._newest)
            self._packet = packet
        for viewer in self._viewers:
            if viewer.wants(packet.number):
                viewer.offer(packet)

    async def end(self) -> None:
        """Tell every page that the program has ended."""
        for viewer in self._viewers:
            viewer.ask_to_close()
        for _ in range(50):  # half a second; a page that is asleep isn't waited for
            if not self._viewers:
                return
            await asyncio.sleep(0.01)

    async def connect(self, socket: WebSocket) -> None:
        """Serve one page for as long as it is open."""
        await socket.accept()
        host = socket.client.host if socket.client else ""
        viewer = Viewer(socket, may_quit=socket.state.may_quit, allowance=self._allowances.of(host))
        sender = asyncio.create_task(viewer.send())
        if not self._has_room():
            viewer.close(1013, f"{_MOST_VIEWERS} pages are open already")
        else:
            self._viewers.add(viewer)
            self.watched = True
            hello = {"type": "hello", "title": self._title, "quit": viewer.may_quit, "waiting": self._waiting}
            viewer.post({**hello, "keys": keys_for_page(COMMANDS)})
            viewer.post({"type": "camera", "state": self._camera_state(viewer)})
            self._news.set()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                viewer.has_spoken = True
                if not viewer.closing:
                    try:
                        self._take_in(viewer, message)
                    except Refusal as refusal:
                        viewer.close(refusal.code, refusal.reason)
        except WebSocketDisconnect:
            return
        finally:
            self._viewers.discard(viewer)
            self._allowances.leave(host, viewer.allowance)
            sender.cancel()
            camera = self.camera
            if camera is not None and camera.leave_seat(viewer):
                self._announce_camera()

    def _has_room(self) -> bool:
        """Whether one more page may be open; one that has never said a word, as ours do at once, makes room for it."""
        if len(self._viewers) < _MOST_VIEWERS:
            return True
        silent = [viewer for viewer in self._viewers if not viewer.has_spoken]
        if silent:
            oldest = min(silent, key=lambda viewer: viewer.since)
            self._viewers.discard(oldest)
            oldest.close(1013, "others are waiting")
        return bool(silent)

    def _take_in(self, viewer: Viewer, message: Any) -> None:
        """Do what a page says.

        Raises:
            Refusal: it says too much, or what makes no sense.

        """
        if not viewer.messages.allows():
            raise Refusal(1008, "too many messages")
        text = message.get("text")
        if text is None:
            self._take_camera_image(viewer, message["bytes"])
            return
        self._do(viewer, parse(text))

    def _do(self, viewer: Viewer, message: Message) -> None:
        match message:
            case Seen(number):
                viewer.has_seen(number)
                self._news.set()
            case CameraWish(on, instead):
                self._change_camera(viewer, on, instead)
            case Touch(number, x, y, double):
                if frame := viewer.sent(number):
                    height, width = frame.image.shape[:2]
                    self.inbox.put(viewer, Pointer(x * width, y * height, double, frame))
            case Key(key) if command_of(key) == Command("quit") and not viewer.may_quit:
                return  # the app doesn't hear it, either: whoever may not quit has no such key
            case Command("quit") if not viewer.may_quit:
                return
            case Choose(number) if number >= self._choices:
                raise Refusal(1008, "that message isn't understood")
            case Key(key):
                self.inbox.put(viewer, Key(key, viewer.allowance))
            case Command(name):
                self.inbox.put(viewer, Command(name, viewer.allowance))
            case _:
                self.inbox.put(viewer, message)

    @property
    def _choices(self) -> int:
        """How many there are."""
        return len(self._newest[1].stats.choices) if self._newest else 0

    def _take_camera_image(self, viewer: Viewer, jpeg: bytes) -> None:
        if not viewer.images.allows():
            raise Refusal(1008, "more than 60 images a second")
        camera = self.camera  # another thread may close it
        if camera is None or camera.holder is not viewer:
            return  # it was on the way when another visitor became the camera, or the source was closed
        try:
            camera.put(viewer, jpeg)
        except ValueError as error:
            raise Refusal(1007, str(error)) from None
        viewer.post({"type": "got"})

    def _change_camera(self, viewer: Viewer, on: bool, instead: bool) -> None:
        camera = self.camera
        if camera is None:
            return
        if on:
            camera.take_seat(viewer, instead=instead)
        else:
            camera.leave_seat(viewer)
        self._announce_camera()

    def _announce_waiting(self) -> None:
        for viewer in self._viewers:
            viewer.post({"type": "waiting", "text": self._waiting})

    def _announce_camera(self) -> None:
        for viewer in self._viewers:
            viewer.post({"type": "camera", "state": self._camera_state(viewer)})

    def _camera_state(self, viewer: Viewer) -> str:
        camera = self.camera
        if camera is None:
            return "none"
        if camera.holder is None:
            return "free"
        return "yours" if camera.holder is viewer else "taken"


def _refuse(visitor: Hashable, reason: str) -> None:
    assert isinstance(visitor, Viewer)
    visitor.close(1007, reason)
