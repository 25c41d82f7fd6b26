"""Records frames to a video file that plays everywhere: H.264 in MP4 or MKV, by PyAV.

Every frame is in the file, or at least with the system, a tenth of a second later at most: so what was recorded plays
even if the program is killed. `close` turns an MP4 into an ordinary one, then reads the file back and checks that every
frame is in it.
"""

from __future__ import annotations

import logging
import math
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import torch

import torch_opencv as cv
from torch_opencv._system.files import NewFile
from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_no_address, check_writable, lock
from torch_opencv.live.sound import add_sound

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import OutputContainer
    from av.video.reformatter import VideoReformatter
    from av.video.stream import VideoStream
    from typing_extensions import Self

_log = logging.getLogger(__name__)

SUFFIXES = (".mp4", ".mkv")

# Holds the usual frame rates (24, 25, 29.97, 30, 50, 59.94, 60) exactly and is within MPEG-4's limit of 65535.
_TICKS_PER_SECOND = 60000
_BT709, _BT601 = 1, 6  # ITU-T H.273, the columns of colour primaries, transfer and matrix
_CONTAINERS = {".mp4": "mp4", ".mkv": "matroska"}
_CONTAINER_OPTIONS = {
    ".mp4": {"movflags": "hybrid_fragmented+frag_every_frame", "flush_packets": "1"},  # 92 bytes a frame
    ".mkv": {"cluster_time_limit": "100", "flush_packets": "1"},
}
_ENCODER_OPTIONS = {
    # superfast: twice as fast as veryfast with crf 20, files of the same size, 0.5 dB worse (of 46).
    # zerolatency: the encoder holds no frames back, which would be lost if the program is killed. No B-frames (bf):
    # they'd begin before time 0, and a file in pieces can only mend that by starting late. Without aq-mode's shifting
    # of bits to what is flat: 0.85 to 1.05 of the time, 0.6 to 1.06 of the bytes, and 0 to 1.3 dB better on five videos
    # (of 41 to 50 dB). Coarser motion as well (me=dia, subme=0) takes 0.7 of the time, but twice the bytes where things
    # glide.
    "libx264": {"preset": "superfast", "crf": "22", "tune": "zerolatency", "bf": "0", "aq-mode": "0"},
    "libopenh264": {"rc_mode": "quality", "allow_skip_frames": "0"},
    "mpeg4": {},
}
_BITS_PER_PIXEL = 0.25  # for the encoders that need a rate; this one shows no blocks
_ACCURATE_RND = 1 << 18  # swscale.h; PyAV 15 and 16 have no name for it
_MOST_THREADS = 4  # each has a slice of the frame, which costs bytes
_RESTART = 1.0  # seconds: a clock that goes back by more has begun anew
_LONGEST_GAP = 6 * 3600.0  # seconds; MP4 can't have a frame last longer than 9.9 hours at this many ticks a second


class VideoEncoder:
    """Writes frames to a video file. The file is made, or replaced, with the first frame.

    The first frame sets the size; H.264 wants it even, so an odd one is padded by a pixel that repeats the right or
    bottom edge. Later frames of another size are fitted into it, keeping their proportions, with black borders.

    Args:
        path: the file, ending in .mp4 or .mkv. What is there when the first frame comes must be what was there before.
        fps: the nominal rate, used where `write` isn't told the time, and for how long the last frame lasts.

    Raises:
        OutputError: the name ends otherwise, a file can't be written there, a link is there, or another program writes
            to it now. Nothing is written yet.

    """

    def __init__(self, path: str | Path, *, fps: float = 25.0) -> None:
        self.path = Path(path)
        self.fps = fps
        """May be set until the first frame."""
        self.frames = 0
        check_no_address(self.path)
        if self.path.suffix.lower() not in SUFFIXES:
            raise OutputError(
                f"{self.path} can't be recorded to: the name must end in {' or '.join(SUFFIXES)}, or for single "
                "images in .jpg, .png or the like, or be a folder"
            )
        if self.path.is_symlink():
            raise OutputError(f"{self.path} is a link, which recordings don't follow: give the file that it leads to")
        if self.path.exists() and not self.path.is_file() and not self.path.is_dir():
            raise OutputError(f"{self.path} is a device or a pipe: a recording needs a file, to be read back")
        check_writable(self.path)
        self.sound: Path | None = None
        """The video that the images are made of, with their own times: its sound is put into the recording, too."""
        self.has_sound = False
        """Whether that was done."""
        self._lock = lock(self.path)
        self._file = NewFile(self.path)
        self.size = 0, 0
        """Width and height in pixels; 0 until the first frame."""
        self.failed = False
        """Whether the recording ended early because it couldn't be written."""
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._reformatter: VideoReformatter | None = None
        self._closed = False
        self._first_time = self._begin = 0.0
        self._in_sync = True
        self._last_pts = -1
        self._next_pts = 0

    def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
        """Add a frame.

        Args:
            image: torch.uint8, (H, W, 3), BGR.
            time: when it is shown, in seconds on any clock; the first frame starts the video, and stays until the
                next one's time, however long a pause that is (up to six hours). Times that go back a little are
                moved forward; after more than a second back, the clock has begun anew, and the video just goes on.
                None: one frame after the last one.

        Raises:
            OutputError: it can't be written, because the disk is full, say. The recording ends, what was recorded so
                far stays if it plays, and further frames are ignored: this is raised once.

        """
        from av.error import FFmpegError

        if self.failed:
            return
        if self._closed:
            raise ValueError(f"the recording {self.path} is closed")
        if time is not None and not math.isfinite(time):
            raise ValueError(f"{time} is no time for a frame")
        try:
            if self._stream is None:
                self._stream = self._start(image, time or 0.0)
            frame = self._yuv(self._fitted(image))
            frame.pts = self._last_pts = self._pts(time)
            self._next_pts = self._last_pts + self._ticks(1 / self.fps)
            self._mux(self._stream.encode(frame))
        except (OSError, FFmpegError) as error:
            raise self._broken(error) from None
        self.frames += 1

    def close(self) -> None:
        """Finish the file, read it back, and check that it holds every frame. Without frames there is no file.

        Raises:
            OutputError: it couldn't be finished, or doesn't hold what was written.

        """
        try:
            self._finish()
        finally:
            self._file.close()
            if self._lock:
                self._lock.release()

    def _finish(self) -> None:
        if self._container is None or self._stream is None or self._closed:
            return
        from av.error import FFmpegError

        try:
            self._mux(self._stream.encode())
            self._closed = True
            self._container.close()
        except (OSError, FFmpegError) as error:
            raise self._broken(error) from None
        if not self._file.is_there:
            raise OutputError(f"{self.path} was removed or replaced by another program while it was recorded")
        frames, size = _read_back(self.path)
        if frames < self.frames or size != self.size:
            expected = f"{self.frames} frames of {self.size}"
            raise OutputError(f"{self.path}, read back, holds {frames} frames of {size} instead of {expected}")
        self.frames = frames  # one more if Ctrl-C fell between writing it and counting it
        if self.sound and self._in_sync:
            self.has_sound = add_sound(self.path, self.sound, begin=self._begin)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, image: torch.Tensor, time: float) -> VideoStream:
        import av

        height, width = image.shape[:2]
        self.size = width + width % 2, height + height % 2
        encoder = _best_encoder()
        suffix = self.path.suffix.lower()
        self._file.open()  # not by FFmpeg, which follows links
        self._container = container = av.open(
            self._file, "w", format=_CONTAINERS[suffix], options=_CONTAINER_OPTIONS[suffix]
        )
        rate = Fraction(self.fps).limit_denominator(1001)
        stream = container.add_stream(encoder, rate=rate, options=_ENCODER_OPTIONS[encoder])
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = self.size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        stream.time_base = context.time_base = Fraction(1, _TICKS_PER_SECOND)
        context.gop_size = max(1, round(self.fps))  # a keyframe a second, for quick seeking
        # What the conversion to YUV below means, so that players needn't guess it from the size of the frame.
        context.colorspace, context.color_primaries, context.color_trc = _BT601, _BT709, _BT709
        context.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
        if encoder != "libx264":
            context.bit_rate = round(stream.width * stream.height * self.fps * _BITS_PER_PIXEL)
        self._first_time = self._begin = time
        return stream

    def _pts(self, time: float | None) -> int:
        """When a frame is shown, in ticks: after the last one."""
        if time is None or self._last_pts < 0:
            return self._next_pts
        pts = self._ticks(time - self._first_time)
        latest = self._last_pts + self._ticks(_LONGEST_GAP)
        if pts < self._last_pts - self._ticks(_RESTART) or pts > latest:
            pts = self._next_pts if pts < latest else latest
            self._first_time = time - pts / _TICKS_PER_SECOND
            self._in_sync = False
        return max(pts, self._last_pts + 1)

    def _fitted(self, image: torch.Tensor) -> torch.Tensor:
        """The frame at the size of the recording."""
        width, height = self.size
        if image.shape[0] + image.shape[0] % 2 == height and image.shape[1] + image.shape[1] % 2 == width:
            missing = 0, height - image.shape[0], 0, width - image.shape[1]
            return cv.copyMakeBorder(image, *missing, cv.BORDER_REPLICATE) if any(missing) else image.contiguous()
        scale = min(width / image.shape[1], height / image.shape[0])
        size = min(width, max(1, round(image.shape[1] * scale))), min(height, max(1, round(image.shape[0] * scale)))
        image = cv.resize(image, size, interpolation=cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR)
        left, top = (width - size[0]) // 2, (height - size[1]) // 2
        borders = top, height - size[1] - top, left, width - size[0] - left
        bordered: torch.Tensor = cv.copyMakeBorder(image, *borders, cv.BORDER_CONSTANT, value=(0, 0, 0))
        return bordered

    def _yuv(self, image: torch.Tensor) -> VideoFrame:
        """A frame as encoders want it. Its memory isn't copied; odd sizes are none of this method's business."""
        from av import VideoFrame
        from av.video.reformatter import Interpolation, VideoReformatter

        # One for all frames: to make its tables and threads anew for each costs a third of the conversion.
        self._reformatter = self._reformatter or VideoReformatter()
        # AREA averages the colours of four pixels, ACCURATE_RND rounds to the nearest. Without them everything becomes
        # darker by half a level; cv.cvtColor takes the colour of one pixel in four, which frays coloured lines.
        flags = int(Interpolation.AREA) | _ACCURATE_RND
        frame = VideoFrame.from_numpy_buffer(image.numpy(), format="bgr24")
        return self._reformatter.reformat(frame, format="yuv420p", interpolation=flags)

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        assert self._container
        for packet in packets:
            packet.duration = packet.duration or self._ticks(1 / self.fps)  # or the last frame would last no time
            self._container.mux(packet)

    def _broken(self, error: Exception) -> OutputError:
        """End a recording that can't go on, and keep what plays of it."""
        self._closed = self.failed = True
        why = getattr(error, "strerror", None) or str(error)
        frames = 0
        if self._container:
            with suppress(Exception):
                self._container.close()
        if self._file.is_there:  # otherwise what is there isn't ours
            with suppress(OutputError):
                frames, _ = _read_back(self.path)
            if not frames:
                self.path.unlink()
        if not frames:
            return OutputError(f"{self.path} can't be recorded, at {self.size[0]}x{self.size[1]} pixels: {why}")
        return OutputError(f"{self.path} holds {frames} frames of the recording, which then failed: {why}")

    def _ticks(self, seconds: float) -> int:
        return round(seconds * _TICKS_PER_SECOND)


def side_by_side(original: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    """The original at the left of the result, scaled to its height.

    Args:
        original: torch.uint8, (H, W, 3), BGR.
        result: torch.uint8, (h, w, 3), BGR, of any size.

    Returns:
        torch.uint8, (h, round(W * h / H) + w, 3), BGR; an image of its own.

    """
    height, scale = result.shape[0], result.shape[0] / original.shape[0]
    if scale != 1:
        size = max(1, round(original.shape[1] * scale)), height
        original = cv.resize(original, size, interpolation=cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR)
    return torch.cat((original, result), dim=1)


def _best_encoder() -> str:
    """An encoder of H.264 if the installed PyAV has one, else MPEG-4: some builds of FFmpeg lack it for its licence."""
    import av

    for encoder in ("libx264", "libopenh264"):
        if encoder in av.codecs_available:
            return encoder
    _log.warning(
        "this PyAV can't encode H.264, so MPEG-4 is recorded: browsers don't play it (pip install av mends it)"
    )
    return "mpeg4"


def _read_back(path: Path) -> tuple[int, tuple[int, int]]:
    """How many frames a video holds, and their size. The first is decoded, the others only counted: that is quick."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(f"file:{path}") as container:
            first = next(container.decode(video=0))
            container.seek(0)
            frames = sum(1 for packet in container.demux(video=0) if packet.size and not packet.is_corrupt)
    except (OSError, FFmpegError, StopIteration, IndexError):
        raise OutputError(f"{path} was written, but can't be read back") from None
    return frames, (first.width, first.height)
