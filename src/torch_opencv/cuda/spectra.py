"""OpenCV's module ``cudaarithm``: matrix products, Fourier transforms and convolution by them.

Complex numbers are arrays of two channels, (H, W, 2), as OpenCV has them.
"""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.streams import Stream

_FLOATS = (torch.float32, torch.float64)


def _complex(x: Tensor, argument: str) -> Tensor:
    """(N, H, W, 2) as a complex (N, H, W)."""
    if x.dtype not in _FLOATS or channels(x) != 2 or x.ndim < 3:
        raise refuse(argument, f"is {x.dtype} {tuple(x.shape)}: pass floats (H, W, 2), real and imaginary parts")
    return torch.view_as_complex(batched(x).contiguous())


def _matrix(x: Tensor, argument: str, transposed: bool) -> Tensor:
    if x.dtype not in _FLOATS:
        raise refuse(argument, f"is {x.dtype}: pass float32 or float64")
    matrix = _complex(x, argument) if channels(x) == 2 else batched(x)[..., 0]
    return matrix.transpose(1, 2) if transposed else matrix


@native("cudaarithm")
def gemm(
    src1: Image,
    src2: Image,
    alpha: float,
    src3: Image | None,
    beta: float,
    dst: Out = None,
    flags: int = 0,
    stream: Stream | None = None,
) -> Tensor:
    """The matrix product ``alpha * src1 @ src2 + beta * src3``.

    Args:
        src1: float32 or float64 (H, K), or complex (H, K, 2), or a batch (N, H, K, 1 or 2).
        src2: the same, (K, W).
        alpha: a factor.
        src3: the same, (H, W), or None for no sum.
        beta: a factor.
        dst: where to write the result.
        flags: ``cv.GEMM_1_T``, ``GEMM_2_T`` and ``GEMM_3_T``, or'ed: which of them is to be transposed.
        stream: the stream to work on.

    Returns:
        (H, W).
    """
    a = _matrix(src1, "src1", bool(flags & cv2.GEMM_1_T))
    b = _matrix(src2, "src2", bool(flags & cv2.GEMM_2_T))
    if a.shape[2] != b.shape[1] or a.dtype != b.dtype:
        raise refuse(
            "src2", f"is {b.dtype} {tuple(b.shape[1:])}, which {a.dtype} {tuple(a.shape[1:])} can't be multiplied by"
        )
    product = alpha * (a @ b)
    if src3 is not None and beta != 0:
        c = _matrix(src3, "src3", bool(flags & cv2.GEMM_3_T))
        if c.shape != product.shape:
            raise refuse(
                "src3", f"is {tuple(c.shape[1:])}, and the product {tuple(product.shape[1:])}: pass one of its size"
            )
        product = product + beta * c
    return like(src1, torch.view_as_real(product) if product.is_complex() else product[..., None])


def _spectral_product(src1: Tensor, src2: Tensor, conjugated: bool, scale: float) -> Tensor:
    a, b = _complex(src1, "src1"), _complex(src2, "src2")
    if a.shape != b.shape:
        raise refuse(
            "src2", f"has the shape {tuple(src2.shape)}, and 'src1' {tuple(src1.shape)}: pass two of one shape"
        )
    product = a * (b.conj() if conjugated else b)
    return like(src1, torch.view_as_real(product if scale == 1 else product * scale))


@native("cudaarithm")
def mulSpectrums(  # noqa: N802
    src1: Image,
    src2: Image,
    flags: int,
    dst: Out = None,
    conjB: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """The product of two spectra, element by element.

    Args:
        src1: float32 or float64, (H, W, 2) or (N, H, W, 2).
        src2: the same.
        flags: for OpenCV's ``DFT_ROWS``; it makes no difference to complex spectra.
        dst: where to write the result.
        conjB: whether the complex conjugate of ``src2`` is taken.
        stream: the stream to work on.
    """
    return _spectral_product(src1, src2, conjB, 1)


@native("cudaarithm")
def mulAndScaleSpectrums(  # noqa: N802
    src1: Image,
    src2: Image,
    flags: int,
    scale: float,
    dst: Out = None,
    conjB: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """:func:`mulSpectrums`, times a factor. The other arguments as that one's."""
    return _spectral_product(src1, src2, conjB, scale)


def _transformed(src: Tensor, size: tuple[int, int], flags: int) -> Tensor:
    width, height = size
    axes = (2,) if flags & cv2.DFT_ROWS else (1, 2)
    is_complex, inverse = channels(src) == 2, bool(flags & cv2.DFT_INVERSE)
    norm_ = "forward" if inverse else "backward"  # neither divides, unless DFT_SCALE asks
    if flags & cv2.DFT_REAL_OUTPUT:
        x = _complex(src, "src")
        if not inverse or x.shape[1:] != (height, width // 2 + 1):
            raise refuse(
                "src",
                f"is {tuple(src.shape)}: DFT_REAL_OUTPUT needs DFT_INVERSE and {(height, width // 2 + 1, 2)}",
            )
        sizes = [width] if axes == (2,) else [height, width]
        result = torch.fft.irfftn(x, sizes, axes, norm_)[..., None]
    else:
        x = _complex(src, "src") if is_complex else batched(src)[..., 0]
        if x.shape[1:] != (height, width) or channels(src) > 2 or src.dtype not in _FLOATS:
            raise refuse(
                "src", f"is {src.dtype} {tuple(src.shape)}: pass floats of the size {(width, height)}, real or complex"
            )
        if is_complex:
            made = torch.fft.ifftn(x, None, axes, norm_) if inverse else torch.fft.fftn(x, None, axes, norm_)
        elif inverse:
            raise refuse("src", "is real: DFT_INVERSE needs a complex spectrum (H, W, 2)")
        else:
            full = flags & cv2.DFT_COMPLEX_OUTPUT
            made = torch.fft.fftn(x, None, axes, norm_) if full else torch.fft.rfftn(x, None, axes, norm_)
        result = torch.view_as_real(made)
    if flags & cv2.DFT_SCALE:
        result = result / (width if axes == (2,) else width * height)
    return like(src, result)


@native("cudaarithm")
def dft(src: Image, dft_size: tuple[int, int], dst: Out = None, flags: int = 0, stream: Stream | None = None) -> Tensor:
    """The discrete Fourier transform, forward or inverse.

    Args:
        src: float32 or float64: real (H, W) or complex (H, W, 2), or a batch.
        dft_size: (W, H), the size of what is not halved.
        dst: where to write the result.
        flags: ``cv.DFT_INVERSE``, ``DFT_SCALE``, ``DFT_ROWS``, ``DFT_REAL_OUTPUT``, ``DFT_COMPLEX_OUTPUT``, or'ed.
        stream: the stream to work on.

    Returns:
        Complex (H, W, 2) for complex input. For real input the half that tells all, (H, W // 2 + 1, 2), as cv2.cuda
        has it, or all of it with ``DFT_COMPLEX_OUTPUT``. (``cv.dft`` packs that half into (H, W) otherwise.) With
        ``DFT_INVERSE | DFT_REAL_OUTPUT`` and such a half: real, (H, W).
    """
    return _transformed(src, dft_size, flags)


@native_class("cudaarithm")
class DFT:
    """A Fourier transform of a size, to be run on many images; :func:`createDFT` makes it."""

    def __init__(self, dft_size: tuple[int, int], flags: int) -> None:
        self._size, self._flags = dft_size, flags

    @method("DFT.compute")
    def compute(self, image: Image, result: Out = None, stream: Stream | None = None) -> Tensor:
        """The transform of an image: :func:`dft`."""
        return _transformed(image, self._size, self._flags)


@native("cudaarithm")
def createDFT(dft_size: tuple[int, int], flags: int) -> DFT:  # noqa: N802
    """A :class:`DFT` of a size (W, H) and flags, as :func:`dft`'s."""
    return DFT(dft_size, flags)


@native_class("cudaarithm")
class Convolution:
    """Convolution or cross-correlation by Fourier transforms; :func:`createConvolution` makes it."""

    @method("Convolution.convolve")
    def convolve(
        self, image: Image, templ: Image, result: Out = None, ccorr: bool = False, stream: Stream | None = None
    ) -> Tensor:
        """The convolution of an image with a template, or its cross-correlation.

        Args:
            image: float32, (H, W) or (N, H, W, 1).
            templ: float32, (h, w), no larger.
            result: where to write the result.
            ccorr: whether the cross-correlation is computed: then ``result[y, x]`` is the sum of the template times
                the part of the image that begins at (x, y). Of the convolution, the image being 0 outside, the first
                rows and columns are returned, as OpenCV does.
            stream: the stream to work on.

        Returns:
            float32, (H - h + 1, W - w + 1).
        """
        a, b = batched(image)[..., 0], batched(templ)[..., 0]
        for argument, x in (("image", image), ("templ", templ)):
            if x.dtype not in _FLOATS or channels(x) != 1:
                raise refuse(argument, f"is {x.dtype} {tuple(x.shape)}: pass floats of one channel")
        height, width = a.shape[1] - b.shape[1] + 1, a.shape[2] - b.shape[2] + 1
        if height < 1 or width < 1:
            raise refuse(
                "templ", f"is {tuple(templ.shape)}, larger than the image {tuple(image.shape)}: pass a smaller one"
            )
        sizes = [cv2.getOptimalDFTSize(a.shape[i] + b.shape[i] - 1) for i in (1, 2)]
        spectrum = torch.fft.rfft2(b, sizes)
        product = torch.fft.rfft2(a, sizes) * (spectrum.conj() if ccorr else spectrum)
        return like(image, torch.fft.irfft2(product, sizes)[:, :height, :width, None])


@native("cudaarithm")
def createConvolution(user_block_size: tuple[int, int] = (0, 0)) -> Convolution:  # noqa: N802
    """A :class:`Convolution`. ``user_block_size`` is OpenCV's; the image is transformed as a whole here."""
    return Convolution()
