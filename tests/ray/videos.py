"""Small videos for the tests, of codecs that refer from frame to frame in different ways."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

_X264 = {"g": "30", "bf": "3"}
# Groups of pictures of 24 to 30 frames: 120 frames have about five. Open ones have frames that are shown before the key
# frame and refer to the group before it.
VIDEOS: dict[str, tuple[str, dict[str, str]]] = {
    "open.mp4": ("libx264", {**_X264, "x264-params": "open-gop=1:keyint=30:min-keyint=30:scenecut=0:b-pyramid=normal"}),
    "open.mkv": ("libx264", {**_X264, "x264-params": "open-gop=1:keyint=30:min-keyint=30:scenecut=0"}),
    "open.ts": ("libx264", {**_X264, "x264-params": "open-gop=1:keyint=30:min-keyint=30:scenecut=0"}),
    "closed.mp4": ("libx264", {"g": "12", "bf": "2"}),
    "intra.mp4": ("libx264", {"g": "1"}),
    "hevc.mp4": ("libx265", {"x265-params": "keyint=24:min-keyint=24:open-gop=1:bframes=4:log-level=none"}),
    "vp8.webm": ("libvpx", {"g": "30", "deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "1"}),
    "vp9.webm": ("libvpx-vp9", {"g": "30", "deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "1"}),
    "mpeg2.ts": ("mpeg2video", {"g": "15", "bf": "2"}),
    "mpeg4.avi": ("mpeg4", {"g": "15", "bf": "2"}),
    "raw.h264": ("libx264", {"g": "30"}),
}


def make(path: Path, codec: str, options: dict[str, str], *, frames: int = 120, uneven: bool = False) -> Path:
    """Write a video of a moving pattern, 160 x 120, 25 frames/s, with each frame's number in it."""
    noise = np.random.default_rng(0).integers(0, 60, (120, 160, 3), dtype=np.uint8)
    with av.open(str(path), "w", format="h264" if path.suffix == ".h264" else None) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        if uneven:
            stream.codec_context.time_base = Fraction(1, 1000)
        time = 0
        for number in range(frames):
            image = np.roll(noise, number * 3, 1)
            cv2.putText(image, str(number), (20, 80), 0, 2, (255, 255, 255), 3)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            if uneven:
                frame.pts, frame.time_base = time, Fraction(1, 1000)
                time += 20 if number % 3 else 90
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def beginning(source: Path, path: Path, *, frames: int, group: int) -> Path:
    """Write the first frames of another video, with a key frame at the beginning of each group."""
    options = {"g": str(group), "sc_threshold": "0", "preset": "veryfast"}
    with av.open(str(source)) as given, av.open(str(path), "w") as container:
        read = given.streams.video[0]
        stream = container.add_stream("libx264", rate=read.average_rate, options=options)
        stream.width, stream.height, stream.pix_fmt = read.width, read.height, "yuv420p"
        for number, frame in zip(range(frames), given.decode(read), strict=False):
            frame.pts, frame.pict_type = number, 0
            frame.time_base = 1 / Fraction(read.average_rate or 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def as_opencv_reads(path: Path) -> list[tuple[float, np.ndarray]]:
    """Each frame's time in seconds and its image."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    frames = []
    while True:
        ok, image = capture.read()
        if not ok:
            return frames
        frames.append((capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, image))
