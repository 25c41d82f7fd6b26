"""Generalized Hough transforms (imgproc/src/generalized_hough.cpp), by tables that are sorted instead of lists.

D. Ballard, "Generalizing the Hough transform to detect arbitrary shapes", 1981. N. Guil, J. Gonzalez-Linares and
E. Zapata, "Bidimensional shape detection using an invariant approach", 1999.

Angles are in degrees, in float64, computed from OpenCV's float32 ones. The host waits for how many there are of
everything.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from torch_opencv.cuda.kernels.elementwise import angle
from torch_opencv.cuda.kernels.hough import line_peaks

_MOST_ELEMENTS = 1 << 22
_EPSILON = 1.1920929e-07
_SLACK = 1e-6  # of angles, within which they are looked for before they are compared
_BETWEEN_LEVELS = 1024.0  # more than any angle


class Contour(NamedTuple):
    """Pixels on edges: x and y, int64 (P, 2), and the directions of their gradients, float64 (P)."""

    points: Tensor
    thetas: Tensor


def contour(edges: Tensor, dx: Tensor, dy: Tensor) -> Contour:
    """The pixels of (H, W) on edges that have a gradient, in the order of rows."""
    x, y = dx.float(), dy.float()
    places = ((edges != 0) & ((x.abs() > _EPSILON) | (y.abs() > _EPSILON))).nonzero()
    rows, columns = places.unbind(1)
    return Contour(places.flip(1), angle(x[rows, columns], y[rows, columns], True).double())


class Rows(NamedTuple):
    """Where each level's entries begin in a table that is sorted by levels, and how many there are."""

    starts: Tensor
    counts: Tensor


def _rows(levels: Tensor, count: int) -> Rows:
    counts = torch.bincount(levels, minlength=count)
    return Rows(counts.cumsum(0) - counts, counts)


def _pairs(starts: Tensor, counts: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Each of K with each of its run of entries, some millions at a time: indices among K and among the entries."""
    ends = counts.cumsum(0)
    total = int(ends[-1]) if len(ends) else 0
    for first in range(0, total, _MOST_ELEMENTS):
        number = torch.arange(first, min(first + _MOST_ELEMENTS, total), device=counts.device)
        which = torch.searchsorted(ends, number, right=True)
        yield which, starts[which] + number - (ends[which] - counts[which])


def _clamped(degrees: Tensor, most: float) -> Tensor:
    """Angles of at most ``most`` degrees, brought to 0 to 360 as OpenCV does: 360 stays."""
    for _ in range(math.ceil(most / 360)):
        degrees = torch.where(degrees > 360, degrees - 360, degrees)
    for _ in range(math.ceil(most / 360)):
        degrees = torch.where(degrees < 0, degrees + 360, degrees)
    return degrees


def _peaks(votes: Tensor, threshold: int) -> tuple[Tensor, Tensor]:
    """The places (P, 2) of x and y with the most votes around, and the votes, of a table that has a border of 1."""
    found = line_peaks(votes, threshold)
    h, w = votes.shape
    y, x = found.unbind(1)
    found = found[(y > 0) & (y < h - 1) & (x > 0) & (x < w - 1)]
    return found.flip(1) - 1, votes[found[:, 0], found[:, 1]]


# --- Ballard: where ---------------------------------------------------------------------------------------------------


class RTable(NamedTuple):
    """Places in a template from its centre, int64 (P, 2), sorted by the levels of their directions."""

    offsets: Tensor
    rows: Rows


def r_table(template: Contour, centre: tuple[int, int], levels: int) -> RTable:
    """Ballard's table of a template."""
    level = (template.thetas * (levels / 360)).round().long()
    order = level.argsort(stable=True)
    offsets = template.points - torch.tensor(centre, device=level.device)
    return RTable(offsets[order], _rows(level, levels + 1))


def positions(
    image: Contour, size: tuple[int, int], table: RTable, levels: int, dp: float, threshold: int
) -> tuple[Tensor, Tensor]:
    """Where a template is in an image of height and width: x and y in ``dp`` pixels, (P, 2), and votes (P)."""
    inverse = 1.0 / dp
    rows, columns = math.ceil(size[0] * inverse), math.ceil(size[1] * inverse)
    level = (image.thetas * (levels / 360)).round().long()
    votes = torch.zeros((rows + 2) * (columns + 2), dtype=torch.int64, device=level.device)
    for pixel, entry in _pairs(table.rows.starts[level], table.rows.counts[level]):
        x, y = ((image.points[pixel] - table.offsets[entry]) * inverse).double().round().long().unbind(1)
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        votes += torch.bincount(((y + 1) * (columns + 2) + x + 1)[inside], minlength=len(votes))
    return _peaks(votes.reshape(rows + 2, columns + 2), threshold)


# --- Guil: where, how large and how turned ----------------------------------------------------------------------------


class Features(NamedTuple):
    """Pairs of pixels on edges whose gradients are a given angle apart, sorted by levels and by their first angles.

    ``theta``: the first's angle, (F); ``first`` and ``second``: their x and y, float64 (F, 2); ``apart``: their
    distance, (F); ``level``: (F).
    """

    theta: Tensor
    first: Tensor
    second: Tensor
    apart: Tensor
    level: Tensor
    rows: Rows


@dataclass(frozen=True)
class Pairing:
    """Which pixels are paired: ``xi`` degrees and up to ``epsilon`` more apart in angle, so near, so many per level."""

    xi: float
    epsilon: float
    furthest: float
    levels: int
    most: int


def _ranges(keys: Tensor, offset: Tensor, least: Tensor, width: float) -> list[tuple[Tensor, Tensor]]:
    """Where in sorted ``keys`` the angles from ``least`` to ``width`` degrees more are, and a little more: runs.

    ``keys`` are angles plus an offset; an angle may be meant as one 360 degrees less or more, so that there are up to
    three runs, each as starts and counts.
    """
    least = least - 360 * (least / 360).floor()
    whole = width + 2 * _SLACK >= 360
    found = []
    for shift in (0.0,) if whole else (-360.0, 0.0, 360.0):
        low = torch.zeros_like(least) - 1 if whole else (least + (shift - _SLACK)).clamp(-1, 361)
        high = torch.zeros_like(least) + 361 if whole else (least + (shift + width + _SLACK)).clamp(-1, 361)
        begin = torch.searchsorted(keys, offset + low)
        found.append((begin, (torch.searchsorted(keys, offset + high, right=True) - begin).clamp(min=0)))
    return found


def features(of: Contour, rules: Pairing) -> Features:
    """The pairs of a contour; of each level the first in the order of pixels."""
    points, thetas = of.points.double(), of.thetas
    by_angle = thetas.argsort(stable=True)
    ranges = _ranges(thetas[by_angle], torch.zeros_like(thetas), thetas - rules.xi - rules.epsilon, rules.epsilon)
    ends = torch.stack([counts for _, counts in ranges]).sum(0).cumsum(0)
    total = int(ends[-1]) if len(ends) else 0
    bounds = torch.arange(0, total, _MOST_ELEMENTS, device=ends.device)
    rows = [*sorted(set(torch.searchsorted(ends, bounds, right=True).tolist())), len(points)]
    seen = torch.zeros(rules.levels + 1, dtype=torch.int64, device=thetas.device)
    found = [torch.empty(3, 0, dtype=torch.int64, device=thetas.device)]
    for first, last in itertools.pairwise(rows):
        parts = [pair for begin, counts in ranges for pair in _pairs(begin[first:last], counts[first:last])]
        one = torch.cat([pixel for pixel, _ in parts]) + first
        other = by_angle[torch.cat([place for _, place in parts])]
        gap = points[one] - points[other]
        alike = _clamped(thetas[one] - thetas[other] - rules.xi, 360 + abs(rules.xi)) <= rules.epsilon
        near = (gap[:, 0] * gap[:, 0] + gap[:, 1] * gap[:, 1]).sqrt() <= rules.furthest
        order = torch.where(alike & near, one * len(points) + other, -1).sort().values
        order = order[order >= 0]
        one, other = order // max(1, len(points)), order % max(1, len(points))
        gap = points[one] - points[other]
        direction = angle(gap[:, 0].float(), gap[:, 1].float(), True).double()
        level = (_clamped(direction - thetas[one], 360) * (rules.levels / 360)).round().long()
        sorted_level, order = level.sort(stable=True)
        here = _rows(sorted_level, rules.levels + 1)
        rank = torch.arange(len(level), device=level.device) - here.starts[sorted_level] + seen[sorted_level]
        order = order[rank < rules.most]
        found.append(torch.stack([one[order], other[order], level[order]]))
        seen = seen + here.counts
    one, other, level = torch.cat(found, 1).unbind(0)
    order = (level * _BETWEEN_LEVELS + thetas[one]).argsort(stable=True)
    one, other, level = one[order], other[order], level[order]
    gap = points[one] - points[other]
    apart = (gap[:, 0] * gap[:, 0] + gap[:, 1] * gap[:, 1]).sqrt()
    return Features(thetas[one], points[one], points[other], apart, level, _rows(level, rules.levels + 1))


@dataclass(frozen=True)
class Bins:
    """A range of numbers told apart: from ``least`` to ``most`` by ``step``, and how many votes one must have."""

    least: float
    most: float
    step: float
    threshold: int

    @property
    def count(self) -> int:
        """How many there are."""
        return math.ceil((self.most - self.least) * (1.0 / self.step))

    def votes(self, numbers: Tensor) -> Tensor:
        """How many numbers are nearest to each, and to one more at the end."""
        within = numbers[(numbers >= self.least) & (numbers <= self.most)]
        nearest = ((within - self.least) * (1.0 / self.step)).round().long()
        return torch.bincount(nearest, minlength=self.count + 1)

    def chosen(self, votes: Tensor) -> list[tuple[float, int]]:
        """The numbers that have enough votes, and those; the host waits."""
        counts = votes[: self.count].tolist()
        return [(self.least + i * self.step, n) for i, n in enumerate(counts) if n >= self.threshold]


def orientations(template: Features, image: Features, bins: Bins) -> list[tuple[float, int]]:
    """The angles that the template may be turned by, and their votes."""
    votes = torch.zeros(bins.count + 1, dtype=torch.int64, device=template.theta.device)
    of_image = image.rows
    for one, other in _pairs(of_image.starts[template.level], of_image.counts[template.level]):
        votes += bins.votes(_clamped(image.theta[other] - template.theta[one], 360))
    return bins.chosen(votes)


def _joined(pairs: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    return [(torch.cat([one for one, _ in pairs]), torch.cat([other for _, other in pairs]))] if pairs else []


class Alike:
    """The pairs of features of one level whose angles are ``turn`` and up to ``epsilon`` more apart, as indices.

    They are looked up once, unless they are too many to be kept.
    """

    def __init__(self, template: Features, image: Features, turn: float, epsilon: float) -> None:
        self._theta, self._sought, self._epsilon = image.theta, template.theta + turn, epsilon
        keys = image.level * _BETWEEN_LEVELS + image.theta
        self._ranges = _ranges(keys, template.level * _BETWEEN_LEVELS, self._sought, epsilon)
        few = int(torch.stack([counts for _, counts in self._ranges]).sum()) <= _MOST_ELEMENTS
        self._kept = _joined(list(self._found())) if few else None

    def _found(self) -> Iterator[tuple[Tensor, Tensor]]:
        for begin, counts in self._ranges:
            for one, other in _pairs(begin, counts):
                near = _clamped(self._theta[other] - self._sought[one], 1080) <= self._epsilon
                yield one[near], other[near]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self._found() if self._kept is None else iter(self._kept)


def scales(template: Features, image: Features, pairs: Alike, bins: Bins) -> list[tuple[float, int]]:
    """The scales that the template may have where it is turned so, and their votes."""
    votes = torch.zeros(bins.count + 1, dtype=torch.int64, device=template.theta.device)
    for one, other in pairs:
        votes += bins.votes(image.apart[other] / template.apart[one])
    return bins.chosen(votes)


def positions_of(
    template: Features,
    image: Features,
    pairs: Alike,
    centre: tuple[int, int],
    size: tuple[int, int],
    found: tuple[float, float],
    dp: float,
    threshold: int,
) -> tuple[Tensor, Tensor]:
    """Where a template is that is turned and scaled as ``found``: x and y in ``dp`` pixels, (P, 2), and votes (P)."""
    turn, scale = found
    inverse = 1.0 / dp
    rows, columns = math.ceil(size[0] * inverse), math.ceil(size[1] * inverse)
    sine, cosine = math.sin(turn * math.pi / 180), math.cos(turn * math.pi / 180)
    votes = torch.zeros((rows + 2) * (columns + 2), dtype=torch.int64, device=template.theta.device)

    def placed(points: Tensor) -> Tensor:
        x, y = ((points - torch.tensor(centre, device=points.device)) * scale).unbind(1)
        return torch.stack([cosine * x - sine * y, sine * x + cosine * y], 1)

    first, second = placed(template.first), placed(template.second)
    for one, other in pairs:
        a = (image.first[other] - first[one]) * inverse
        b = (image.second[other] - second[one]) * inverse
        x, y = a.unbind(1)
        agreed = ((a - b).abs() <= 1).all(1) & (y >= 0) & (y < rows) & (x >= 0) & (x < columns)
        place = (y.round().long() + 1) * (columns + 2) + x.round().long() + 1
        votes += torch.bincount(place[agreed], minlength=len(votes))
    return _peaks(votes.reshape(rows + 2, columns + 2), threshold)
