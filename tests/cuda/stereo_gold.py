"""Disparities as OpenCV's CUDA functions define them, pixel by pixel."""

from __future__ import annotations

import numpy as np


def block_matched(left, right, disparities, size, prefilter=None, texture=3):
    left, right = (prefilter(image) if prefilter else image.astype(int) for image in (left, right))
    radius, (height, width) = size // 2, left.shape
    found = np.zeros(left.shape, np.uint8)
    wide = np.pad(left, 1, "edge")
    gradient = np.abs(
        wide[:-2, 2:] - wide[:-2, :-2] + 2 * (wide[1:-1, 2:] - wide[1:-1, :-2]) + wide[2:, 2:] - wide[2:, :-2]
    )
    gradient = np.pad(gradient, radius, "edge")
    for y in range(radius, height - radius):
        for x in range(disparities + radius, width - radius):
            window = left[y - radius : y + radius + 1, x - radius : x + radius + 1]
            least = None
            for first in range(0, disparities, 8):
                costs = []
                for d in range(first, first + 8):
                    other = right[y - radius : y + radius + 1, x - d - radius : x - d + radius + 1]
                    costs.append(int(((window - other) ** 2).sum()))
                if least is None or min(costs) < least:
                    least = min(costs)
                    found[y, x] = first + max(i for i, c in enumerate(costs) if c == least)
            if gradient[y : y + size, x : x + size].sum() < texture * size * size:
                found[y, x] = 0
    return found


def census(image):
    height, width = image.shape
    marks = np.zeros(image.shape, int)
    for y in range(3, height - 3):
        for x in range(4, width - 4):
            for dy in range(-3, 1):
                for dx in range(-4, 5 if dy else 0):
                    marks[y, x] = marks[y, x] << 1 | int(image[y + dy, x + dx] > image[y - dy, x - dx])
    return marks


def semi_global(left, right, least, disparities, p1, p2, uniqueness, directions):
    height, width = left.shape
    a, b = census(left), census(right)
    cost = np.zeros((height, width, disparities), int)
    for y in range(height):
        for x in range(width):
            for d in range(disparities):
                other = b[y, x - d - least] if 0 <= x - d - least < width else 0
                cost[y, x, d] = bin(a[y, x] ^ other).count("1")
    total = np.zeros_like(cost)
    for dy, dx in directions:
        paths = np.zeros_like(cost)
        rows = range(height) if dy >= 0 else range(height - 1, -1, -1)
        columns = range(width) if dx >= 0 else range(width - 1, -1, -1)
        for y in rows:
            for x in columns:
                inside = 0 <= y - dy < height and 0 <= x - dx < width
                before = paths[y - dy, x - dx] if inside else np.zeros(disparities, int)
                before = before - before.min()
                best = np.minimum(before, p2)
                best[1:] = np.minimum(best[1:], before[:-1] + p1)
                best[:-1] = np.minimum(best[:-1], before[1:] + p1)
                paths[y, x] = best + cost[y, x]
        total += paths
    ours, theirs = np.zeros(left.shape, int), np.zeros(left.shape, int)
    for y in range(height):
        for x in range(width):
            c = total[y, x]
            d = int(c.argmin())
            beside = [i for i in range(disparities) if abs(i - d) > 1]
            unique = all(np.float32(c[i]) * np.float32((100 - uniqueness) / 100) >= c[d] for i in beside)
            fine = d * 16
            if 0 < d < disparities - 1:
                bend = int(c[d - 1] - 2 * c[d] + c[d + 1])
                fine += int((16 * int(c[d - 1] - c[d + 1]) + bend) / (2 * bend))
            ours[y, x] = fine if unique else 65535
            theirs[y, x] = int(np.argmin([total[y, x + d, d] for d in range(min(disparities, width - x))]))
    ours, theirs = median(ours), median(theirs)
    found = np.zeros(left.shape, np.int16)
    for y in range(height):
        for x in range(width):
            d = ours[y, x] >> 4
            wrong = 0 <= x - d < width and abs(theirs[y, x - d] - d) > 1
            invalid = left[y, x] == 0 or ours[y, x] == 65535 or wrong
            found[y, x] = (least - 1) * 16 if invalid else ours[y, x] + least * 16
    return found


def median(image):
    result = image.copy()
    for y in range(1, image.shape[0] - 1):
        for x in range(1, image.shape[1] - 1):
            result[y, x] = np.median(image[y - 1 : y + 2, x - 1 : x + 2])
    return result


def bilateral(disparity, image, count, radius):
    d = disparity.astype(np.float32)
    colors = image.reshape(*d.shape, -1).astype(int)
    height, width = d.shape
    edge, most = max(1, int(count * 0.1 + 0.5)), int(count * 0.2 + 0.5)
    for turn in (0, 1):
        new = d.copy()
        for y in range(1, height - 1):
            for x in range(1 + (y + turn + 1) % 2, width - 1, 2):
                own = [d[y, x], d[y - 1, x], d[y, x - 1], d[y + 1, x], d[y, x + 1]]
                if max(abs(o - own[0]) for o in own) < edge:
                    continue
                costs = np.zeros(5)
                for v in range(max(0, y - radius), min(height, y + radius + 1)):
                    for u in range(max(0, x - radius), min(width, x + radius + 1)):
                        apart = int(np.abs(colors[v, u] - colors[y, x]).max())
                        weight = np.exp(-(apart**2) / 200) * np.exp(-np.hypot(v - y, u - x) / (radius + 1))
                        costs += [min(most, abs(d[v, u] - o)) * weight for o in own]
                new[y, x] = own[int(costs.argmin())]
        d = new
    return d.astype(disparity.dtype)


def coloured(disparity, count):
    result = np.full((*disparity.shape, 4), 255, np.uint8)
    for place, d in np.ndenumerate(disparity):
        hue = ((count - int(d)) * 240 // count if d <= count else -((int(d) - count) * 240 // count)) % (1 << 32)
        sector, part = hue // 60 % 6, (hue % 60) / 60
        up, down = part, 1 - part
        red = (1, down, 0, 0, up, 1)[sector]
        green = (up, 1, 1, down, 0, 0)[sector]
        blue = (0, 0, up, 1, 1, down)[sector]
        result[place][:3] = [int(np.float32(v) * np.float32(255)) for v in (blue, green, red)]
    return result
