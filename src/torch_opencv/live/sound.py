"""The sound of a video file, put into what was recorded of it: copied, not encoded again, and in sync."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from torch_opencv._system.files import atomic_write
from torch_opencv.live.sources.containers import OPTIONS

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    _Timed = tuple[Fraction, Packet[Stream]]

_log = logging.getLogger(__name__)


def add_sound(recording: Path, source: Path, *, begin: float) -> bool:
    """Put the sound of a video into a recording of it, which is replaced by that in one step.

    Args:
        recording: a video without sound.
        source: the video that it was made of.
        begin: where in the source the recording begins, in seconds from the source's first frame.

    Returns:
        Whether there is sound in the recording now. If there is sound and it can't be kept, the log says why, and the
        recording stays as it was.

    """
    import av
    from av.error import FFmpegError

    with av.open(f"file:{source}", options=OPTIONS) as original:
        if not original.streams.audio:
            return False
        try:
            with atomic_write(recording) as part, av.open(f"file:{recording}") as images:
                container_format = "mp4" if recording.suffix.lower() == ".mp4" else "matroska"
                with av.open(f"file:{part}", "w", format=container_format) as joined:
                    _join(joined, images, original, Fraction(begin).limit_denominator(1_000_000))
        except (OSError, ValueError, FFmpegError) as error:
            codec = original.streams.audio[0].codec_context.name
            _log.warning("the sound of %s (%s) is not in %s: %s", source, codec, recording, error)
            return False
    return True


def _join(joined: OutputContainer, images: InputContainer, original: InputContainer, begin: Fraction) -> None:
    video, sound = images.streams.video[0], original.streams.audio[0]
    first = original.streams.video[0]
    assert video.time_base is not None
    assert first.time_base is not None
    start = (first.start_time or 0) * first.time_base + begin
    to_video = joined.add_stream_from_template(video)
    to_sound = joined.add_stream_from_template(sound)
    end = max(
        (time + Fraction(packet.duration or 0) * video.time_base for time, packet in _timed(images, video)), default=0
    )
    images.seek(0)

    waiting = _timed(original, sound)
    heard = next(waiting, None)
    for shown, packet in _timed(images, video):
        while heard and heard[0] - start <= shown:
            _copy(joined, heard, to_sound, start, end)
            heard = next(waiting, None)
        packet.stream = to_video
        joined.mux(packet)
    while heard and heard[0] - start < end:
        _copy(joined, heard, to_sound, start, end)
        heard = next(waiting, None)


def _copy(joined: OutputContainer, heard: _Timed, stream: Stream, start: Fraction, end: Fraction | int) -> None:
    """Copy a packet of sound if it is heard while the recording lasts."""
    time, packet = heard
    if not 0 <= time - start < end:
        return
    assert packet.pts is not None
    ticks = round(start / packet.time_base)
    packet.pts -= ticks
    packet.dts = packet.pts if packet.dts is None else packet.dts - ticks
    packet.stream = stream
    joined.mux(packet)


def _timed(container: InputContainer, stream: Stream) -> Iterator[_Timed]:
    """A stream's packets with their times in seconds."""
    for packet in container.demux(stream):
        if packet.pts is not None and packet.dts is not None:
            yield packet.pts * packet.time_base, packet
