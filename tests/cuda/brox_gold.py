"""Brox's optical flow as OpenCV's CUDA function defines it, pixel by pixel, in float64."""

from __future__ import annotations

import math

import numpy as np


def sizes(height, width, step, outer):
    found, scale = [(height, width)], np.float32(step)
    while min(found[-1]) > 15 and len(found) < outer:
        found.append(tuple(math.ceil(np.float32(side) * scale) for side in (height, width)))
        scale *= np.float32(step)
    return found


def line(values, begin, end):
    """The mean of a stretch of a line: whole pixels between, and what is left of those at both ends."""
    first, last = math.floor(begin), math.ceil(end)
    total, weights = values[first] * (1 - begin + first), 1 - begin + first
    for i in range(first + 1, last):
        total, weights = total + values[i], weights + 1
    return (total + values[last] * (last - end)) / (weights + last - end)


def averaged(image, height, width, step):
    def stretches(length, side):
        scale = np.float32(1) / np.float32(step)
        for i in range(length):
            at = scale * np.float32(i)
            yield float(max(at - scale, np.float32(0))), float(min(at + scale, np.float32(side - 1)))

    rows = [[line(row, *stretch) for stretch in stretches(width, image.shape[1])] for row in image]
    return np.array([line(np.array(rows), *stretch) for stretch in stretches(height, image.shape[0])])


def weight(distance):
    x = abs(distance)
    return 1.5 * x**3 - 2.5 * x**2 + 1 if x <= 1 else max(0, x < 2) * (-0.5 * x**3 + 2.5 * x**2 - 4 * x + 2)


def enlarged(image, height, width, step):
    """Where no pixel near enough has a weight, the flow is 0."""

    def near(length, side):
        for i in range(length):
            at = float(np.float32(step) * np.float32(i))
            places = range(max(0, math.ceil(at - 2)), min(side, math.floor(at + 2) + 1))
            yield [(place, weight(at - place)) for place in places]

    out = np.zeros((height, width))
    for y, rows in enumerate(near(height, image.shape[0])):
        for x, columns in enumerate(near(width, image.shape[1])):
            weights = sum(v * u for _, v in rows for _, u in columns)
            total = sum(v * u * image[j, i] for j, v in rows for i, u in columns)
            out[y, x] = total / weights if weights else 0.0
    return out


def derivative(image, axis):
    rows = np.moveaxis(image, axis, 0)
    out, n = np.zeros_like(rows), len(rows)
    for i in range(n):
        for at, w in ((i - 2, 1), (i - 1, -8), (i + 1, 8), (i + 2, -1)):
            at = 1 - at if at < 0 else at
            out[i] += rows[2 * n - at - 1 if at >= n else at] * w / 12
    return np.moveaxis(out, 0, axis)


def mirrored(index, length):
    index %= 2 * length
    return index if index < length else 2 * length - 1 - index


def sampled(images, x, y):
    """Pixels of (H, W, K) between pixels, of which there are 256 steps; mirrored beyond the edges."""
    h, w, _ = images.shape
    left, top = math.floor(x), math.floor(y)
    fx, fy = round((x - left) * 256) / 256, round((y - top) * 256) / 256
    columns, rows = ([mirrored(at + i, side) for i in (0, 1)] for at, side in ((left, w), (top, h)))
    upper, lower = (images[row, columns[0]] * (1 - fx) + images[row, columns[1]] * fx for row in rows)
    return upper * (1 - fy) + lower * fy


def diffusivity(wide, y, x, down, right):
    """How much a pixel holds together with the one that is ``down`` and ``right`` before it."""
    here = wide[y + 1, x + 1] - wide[y + 1 - down, x + 1 - right]
    a, b = ((y + 1 + right, x + 1 + down), (y + 1 - right, x + 1 - down))
    across = wide[a] + wide[a[0] - down, a[1] - right] - wide[b] - wide[b[0] - down, b[1] - right]
    return 0.5 / math.sqrt((here**2).sum() + ((across / 4) ** 2).sum() + 1e-6)


def one_size(before, after, flow, alpha, gamma, inner, solver):
    h, w = before.shape
    change = np.zeros_like(flow)
    ix, iy = derivative(after, 1), derivative(after, 0)
    images = np.stack([after, ix, iy, derivative(ix, 1), derivative(iy, 0), derivative(iy, 1)], -1)
    there = np.array([[sampled(images, x + flow[y, x, 0], y + flow[y, x, 1]) for x in range(w)] for y in range(h)])
    image, ix, iy, ixx, iyy, ixy = np.moveaxis(there, -1, 0)
    iz, ixz, iyz = image - before, ix - derivative(before, 1), iy - derivative(before, 0)
    for _ in range(inner):
        du, dv = change[..., 0], change[..., 1]
        q = (iz + ix * du + iy * dv) ** 2
        q = q + gamma * ((ixz + ixx * du + ixy * dv) ** 2 + (iyz + ixy * du + iyy * dv) ** 2)
        data = 0.5 / np.sqrt(q + 1e-6) / alpha
        sx, sy = np.zeros((h, w + 1)), np.zeros((h + 1, w))
        wide = np.pad(flow + change, ((1, 1), (1, 1), (0, 0)), "symmetric")
        for y in range(h):
            for x in range(w):
                if x > 0:
                    sx[y, x] = diffusivity(wide, y, x, 0, 1)
                if y > 0:
                    sy[y, x] = diffusivity(wide, y, x, 1, 0)
        a11 = data * (ix * ix + gamma * (ixx * ixx + ixy * ixy))
        a22 = data * (iy * iy + gamma * (iyy * iyy + ixy * ixy))
        a12 = data * (ix * iy + gamma * ixy * (ixx + iyy))
        b1 = data * (ix * iz + gamma * (ixx * ixz + ixy * iyz))
        b2 = data * (iy * iz + gamma * (iyy * iyz + ixy * ixz))
        for turn in range(2 * solver):
            for y in range(h):
                for x in range((y + turn) % 2, w, 2):
                    neighbours = (
                        (sx[y, x], y, max(x - 1, 0)),
                        (sx[y, x + 1], y, min(x + 1, w - 1)),
                        (sy[y, x], max(y - 1, 0), x),
                        (sy[y + 1, x], min(y + 1, h - 1), x),
                    )
                    total = sum(s for s, _, _ in neighbours)
                    around = sum(s * (flow[j, i] + change[j, i]) for s, j, i in neighbours) - flow[y, x] * total
                    change[y, x, 0] += 1.99 * (
                        (around[0] - b1[y, x] - a12[y, x] * change[y, x, 1]) / (a11[y, x] + total) - change[y, x, 0]
                    )
                    change[y, x, 1] += 1.99 * (
                        (around[1] - b2[y, x] - a12[y, x] * change[y, x, 0]) / (a22[y, x] + total) - change[y, x, 1]
                    )
    return flow + change


def flow(before, after, alpha, gamma, step, inner, outer, solver):
    levels = sizes(*before.shape, step, outer)
    pairs = [(before.astype(float), after.astype(float))]
    for size in levels[1:]:
        pairs.append(tuple(averaged(image, *size, step) for image in pairs[-1]))
    found = np.zeros((*levels[-1], 2))
    for a, b in reversed(pairs):
        if found.shape[:2] != a.shape:
            found = np.stack([enlarged(found[..., i], *a.shape, step) for i in (0, 1)], -1) / step
        found = one_size(a, b, found, alpha, gamma, inner, solver)
    return found.astype(np.float32)
