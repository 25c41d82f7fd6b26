"""Faces that keep an identity from frame to frame, and whose age, gender and expression stay put.

    track = FaceTracker(FaceAnalyzer(descriptors=True), every=3)
    for frame in video:
        for face in track(frame):
            print(face.track, face.age)

Faces are matched with tracks by where the tracks are expected (they move on at a constant, smoothed velocity), the best
overlap first, as in SORT (Bewley et al. 2016), but without its Kalman filter. What motion leaves open is settled by
descriptors, if the analyzer makes them: they keep apart two who cross, and bring back one who was away.

Between detections tracks move on by their velocity. Networks read a face when its track is new, often at first, then
now and then; ages and probabilities are averaged over the last readings, so that a label changes only if the face does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from torch_opencv.nets.faceapi.boxes import iou
from torch_opencv.vision.faces.detect import Detections
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.track import SAME_PERSON, Track

_LEAST_OVERLAP: Final = 0.2  # intersection over union of a face and where its track is expected
_SHOWN: Final = 3  # frames for which a face that a detection missed is shown where it is expected


class Analyzer(Protocol):
    """What a tracker needs of a `FaceAnalyzer`."""

    def detect(self, frames: Sequence[Tensor]) -> list[Detections]:
        """Where the faces are."""
        ...

    def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
        """What they are like."""
        ...


class FaceTracker:
    """Finds and follows the faces of a video, or of several.

    Args:
        analyzer: Finds and reads faces. If it makes descriptors, faces are told apart by them, too.
        every: Detection runs on every so many frames.
        refresh: A face is read again after so many frames, at first sooner.
        memory: So many readings are averaged.
        confirm: A face is shown once it has been found so many times in a row, as what isn't a face seldom is; but at
            once in the first frame, and if it is known by its descriptor.
        patience: A track is given up if its face isn't found for more frames.
        remembered: But for so many frames it may come back, if the face is known again by its descriptor.

    Raises:
        ValueError: One of the numbers is less than 1.

    """

    def __init__(
        self,
        analyzer: Analyzer,
        *,
        every: int = 1,
        refresh: int = 10,
        memory: int = 20,
        confirm: int = 3,
        patience: int = 15,
        remembered: int = 900,
    ) -> None:
        self._analyzer = analyzer
        self._options = _Options(every, refresh, memory, confirm, patience, remembered)
        self._videos: dict[int, _Video] = {}

    def __call__(self, frame: Tensor) -> list[Face]:
        """The faces in the video's next frame, torch.uint8 (H, W, 3) BGR, each with its `track`, the oldest first."""
        return self.batch([frame], [0])[0]

    def batch(self, frames: Sequence[Tensor], videos: Sequence[int]) -> list[list[Face]]:
        """The same for the next frames of several videos: all of their faces go through each network at once.

        Args:
            frames: One of each video that has a next one now.
            videos: The number of the video that each is of. Tracks are numbered in each video by themselves.

        Raises:
            ValueError: There are more or fewer frames than numbers, or two frames of one video.

        """
        if len(set(videos)) < len(videos):
            raise ValueError(f"one frame of each video at a time, not of the videos {list(videos)}")
        now = [self._videos.setdefault(number, _Video(self._options)) for number in videos]
        due = [(video, frame) for video, frame in zip(now, frames, strict=True) if video.move_on()]
        if due:
            found = self._analyzer.detect([frame for _, frame in due])
            matches = [video.match(faces) for (video, _), faces in zip(due, found, strict=True)]
            read = self._read([frame for _, frame in due], [one.wanted for one in matches])
            for (video, _), match, faces in zip(due, matches, read, strict=True):
                video.follow(match, faces)
        return [video.faces() for video in now]

    def _read(self, frames: Sequence[Tensor], wanted: Sequence[Detections]) -> list[list[Face]]:
        """What the analyzer reads, which isn't asked where there is nothing to read."""
        some = [number for number, detections in enumerate(wanted) if len(detections)]
        read = self._analyzer.read([frames[n] for n in some], [wanted[n] for n in some]) if some else []
        faces = dict(zip(some, read, strict=True))
        return [faces.get(number, []) for number in range(len(frames))]


@dataclass(frozen=True)
class _Options:
    """A `FaceTracker`'s."""

    every: int
    refresh: int
    memory: int
    confirm: int
    patience: int
    remembered: int

    def __post_init__(self) -> None:
        for name, number in vars(self).items():
            if number < 1:
                raise ValueError(f"{name} must be 1 or more, not {number}")


@dataclass(frozen=True, eq=False)
class _Match:
    """What motion says of the faces found in a frame, before the networks have read any.

    Attributes:
        wanted: what is to be read, the boxes of `due` first, then those that motion leaves open.
        due: tracks that are certain, and are to be read again.
        expected: for each of the others the track that motion would have, if any.
        waiting: tracks that are still without a face.
    """

    wanted: Detections
    due: Sequence[Track]
    expected: Sequence[Track | None]
    waiting: Sequence[Track]


class _Video:
    """The tracks of one video."""

    def __init__(self, options: _Options) -> None:
        self._options = options
        self._frame = -1
        self._given = 0
        self._tracks: list[Track] = []  # those that are followed
        self._away: list[Track] = []  # those that may come back

    def move_on(self) -> bool:
        """To the next frame. Whether faces are to be found in it."""
        self._frame += 1
        for track in self._tracks:
            track.move_on(missed=self._frame - track.seen > self._options.every)
        return self._frame % self._options.every == 0

    def faces(self) -> list[Face]:
        """Those to be shown in the present frame, the oldest track first."""
        limit = self._options.every + _SHOWN
        shown = [track for track in self._tracks if track.number and self._frame - track.seen < limit]
        return [track.face() for track in sorted(shown, key=lambda track: track.number)]

    def match(self, found: Detections) -> _Match:
        """Match what was found with the tracks, as far as motion tells."""
        pairs = _greedy(-iou(_boxes(self._tracks), found.boxes), -_LEAST_OVERLAP)
        doubtful = self._doubtful(pairs, found.boxes)
        sure = {t: d for t, d in pairs.items() if d not in doubtful}
        for t, d in sure.items():
            self._tracks[t].correct(found.boxes[d], float(found.scores[d]), self._frame)
        due = self._due([self._tracks[t] for t in sure])
        others = [d for d in range(len(found)) if d not in sure.values()]
        rows = torch.tensor(others, dtype=torch.int64)
        scores = torch.tensor([track.score for track in due], dtype=torch.float64)
        expected = {d: self._tracks[t] for t, d in pairs.items() if d in doubtful}
        return _Match(
            Detections(torch.cat((_boxes(due), found.boxes[rows])), torch.cat((scores, found.scores[rows]))),
            due,
            [expected.get(d) for d in others],
            [track for t, track in enumerate(self._tracks) if t not in sure],
        )

    def follow(self, match: _Match, faces: Sequence[Face]) -> None:
        """Settle the rest with what was read, begin tracks and give up others."""
        for track, face in zip(match.due, faces, strict=False):
            track.add(face, self._frame, certain=True)
        self._identify(faces[len(match.due) :], match.expected, match.waiting)
        for track in self._tracks:
            if not track.number and track.found >= (self._options.confirm if self._frame else 1):
                self._given += 1
                track.number = self._given
        self._give_up()

    def _doubtful(self, pairs: dict[int, int], found: Tensor) -> set[int]:
        """Detections whose track motion alone doesn't tell: several may be meant, or the face was away meanwhile."""
        if not any(track.descriptors for track in self._tracks):
            return set()
        close = iou(_boxes(self._tracks), found) > _LEAST_OVERLAP
        contested = (close.sum(dim=0) > 1) | (close & (close.sum(dim=1, keepdim=True) > 1)).any(dim=0)
        returned = {d for t, d in pairs.items() if self._frame - self._tracks[t].seen > self._options.every}
        return returned | set(contested.nonzero().flatten().tolist())

    def _identify(self, faces: Sequence[Face], expected: Sequence[Track | None], waiting: Sequence[Track]) -> None:
        """Give each face its track: by descriptor, else by motion unless the descriptor denies it, else a new one."""
        known = [*waiting, *self._away]
        distances = torch.tensor([[track.distance(face) for track in known] for face in faces], dtype=torch.float64)
        chosen = _greedy(distances.reshape(len(faces), len(known)), SAME_PERSON)
        taken = [known[index] for index in chosen.values()]
        for index, (face, candidate) in enumerate(zip(faces, expected, strict=True)):
            track = known[chosen[index]] if index in chosen else None
            if track is None and candidate is not None and candidate not in taken and not candidate.is_another(face):
                track = candidate
                taken.append(track)
            certain = track is None or index in chosen
            track = self._new() if track is None else self._brought_back(track)
            track.correct(torch.tensor(face.box, dtype=torch.float64), face.score, self._frame)
            track.add(face, self._frame, certain=certain)

    def _new(self) -> Track:
        self._tracks.append(Track(self._options.memory))
        return self._tracks[-1]

    def _brought_back(self, track: Track) -> Track:
        if track in self._away:
            self._away.remove(track)
            track.stop()
            self._tracks.append(track)
        return track

    def _due(self, tracks: Sequence[Track]) -> list[Track]:
        """Those to be read again: the longest unread first, and in each frame only so many as keep up the rate."""
        late = [
            track for track in tracks if self._frame - track.read >= min(self._options.refresh, len(track.readings))
        ]
        share = math.ceil(len(self._tracks) * self._options.every / self._options.refresh)
        return sorted(late, key=lambda track: track.read)[:share]

    def _give_up(self) -> None:
        missing = [(track, self._frame - track.seen) for track in self._tracks]
        lost = [track for track, frames in missing if frames > (self._options.patience if track.number else 0)]
        self._tracks = [track for track in self._tracks if track not in lost]
        self._away += [track for track in lost if track.number and track.descriptors]
        self._away = [track for track in self._away if self._frame - track.seen <= self._options.remembered]


def _boxes(tracks: Sequence[Track]) -> Tensor:
    return torch.stack([track.box for track in tracks]) if tracks else torch.zeros(0, 4, dtype=torch.float64)


def _greedy(costs: Tensor, limit: float) -> dict[int, int]:
    """Rows and columns, each at most once, the least costs first, and none that reach the limit."""
    pairs: dict[int, int] = {}
    for index in costs.flatten().argsort(stable=True).tolist():
        row, column = divmod(index, costs.shape[1])
        if float(costs[row, column]) >= limit:
            break
        if row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs
