"""Segments, circles and mean shift segmentation as OpenCV's CUDA functions define them, one step after the other."""

from __future__ import annotations

import math

import cv2
import numpy as np

F = np.float32


def votes_of_lines(mask, rho, theta):
    height, width = mask.shape
    angles, radii = round(np.pi / theta), round(((width + height) * 2 + 1) / rho)
    votes = np.zeros((angles + 2, radii + 2), int)
    for y, x in np.argwhere(mask):
        for n in range(angles):
            sine, cosine = (f(float(F(n) * F(theta))) / rho for f in (math.sin, math.cos))
            radius = round(float(F(x) * F(cosine) + F(y) * F(sine)))
            votes[n + 1, radius + (radii - 1) // 2 + 1] += 1
    return votes


def segments(mask, rho, theta, shortest, gap):
    votes, found = votes_of_lines(mask, rho, theta), []
    radii = votes.shape[1] - 2
    for n in range(votes.shape[0] - 2):
        for r in range(radii):
            around = votes[n : n + 3, r : r + 3].copy()
            here, around[1, 1] = around[1, 1], -1
            if here >= shortest and here > around.max():
                found += along_line(mask, F(r - (radii - 1) * 0.5) * F(rho), F(n) * F(theta), shortest, gap)
    return np.array(found, np.int32).reshape(1, -1, 4)


def snapped(place):
    """To 1024ths of a pixel: OpenCV steps in float32, in which a slope of 1e-8 is lost beside a whole number."""
    return np.round(place * 1024) / 1024


def along_line(mask, radius, angle, shortest, gap):
    height, width = mask.shape
    sine, cosine = F(math.sin(angle)), F(math.cos(angle))
    start, way = np.array([cosine * radius, sine * radius]), np.array([-sine, cosine])
    for axis, edge in ((0, 0), (0, width - 1), (1, 0), (1, height - 1)):
        if way[axis] == 0:
            continue
        at = snapped(start[1 - axis] + (edge - start[axis]) / way[axis] * way[1 - axis])
        if 0 <= at < mask.shape[axis]:
            start = np.array([edge, at] if axis == 0 else [at, edge], F)
            way = way if (way[axis] > 0) == (edge == 0) else -way
            break
    else:
        return []
    step, place, first, k = way / np.abs(way).max(), start, start, 0
    found, ends, missed = [], None, 0
    while 0 <= place[0] < width and 0 <= place[1] < height:
        if mask[int(place[1]), int(place[0])]:
            ends, missed = (place if ends is None else ends[0], place), 0
        elif ends is not None:
            missed += 1
            if missed > gap:
                found, ends = [*found, ends], None
        k += 1
        place = snapped(first + k * step)
    found += [] if ends is None else [ends]
    return [[int(v) for v in (*a, *b)] for a, b in found if np.abs(b - a).max() >= shortest]


def circles(gray, dp, distance, threshold, least_votes, least, most):
    dx, dy = (cv2.Sobel(gray, cv2.CV_16S, d, 1 - d, borderType=cv2.BORDER_REFLECT_101).astype(int) for d in (1, 0))
    edges = cv2.Canny(dx.astype(np.int16), dy.astype(np.int16), max(threshold // 2, 1), threshold)
    height, width = (int(np.ceil(n / dp)) for n in gray.shape)
    votes = np.zeros((height + 2, width + 2), int)
    points = np.argwhere(edges)
    for y, x in points:
        size = np.sqrt(F(dx[y, x] ** 2 + dy[y, x] ** 2))
        for sign in (1, -1):
            for radius in range(least, most + 1):
                if size == 0:
                    continue
                a, b = (
                    (round(float(F(p) / F(dp) * 1024)) + sign * radius * round(float(F(g) / F(dp) * 1024 / size))) >> 10
                    for p, g in ((x, dx[y, x]), (y, dy[y, x]))
                )
                if 0 <= a < width and 0 <= b < height:
                    votes[b + 1, a + 1] += 1
    centres = []
    for y in range(height):
        for x in range(width):
            v, before = votes[y + 1, x + 1], max(least_votes, votes[y, x + 1], votes[y + 1, x])
            if v > before and v >= max(votes[y + 2, x + 1], votes[y + 1, x + 2]):
                centres.append((x, y))
    kept: list[tuple[int, int]] = []
    for x, y in sorted(centres, key=lambda c: -votes[c[1] + 1, c[0] + 1]):
        if distance <= 1 or all((x - a) ** 2 + (y - b) ** 2 >= distance**2 for a, b in kept):
            kept.append((x, y))
    found = []
    for x, y in kept:
        cx, cy = (x + 0.5) * dp, (y + 0.5) * dp
        counts = np.zeros(most - least + 3, int)
        for py, px in points:
            radius = np.sqrt(F((cx - px) ** 2 + (cy - py) ** 2))
            if least <= radius <= most:
                counts[round(float(radius - F(least))) + 1] += 1
        found += [
            (cx, cy, i + least)
            for i in range(most - least + 1)
            if counts[i + 1] >= max(least_votes, counts[i] + 1, counts[i + 2])
        ]
    return np.array(found, np.float32).reshape(1, -1, 3)


def mean_shift_segments(image, places, colors, sp, sr, minsize):
    height, width = image.shape[:2]
    parent = list(range(height * width))

    def root(x):
        while parent[x] != x:
            x = parent[x]
        return x

    edges = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        for y in range(height - dy):
            for x in range(max(0, -dx), width - max(0, dx)):
                a, b = (y, x), (y + dy, x + dx)
                color, place = (int(((v[a].astype(int) - v[b]) ** 2).sum()) for v in (colors[..., :3], places))
                edges.append((a[0] * width + a[1], b[0] * width + b[1], color, place))
    for a, b, color, place in edges:
        if color < sr and place < sp and root(a) != root(b):
            parent[max(root(a), root(b))] = min(root(a), root(b))
    roots = [root(i) for i in range(height * width)]
    size = {r: roots.count(r) for r in set(roots)}
    for a, b, _, _ in sorted((e for e in edges if roots[e[0]] != roots[e[1]]), key=lambda e: e[2] + e[3]):
        x, y = sorted((root(a), root(b)))
        if x != y and min(size[x], size[y]) < minsize:
            parent[y] = x
            size[x] += size[y]
    roots = np.array([root(i) for i in range(height * width)]).reshape(height, width)
    result = np.full_like(image, 255)
    for r in np.unique(roots):
        result[roots == r, :3] = image[roots == r, :3].astype(int).sum(0) // (roots == r).sum()
    return result
