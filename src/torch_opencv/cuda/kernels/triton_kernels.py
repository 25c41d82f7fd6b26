"""Kernels in Triton's language: each reads its image once and writes its result once. :mod:`.fused` starts them.

A program is a part of a row; images are (N, H, W, C), uint8, with pixels side by side.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _rounded(x):
    """float32 below 2 ** 22 to the nearest, halves to even."""
    return (x + 12582912.0) - 12582912.0


@triton.jit
def _rounded64(x):
    return (x + 6755399441055744.0) - 6755399441055744.0


@triton.jit
def _modulo(x, period):
    return ((x % period) + period) % period


@triton.jit
def _within(x, length, BORDER: tl.constexpr):  # noqa: N803
    """The place inside that one outside stands for; numbers of borders are OpenCV's."""
    if BORDER == 0 or BORDER == 1:
        place = tl.minimum(tl.maximum(x, 0), length - 1)
    elif BORDER == 2:
        place = _modulo(x, 2 * length)
        place = tl.minimum(place, 2 * length - 1 - place)
    elif BORDER == 3:
        place = _modulo(x, length)
    else:
        period = tl.maximum(2 * length - 2, 1)
        place = _modulo(x, period)
        place = tl.minimum(place, period - place)
        place = tl.minimum(place, length - 1)
    return place


@triton.jit
def _taps(place, scale, available, IS_ROW: tl.constexpr):  # noqa: N803
    """The two pixels of an axis that one of the result is between, and their weights in 2048ths."""
    position = ((place.to(tl.float64) + 0.5) * scale - 0.5).to(tl.float32)
    start = tl.floor(position)
    fraction = position - start
    first = start.to(tl.int32)
    if not IS_ROW:
        fraction = tl.where((first < 0) | (first >= available - 1), 0.0, fraction)
        first = tl.minimum(tl.maximum(first, 0), available - 1)
    low = tl.minimum(tl.maximum(first, 0), available - 1)
    high = tl.minimum(tl.maximum(first + 1, 0), available - 1)
    return low, high, _rounded((1.0 - fraction) * 2048.0).to(tl.int32), _rounded(fraction * 2048.0).to(tl.int32)


@triton.jit
def _between(upper, lower, left, right, a0, a1, b0, b1, inside):
    """A level by OpenCV's linear rule, of two rows and two columns."""
    p = tl.load(upper + left, mask=inside, other=0).to(tl.int32)
    q = tl.load(upper + right, mask=inside, other=0).to(tl.int32)
    r = tl.load(lower + left, mask=inside, other=0).to(tl.int32)
    s = tl.load(lower + right, mask=inside, other=0).to(tl.int32)
    high, low = (p * a0 + q * a1) >> 4, (r * a0 + s * a1) >> 4
    return (((high * b0) >> 16) + ((low * b1) >> 16) + 2) >> 2


@triton.jit
def resize_kernel(
    src, out, stride_n, stride_h, h, w, height, width,
    scale_x: tl.float64, scale_y: tl.float64, C: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803
):  # fmt: skip
    """``INTER_LINEAR``."""
    y, n = tl.program_id(1), tl.program_id(2).to(tl.int64)
    j = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = j < width * C
    x, c = j // C, j % C
    left, right, a0, a1 = _taps(x, scale_x, w, False)
    top, bottom, b0, b1 = _taps(y, scale_y, h, True)
    image = src + n * stride_n
    level = _between(
        image + top * stride_h, image + bottom * stride_h, left * C + c, right * C + c, a0, a1, b0, b1, inside
    )
    tl.store(out + (n * height + y) * width * C + j, level.to(tl.uint8), mask=inside)


@triton.jit
def nearest_kernel(
    src, out, stride_n, stride_h, h, w, height, width,
    scale_x: tl.float64, scale_y: tl.float64, C: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803
):  # fmt: skip
    """``INTER_NEAREST``."""
    y, n = tl.program_id(1), tl.program_id(2).to(tl.int64)
    j = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = j < width * C
    x, c = j // C, j % C
    column = tl.minimum(tl.floor(x.to(tl.float64) * scale_x).to(tl.int32), w - 1)
    row = tl.minimum(tl.floor(y.to(tl.float64) * scale_y).to(tl.int32), h - 1)
    level = tl.load(src + n * stride_n + row * stride_h + column * C + c, mask=inside, other=0)
    tl.store(out + (n * height + y) * width * C + j, level, mask=inside)


@triton.jit
def preprocess_kernel(
    src, out, boxes, stride_n, stride_h, height, width, f0, f1, f2, s0, s1, s2,
    SWAP: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803
):  # fmt: skip
    """``boxes`` are rows of 7: the image's number, x, y, width, height, and the scales along x and y."""
    y, k = tl.program_id(1), tl.program_id(2).to(tl.int64)
    x = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = x < width
    box = boxes + k * 7
    n, x0, y0 = tl.load(box).to(tl.int64), tl.load(box + 1).to(tl.int64), tl.load(box + 2).to(tl.int64)
    w, h = tl.load(box + 3).to(tl.int32), tl.load(box + 4).to(tl.int32)
    left, right, a0, a1 = _taps(x, tl.load(box + 5), w, False)
    top, bottom, b0, b1 = _taps(y, tl.load(box + 6), h, True)
    image = src + n * stride_n + y0 * stride_h + x0 * 3
    upper, lower = image + top * stride_h, image + bottom * stride_h
    for c in tl.static_range(3):
        taken = 2 - c if SWAP else c
        level = _between(upper, lower, left * 3 + taken, right * 3 + taken, a0, a1, b0, b1, inside)
        factor = f0 if c == 0 else (f1 if c == 1 else f2)
        shift = s0 if c == 0 else (s1 if c == 1 else s2)
        value = level.to(tl.float32) * factor - shift
        place = out + ((k * 3 + c) * height + y) * width + x
        tl.store(place, value.to(out.dtype.element_ty), mask=inside)


@triton.jit
def gray_kernel(src, out, pixels, FIRST_IS_BLUE: tl.constexpr, C: tl.constexpr, BLOCK: tl.constexpr):  # noqa: N803
    """Luma."""
    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = i < pixels
    first = tl.load(src + i * C, mask=inside, other=0).to(tl.int32)
    green = tl.load(src + i * C + 1, mask=inside, other=0).to(tl.int32)
    third = tl.load(src + i * C + 2, mask=inside, other=0).to(tl.int32)
    blue, red = (first, third) if FIRST_IS_BLUE else (third, first)
    luma = (blue * 3735 + green * 19235 + red * 9798 + (1 << 14)) >> 15
    tl.store(out + i, luma.to(tl.uint8), mask=inside)


@triton.jit
def threshold_kernel(src, out, count, limit, most, KIND: tl.constexpr, BLOCK: tl.constexpr):  # noqa: N803
    """One of OpenCV's five."""
    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(src + i, mask=i < count, other=0).to(tl.int32)
    above = x > limit
    if KIND == 0:
        made = tl.where(above, most, 0)
    elif KIND == 1:
        made = tl.where(above, 0, most)
    elif KIND == 2:
        made = tl.where(above, limit, x)
    elif KIND == 3:
        made = tl.where(above, x, 0)
    else:
        made = tl.where(above, 0, x)
    tl.store(out + i, tl.minimum(tl.maximum(made, 0), 255).to(tl.uint8), mask=i < count)


@triton.jit
def separable_kernel(
    src, out, taps, stride_n, stride_h, h, w, height, width,
    KX: tl.constexpr, KY: tl.constexpr, STEP: tl.constexpr,  # noqa: N803
    ACROSS: tl.constexpr, DOWN: tl.constexpr, BITS: tl.constexpr,  # noqa: N803
    C: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803
):  # fmt: skip
    """Two kernels of whole numbers, ``taps`` those of the rows and then of the columns; every STEP-th pixel."""
    y, n = tl.program_id(1), tl.program_id(2).to(tl.int64)
    j = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = j < width * C
    x, c = j // C, j % C
    total = tl.full((BLOCK,), 0, tl.int32)
    for v in tl.static_range(KY):
        row = src + n * stride_n + _within(y * STEP + v - KY // 2, h, DOWN) * stride_h
        sums = tl.full((BLOCK,), 0, tl.int32)
        for u in tl.static_range(KX):
            level = tl.load(row + _within(x * STEP + u - KX // 2, w, ACROSS) * C + c, mask=inside, other=0)
            sums += level.to(tl.int32) * tl.load(taps + u)
        total += sums * tl.load(taps + KX + v)
    made = tl.minimum(tl.maximum((total + (1 << (BITS - 1))) >> BITS, 0), 255)
    tl.store(out + (n * height + y) * width * C + j, made.to(tl.uint8), mask=inside)


@triton.jit
def _tap(image, row, column, stride_h, h, w, c, filling, inside, BORDER: tl.constexpr, C: tl.constexpr):  # noqa: N803
    place = _within(row, h, BORDER) * stride_h + _within(column, w, BORDER) * C + c
    level = tl.load(image + place, mask=inside, other=0).to(tl.int32)
    if BORDER == 0:
        level = tl.where((row >= 0) & (row < h) & (column >= 0) & (column < w), level, filling)
    return level


@triton.jit
def warp_kernel(
    src, out, stride_n, stride_h, h, w, height, width,
    m0: tl.float64, m1: tl.float64, m2: tl.float64, m3: tl.float64, m4: tl.float64, m5: tl.float64,
    v0, v1, v2, v3, BORDER: tl.constexpr, C: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803
):  # fmt: skip
    """``m0`` and ``m3`` are times 1024 already, the others not."""
    y, n = tl.program_id(1), tl.program_id(2).to(tl.int64)
    j = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = j < width * C
    x, c = j // C, j % C
    xf, yf = x.to(tl.float64), y.to(tl.float64)
    at_x = (_rounded64(xf * m0) + _rounded64((yf * m1 + m2) * 1024.0)).to(tl.int64) + 16 >> 5
    at_y = (_rounded64(xf * m3) + _rounded64((yf * m4 + m5) * 1024.0)).to(tl.int64) + 16 >> 5
    fx, fy = (at_x & 31).to(tl.int32), (at_y & 31).to(tl.int32)
    left = tl.minimum(tl.maximum(at_x >> 5, -32768), 32767).to(tl.int32)
    top = tl.minimum(tl.maximum(at_y >> 5, -32768), 32767).to(tl.int32)
    filling = tl.where(c == 0, v0, tl.where(c == 1, v1, tl.where(c == 2, v2, v3)))
    image = src + n * stride_n
    p = _tap(image, top, left, stride_h, h, w, c, filling, inside, BORDER, C)
    q = _tap(image, top, left + 1, stride_h, h, w, c, filling, inside, BORDER, C)
    r = _tap(image, top + 1, left, stride_h, h, w, c, filling, inside, BORDER, C)
    s = _tap(image, top + 1, left + 1, stride_h, h, w, c, filling, inside, BORDER, C)
    upper, lower = p * (32 - fx) + q * fx, r * (32 - fx) + s * fx
    level = ((upper * (32 - fy) + lower * fy) * 32 + (1 << 14)) >> 15
    tl.store(out + (n * height + y) * width * C + j, level.to(tl.uint8), mask=inside)


KERNELS = {
    "resize": resize_kernel, "nearest": nearest_kernel, "preprocess": preprocess_kernel, "gray": gray_kernel,
    "threshold": threshold_kernel, "separable": separable_kernel, "warp": warp_kernel,
}  # fmt: skip
"""All of them, by name."""
