"""Videos in segments, which many workers decode at once; of every frame wanted, none is decoded twice or left out.

`plan` cuts a video at key frames, by reading its packets without decoding them; `decode` gives one segment's frames.
They are those of `cv.VideoCapture`, bit for bit, with the same numbers and times. Where frames that are shown before a
key frame refer to others before it (open groups of pictures), they belong to the segment before it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.container
import av.video
import torch
from av.error import FFmpegError
from av.video.reformatter import Colorspace, VideoReformatter

import torch_opencv as cv
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.containers import OPTIONS
from torch_opencv.ray.files import opened

if TYPE_CHECKING:
    from av.packet import Packet as AnyPacket

    Packet = AnyPacket[av.video.VideoStream]

_MOST_BUFFERED = 1 << 25  # bytes of packets that are looked at before they are decoded
_FEWER = 0.9  # below this share of the frames that a container promises, the file was probably cut short
_USUAL_FPS = 25  # where a container doesn't say
_SKIPPED = {"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4"}
"""Codecs of which frames can be left out that no other refers to: a packet of theirs is a frame."""
_ROTATED = {90: cv.ROTATE_90_COUNTERCLOCKWISE, 180: cv.ROTATE_180, 270: cv.ROTATE_90_CLOCKWISE}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a video, from a key frame to the next segment's."""

    path: str
    """The file, as the user named it."""
    number: int
    """0, 1, 2, ... in the file."""
    first: int
    """Its first frame's number in the file."""
    frames: int
    """How many it has."""
    start: int | None
    """The presentation time stamp (PTS) of its first frame; None: it begins with the file."""
    end: int | None
    """That of the next segment's; None: it ends with the file."""
    before: int | None
    """That of the last frame before it."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A frame of a video."""

    index: int
    """0, 1, 2, ... in the file, in the order in which they are shown."""
    time: float
    """Seconds from the file's start."""
    image: torch.Tensor
    """torch.uint8 (H, W, 3), BGR."""


def plan(path: str, segment_seconds: float, storage: Any = None) -> tuple[list[Segment], str]:
    """Cut a video into segments at key frames.

    Args:
        path: the file or its address.
        segment_seconds: each begins with the first key frame that is so many seconds after the start, or twice as
            many, and so on.
        storage: where it is, of `files.as_storage`; None: here, or at its address.

    Returns:
        The segments, and what is wrong with the file as a whole, such as that it was cut short, or "". A video whose
        frames have no time stamps is one segment.

    Raises:
        SourceError: it can't be read as a video.
    """
    with _opened_video(path, storage) as (container, stream):
        times: list[int | None] = []
        keys: list[int] = []
        for packet in _packets(container, stream):
            times.append(packet.pts)
            if packet.is_keyframe and packet.pts is not None:
                keys.append(packet.pts)
        if not times:
            raise SourceError(f"{path} can't be read as a video: it is damaged, or of another kind")
        problem = ""
        if stream.frames and len(times) < _FEWER * stream.frames:
            problem = f"it ends after {len(times)} of {stream.frames} frames: it was cut short, or is damaged"
        in_order = sorted(pts for pts in times if pts is not None)
        if len(in_order) < len(times):
            return [Segment(path, 0, 0, len(times), None, None, None)], problem
        cuts = _cuts(sorted(keys), in_order[0], segment_seconds / (stream.time_base or Fraction(1)))
    starts = [0, *(bisect_left(in_order, cut) for cut in cuts)]
    stops = [*starts[1:], len(in_order)]
    segments = [
        Segment(
            path,
            number,
            first,
            stop - first,
            start=in_order[first] if number else None,
            end=in_order[stop] if stop < len(in_order) else None,
            before=in_order[first - 1] if number else None,
        )
        for number, (first, stop) in enumerate(zip(starts, stops, strict=True))
    ]
    return segments, problem


def _cuts(keys: Iterable[int], start: int, length: Fraction | float) -> list[int]:
    """The first key frames after each multiple of a length, but for the first one, where the file begins anyway."""
    cuts: list[int] = []
    reached = 0
    for key in keys:
        passed = int((key - start) / length)
        if passed > reached:
            cuts.append(key)
            reached = passed
    return cuts


def decode(
    segment: Segment,
    *,
    fps: float | None = None,
    size: tuple[int, int] | None = None,
    damaged: list[str] | None = None,
    storage: Any = None,
) -> Iterator[DecodedFrame]:
    """The frames of a segment, in the order in which they are shown.

    Args:
        segment: of `plan`.
        fps: so many frames of each second, those shown first in each 1/fps seconds of the file, whatever the segments
            are; None for all. What none of those refers to isn't decoded.
        size: (width, height) to which they are shrunk or enlarged; None: as they are.
        damaged: what couldn't be decoded is added to this, in words.
        storage: as of `plan`.

    Raises:
        SourceError: the file can't be read, or isn't what it was when it was cut.
    """
    with _opened_video(segment.path, storage) as (container, stream):
        yield from _Decoding(segment, container, stream, fps, size, damaged if damaged is not None else []).frames()


class _Decoding:
    """The decoding of one segment."""

    def __init__(
        self,
        segment: Segment,
        container: av.container.InputContainer,
        stream: av.video.VideoStream,
        fps: float | None,
        size: tuple[int, int] | None,
        damaged: list[str],
    ) -> None:
        self._segment, self._container, self._stream = segment, container, stream
        self._context = stream.codec_context
        self._time_base = stream.time_base or Fraction(1)
        self._begin = stream.start_time or 0
        self._per_tick = None if fps is None else Fraction(fps).limit_denominator(10**6) * self._time_base
        self._size, self._damaged = size, damaged
        self._reformatter = VideoReformatter()
        self._order: list[int] = []  # the time stamps of the frames, as far as packets were read
        self._timed = True  # whether all of them have one
        self._next = segment.first  # the least number that the next frame can have

    def frames(self) -> Iterator[DecodedFrame]:
        """As `decode`."""
        groups = self._groups()
        group = next(groups, None)
        if group is None:
            raise SourceError(f"{self._segment.path} has changed since it was cut into segments: start again")
        self._note(group)
        while group is not None:
            following = next(groups, None)
            self._note(following or [])  # so that it is known which frames come before which
            for frame in self._decoded(group, following or []):
                yield from self._chosen(frame)
            group = following
        for frame in self._decode(None):
            yield from self._chosen(frame)

    def _groups(self) -> Iterator[list[Packet]]:
        """The packets from each key frame to the next, in the order of decoding; long groups come in parts."""
        start, end = self._segment.start, self._segment.end
        begun, ending = start is None, False
        group: list[Packet] = []
        size = 0
        for packet in self._found(start) if start is not None else _packets(self._container, self._stream):
            if not begun:
                if not (packet.is_keyframe and packet.pts == start):
                    continue
                begun = True
            if ending and packet.pts is not None and end is not None and packet.pts > end:
                break
            if packet.is_keyframe or size > _MOST_BUFFERED:
                if group:
                    yield group
                group, size = [], 0
            if packet.is_keyframe:
                ending = end is not None and packet.pts is not None and packet.pts >= end
            group.append(packet)
            size += packet.size
        if group and not (ending and len(group) == 1):  # then no frame of this segment refers to the next one's first
            yield group

    def _found(self, start: int) -> Iterator[Packet]:
        """The packets from somewhere before a key frame on; containers seek more or less exactly."""
        for seconds in (0, 10, 100):
            self._container.seek(start - int(seconds / self._time_base), stream=self._stream, backward=True)
            packets = _packets(self._container, self._stream)
            first = next(packets, None)
            if first is not None and first.pts is not None and first.pts <= start:
                yield first
                yield from packets
                return
        self._container.seek(self._begin, stream=self._stream, backward=True)
        yield from _packets(self._container, self._stream)

    def _note(self, group: Iterable[Packet]) -> None:
        for packet in group:
            if packet.pts is None:
                self._timed = False
            elif self._holds(packet.pts):
                insort(self._order, packet.pts)

    def _holds(self, pts: int) -> bool:
        start, end = self._segment.start, self._segment.end
        return (start is None or pts >= start) and (end is None or pts < end)

    def _decoded(self, group: list[Packet], following: list[Packet]) -> Iterator[av.VideoFrame]:
        """The frames of a group of packets, without those that aren't wanted and that no other refers to."""
        if self._per_tick is None or not self._timed or self._context.name not in _SKIPPED:
            for packet in group:
                yield from self._decode(packet)
            return
        wanted = [self._wants(packet.pts) for packet in group]
        needs_all = bool(following) and (not following[0].is_keyframe or self._wants_before(following))
        last = len(group) if needs_all else max((i + 1 for i, one in enumerate(wanted) if one), default=0)
        for packet, is_wanted in zip(group[:last], wanted, strict=False):
            self._context.skip_frame = "DEFAULT" if is_wanted else "NONREF"
            yield from self._decode(packet)
        if last < len(group):  # the decoder must not take the next key frame for the follower of these
            yield from self._decode(None)
            self._context.flush_buffers()

    def _decode(self, packet: Packet | None) -> Iterator[av.VideoFrame]:
        try:
            yield from self._context.decode(packet)
        except FFmpegError as error:
            self._damaged.append(str(error.strerror))

    def _wants(self, pts: int | None) -> bool:
        """Whether the frame with this time stamp is wanted: if none before it is in the same 1/fps seconds."""
        if self._per_tick is None:
            return True
        if pts is None or not self._holds(pts):
            return False
        rank = bisect_left(self._order, pts)
        before = self._order[rank - 1] if rank else self._segment.before
        return before is None or self._period(pts) != self._period(before)

    def _wants_before(self, group: list[Packet]) -> bool:
        """Whether frames are wanted that come after a group's key frame, but are shown before it."""
        key = group[0].pts
        earlier = [packet.pts for packet in group if packet.pts is not None and key is not None and packet.pts < key]
        return any(map(self._wants, earlier))

    def _period(self, pts: int) -> int:
        assert self._per_tick is not None
        return math.floor((pts - self._begin) * self._per_tick)

    def _chosen(self, frame: av.VideoFrame) -> Iterator[DecodedFrame]:
        """The frame, if it is one of this segment's that are wanted."""
        pts = frame.pts if self._timed else None
        if pts is None:
            yield from self._untimed(frame)
            return
        if not self._holds(pts):
            return
        index = max(self._next, self._segment.first + bisect_left(self._order, pts))
        self._next = index + 1
        if self._wants(pts):
            yield DecodedFrame(index, max(0.0, float((pts - self._begin) * self._time_base)), self._image(frame))

    def _untimed(self, frame: av.VideoFrame) -> Iterator[DecodedFrame]:
        """The same where packets have no time stamps, so that all are decoded: their number tells their time."""
        index, self._next = self._next, self._next + 1
        rate = Fraction(self._stream.average_rate or _USUAL_FPS)
        if self._per_tick is not None:
            per_frame = self._per_tick / self._time_base / rate
            if index and math.floor(index * per_frame) == math.floor((index - 1) * per_frame):
                return
        yield DecodedFrame(index, float(index / rate), self._image(frame))

    def _image(self, frame: av.VideoFrame) -> torch.Tensor:
        turned = frame.rotation % 360
        width, height = self._size or (frame.width, frame.height)
        if self._size and turned in (90, 270):
            width, height = height, width
        # As OpenCV: the matrix of BT.601 for every video, and chroma that is interpolated bicubically.
        way = "AREA" if self._size else "BICUBIC"
        shrunk = self._reformatter.reformat(frame, width, height, "bgr24", Colorspace.ITU601, interpolation=way)
        image = torch.from_numpy(shrunk.to_ndarray())
        return cv.rotate(image, _ROTATED[turned]) if turned in _ROTATED else image


@contextmanager
def _opened_video(path: str, storage: Any) -> Iterator[tuple[av.container.InputContainer, av.video.VideoStream]]:
    """A video file and its first video stream."""
    with ExitStack() as stack:
        file = opened(path, storage)
        if not isinstance(file, str):
            stack.enter_context(file)
        try:
            container = stack.enter_context(av.open(file, "r", options=OPTIONS, metadata_errors="ignore"))
        except (FFmpegError, OSError) as error:
            raise SourceError(f"{path} can't be read as a video: {error.strerror or error}") from None
        if not container.streams.video:
            raise SourceError(f"{path} has no video in it")
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1  # the other processors have other segments
        yield container, stream


def _packets(container: av.container.InputContainer, stream: av.video.VideoStream) -> Iterator[Packet]:
    """The packets of a stream, up to the first that can't be read."""
    packets: Iterator[Any] = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError):
            return
        if packet.size and not packet.is_discard:  # the last one is empty
            yield packet
