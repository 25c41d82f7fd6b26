"""An RTSP server, for the system's Python: rtsp_server.py PORT WIDTH HEIGHT [USER PASSWORD]; its stream is /live.

Its images show a number in 4 x 6 black and white blocks, as `tests.live.stream_servers` reads it: the 30ths of a
second since 1970, modulo 2 ** 24. So no two images have the same, whenever the server was started, and their age can
be told.
"""

import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

FPS = 30
_ROWS, _COLUMNS = 4, 6


class Numbers(GstRtspServer.RTSPMediaFactory):
    def __init__(self, width, height):
        super().__init__()
        self.width, self.height = width, height
        self.set_shared(True)

    def do_create_element(self, _url):
        caps = f"video/x-raw,format=GRAY8,width={self.width},height={self.height},framerate={FPS}/1"
        return Gst.parse_launch(
            f"( appsrc name=source is-live=true format=time do-timestamp=true caps={caps} ! videoconvert ! "
            "video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=2000 ! "
            "rtph264pay name=pay0 pt=96 config-interval=1 )"
        )

    def do_configure(self, media):
        source = media.get_element().get_child_by_name("source")
        threading.Thread(target=self.push, args=(source,), daemon=True).start()

    def push(self, source):
        number = int(time.time() * FPS)
        while source.emit("push-buffer", Gst.Buffer.new_wrapped(self.frame(number))) == Gst.FlowReturn.OK:
            while int(time.time() * FPS) <= number:
                time.sleep(0.002)
            number = int(time.time() * FPS)

    def frame(self, number):
        rows = []
        for row in range(_ROWS):
            bits = [number >> (row * _COLUMNS + column) & 1 for column in range(_COLUMNS)]
            rows.append(b"".join((b"\xff" if bit else b"\0") * (self.width // _COLUMNS) for bit in bits))
        return b"".join(row * (self.height // _ROWS) for row in rows)


def guard(server, factory, user, password):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role("viewer")
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main(port, width, height, *login):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = Numbers(int(width), int(height))
    if login:
        guard(server, factory, *login)
    server.get_mount_points().add_factory("/live", factory)
    if not server.attach(None):
        sys.exit(f"port {port} is taken")
    print("ready", flush=True)
    GLib.MainLoop().run()


main(*sys.argv[1:])
