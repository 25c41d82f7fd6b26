"""Dense Lucas-Kanade flow as OpenCV's CUDA function defines it, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np

F = np.float32


def dense_lucas_kanade(before, after, size, levels, steps):
    pairs = [(before, after)]
    for _ in range(levels):
        pairs.append(tuple(cv2.pyrDown(image) for image in pairs[-1]))
    height, width = pairs[-1][0].shape
    flow = np.zeros(((height + 1) // 2, (width + 1) // 2, 2), F)
    for a, b in reversed(pairs):
        flow = one_level(a, b, flow, size, steps)
    return flow


def sampled(image, x, y):
    """A pixel between pixels, of which there are 256 steps, in whole levels."""
    left, top = int(np.floor(x)), int(np.floor(y))
    fx, fy = (F(round(float(v - np.floor(v)) * 256) / 256) for v in (x, y))

    def at(row, column):
        return F(image[min(max(row, 0), image.shape[0] - 1), min(max(column, 0), image.shape[1] - 1)])

    upper = at(top, left) + (at(top, left + 1) - at(top, left)) * fx
    lower = at(top + 1, left) + (at(top + 1, left + 1) - at(top + 1, left)) * fx
    return int(upper + (lower - upper) * fy)


def one_level(before, after, coarse, size, steps):
    height, width = before.shape
    half = (size - 1) // 2
    wide = np.pad(before.astype(int), half + 1, "edge")
    dx = 3 * wide[:-2, 2:] + 10 * wide[1:-1, 2:] + 3 * wide[2:, 2:]
    dx = dx - (3 * wide[:-2, :-2] + 10 * wide[1:-1, :-2] + 3 * wide[2:, :-2])
    dy = 3 * wide[2:, :-2] + 10 * wide[2:, 1:-1] + 3 * wide[2:, 2:]
    dy = dy - (3 * wide[:-2, :-2] + 10 * wide[:-2, 1:-1] + 3 * wide[:-2, 2:])
    patches = wide[1:-1, 1:-1]
    flow = np.zeros((height, width, 2), F)
    for y in range(height):
        for x in range(width):
            window = (slice(y, y + size), slice(x, x + size))
            gx, gy = dx[window], dy[window]
            a11, a12, a22 = (F((p * q).sum()) for p, q in ((gx, gx), (gx, gy), (gy, gy)))
            flow[y, x] = coarse[y // 2, x // 2] * 2
            determinant = a11 * a22 - a12 * a12
            if determinant < np.finfo(F).eps:
                continue
            inverse = F(1) / determinant
            a11, a12, a22 = a11 * inverse, a12 * inverse, a22 * inverse
            px, py = F(x) + flow[y, x, 0], F(y) + flow[y, x, 1]
            for _ in range(steps):
                if not (0 <= px < width and 0 <= py < height):
                    break
                there = [[sampled(after, px - half + j, py - half + i) for j in range(size)] for i in range(size)]
                apart = (np.array(there) - patches[window]) * 32
                b1, b2 = F((apart * gx).sum()), F((apart * gy).sum())
                step = a12 * b2 - a22 * b1, a12 * b1 - a11 * b2
                px, py = px + step[0], py + step[1]
                if abs(step[0]) < 0.01 and abs(step[1]) < 0.01:
                    flow[y, x] = px - x, py - y
                    break
            else:
                flow[y, x] = px - x, py - y
    return flow
