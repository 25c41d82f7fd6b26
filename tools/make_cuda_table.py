"""Writes docs/cuda.md: the names of OpenCV's CUDA API and of the old Lua library's, their ways, and how far off.

``python tools/make_cuda_table.py [SHARED_DATA] [--out FILE]`` measures the cases of tests/cuda on random images and on
real images (SHARED_DATA/imagenet), on the CPU, against the installed cv2, and puts what OpenCV's own tests allow beside
it (SHARED_DATA/cuda/cuda_tolerances.json). SHARED_DATA is ../shared/data by default.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "cuda.md"
sys.path.insert(0, str(ROOT))

from tests.cuda.all_cases import BY_NAME  # noqa: E402
from tests.cuda.case import Case, as_array, as_list, difference, ipp, tensors  # noqa: E402
from torch_opencv.cuda import _routing  # noqa: E402

SIZE = (67, 91)

INTRODUCTION = """\
# cv.cuda

OpenCV's CUDA functions over tensors of any device: OpenCV's names, argument order, constants and semantics, on the
device of the tensors and, for CUDA, on torch's current stream. A tensor on the CPU takes the same way, which is how the
answers are held against cv2; for speed on the CPU, call the plain function (`cv.resize`, not `cv.cuda.resize`), which
is 2 to 190 times as fast there (see [the figures](../benchmarks/RESULTS.md)).

```python
gray = cv.cuda.cvtColor(frame, cv.COLOR_BGR2GRAY)  # where frame is
cv.cuda.cvtColor(frame, cv.COLOR_BGR2GRAY, frame[..., 0])  # into a channel of it
blur = cv.cuda.createGaussianFilter(cv.CV_8UC3, -1, (5, 5), 0)  # a filter, for many images
batch = cv.cuda.resize(frames, (224, 224))  # (N, H, W, C), as one image
mat = cv.cuda.GpuMat()
mat.upload(array)  # programs of cv2.cuda run unchanged
```

## One answer everywhere

Where OpenCV's CUDA and CPU functions differ, the CPU function is followed: `resize` samples half a pixel in, warps
round coordinates to 32nds of a pixel, `GaussianBlur` is exact in fixed point, `reduce` gives a column for `dim=1`, and
numbers beside images mean what they mean to the CPU functions (for `add` all channels, for `min` the first).

What is measured below is the largest difference to the function of the installed cv2, in levels for integers (and how
many values differ at all) and relative to the largest value for floats. OpenCV's own code is what is followed. The
wheels for x86 also have Intel's IPP, which rounds differently in places (cubic `resize`), takes coordinates as they are
(`warpPerspective` of one channel of int16), or moves an edge by a pixel (`warpAffine` with `INTER_NEAREST`): "random"
is without IPP, "images" with it, but for the warps. Where integers differ from OpenCV's own code, it is because

- its vector code fuses multiplications and additions, so that sums of floats near a half are rounded the other way;
- its vector code and the code for the columns beside the vectors round differently (HSV to RGB, filters in 256ths).

The tables behind Lab and Luv are OpenCV's to the bit: of all 16.7 million colours of bytes none comes out otherwise
(but for `LBGR2Luv`, which goes by floats: 481 of its 50 million values are off by 1).

Not followed are results that depend on the processor: floats beyond 32 bits saturate here on every device, and division
by 0 among integers is 0 whatever the `dtype`. The table is from an AMD EPYC with AVX-512; with other vectors single
values more may be off (on another machine 0.08 % of `fastNlMeansDenoisingColored` by up to 2 levels).

OpenCV 5.0 warps and remaps without fixed point, up to 3 levels from OpenCV 4, and products and powers of integers
overflow in another way. Here the answers are those of OpenCV 4, whichever is installed.

Where OpenCV has no CPU function, the definition of its own tests is the reference, and NPP's for `alphaComp` and
`gammaCorrection`. Where its CUDA method is another than the CPU's of that name, its kernels are, step by step:
`HoughSegmentDetector` (all lines are followed, sorted, and to 1024ths of a pixel) and `HoughCirclesDetector`,
`DensePyrLKOpticalFlow`, `BroxOpticalFlow`, `StereoBM` (whole disparities in bytes), `StereoSGM`,
`StereoBeliefPropagation`, `StereoConstantSpaceBP`, `DisparityBilateralFilter`, `drawColorDisp`, `nonLocalMeans`. What
those leave undefined is defined here: flow that can't be followed is that of the level above, the outermost disparities
are not filtered, and `StereoConstantSpaceBP` goes on with the edge of the smaller images where half a size is not
whole.

Sums of floats are added in another order than in OpenCV's vector code. Of `BackgroundSubtractorMOG2` fewer than 0.1 %
of a mask may be on the other side of a threshold after some dozens of frames; `OpticalFlowDual_TVL1` takes coordinates
in 32nds of a pixel, and where one is rounded to the next, neighbours follow: within 0.01 px on average of an image of
200 px, as much as 0.6 px in places (1e-5 as OpenCV's own test measures it, which allows 4e-3).

`CascadeClassifier` reads the Haar cascades of `cv2.data` that are made of stumps, as `cv.CascadeClassifier` does, and
not OpenCV's older format; `FastFeatureDetector` has OpenCV's CUDA type, 9 of 16. `connectedComponents` numbers from 1
in the order of the first pixels. Results whose number is not known beforehand (lines, corners, matches within a radius,
components, cascades, TV-L1) make the host wait, as in OpenCV; the docstrings say so.

`ORB` finds the key points of `cv.ORB`, in each level in the order of rows (OpenCV's is that of a partition), and with
`blurForDescriptor=True` its descriptors, but for single bits on noise (sums of the blur are added in another order);
OpenCV's CUDA class doesn't blur by default, nor does this one.

The generalized Hough transforms vote as the CPU classes do, bit for bit: `MaxBufferSize` is the number of pairs of
pixels for each level (1000, and not the 10000 of OpenCV's CUDA class), votes are int32, and where nothing is found,
the results are of length 0. Of places with as many votes, nearer than `MinDist`, the first in the order of rows stays
(OpenCV's sort has no order for them).

## Kernels in Triton

On a CUDA device, and where triton can be imported (torch's wheels for CUDA bring it), `preprocess` of `INTER_LINEAR` is
one kernel: crop, resize, channels, scale, mean, std, layout and dtype, for all boxes at once. So are, for uint8,
`resize` (linear and nearest), `cvtColor` to grey, `threshold`, `pyrDown`, Gaussian filters of up to 9 x 9 and
`warpAffine` (linear, with the matrix on the host). They give the bits of torch's operations: the tests compare them by
Triton's interpreter on the CPU, and compile them for compute capability 8.0; they have not run on a GPU yet.

`python -m torch_opencv.cuda.kernels.tune` measures once, in a minute, how each kernel is launched best (numbers a
block, warps), and keeps that for this model of GPU and version of Triton in the cache folder (`TORCH_OPENCV_HOME`,
`cuda/`); without it they are launched in the usual way. It changes their time, never a bit of what they give. A kernel
that can't be compiled on a machine is reported once (`RuntimeWarning`), and torch's operations serve.
`benchmarks/cv_cuda.py` measures them (`--cpu`: a trial).

## Videos

`cv.cudacodec` reads and writes video files by torchcodec (`pip install 'torch-opencv[codec]'`, and FFmpeg's shared
libraries), on torch's current device: the GPU decodes and encodes where torchcodec can do that there, else the CPU
does. Decoded by the CPU, the frames are those of `cv.VideoCapture`, bit for bit. Where torch has no CUDA, torchcodec
must be 0.13 (`pip install 'torchcodec==0.13.*'`): newer wheels are for torch with CUDA. Frames are BGRA at
first, as OpenCV's; `reader.set(cv.cudacodec.ColorFormat_BGR)` changes that. Grey is that of `cvtColor`, not the
video's own luma. There are no raw packets, histograms, surfaces of NVIDIA's, 16 bits or streams: `cv.VideoCapture` and
`torch_opencv.live` read those. Reading and writing on a GPU has not been tried yet.

## Ways

*native*: here, on any device. *pass-through*: by the installed `cv2.cuda`, if it was built with CUDA. *missing*:
neither; using the name is an error that says so. This table was made with a cv2 that has no CUDA. `GpuData`, the
memory behind a `GpuMatND`, has nothing that Python could call in OpenCV; a tensor has its own.
"""


class Largest:
    """The largest differences of a function, for integers and for floats."""

    def __init__(self) -> None:
        self.integers: tuple[float, float] | None = None
        self.floats: float | None = None

    def add(self, case: Case, arrays: Any) -> None:
        """Measure one call."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            ours, theirs = as_list(case.call(*tensors(arrays))), case.reference(*[array.copy() for array in arrays])
        expected = as_list(theirs) if isinstance(theirs, (tuple, list)) and len(theirs) == len(ours) else [theirs]
        for result, reference in zip(ours if len(ours) == len(expected) else [ours], expected, strict=True):
            apart, share = difference(result, reference)
            if as_array(reference).dtype.kind == "f":
                self.floats = max(self.floats or 0.0, apart)
            else:
                before = self.integers or (0.0, 0.0)
                self.integers = (max(before[0], apart), max(before[1], share))

    def __str__(self) -> str:
        parts = []
        if self.integers is not None:
            apart, share = self.integers
            parts.append("0" if not apart else f"{apart:g} ({share:.2%})")
        if self.floats is not None:
            parts.append(f"{self.floats:.0e}" if self.floats else "0.0")
        return "; ".join(parts)


@functools.cache
def measured(name: str, images: Path) -> tuple[str, str]:
    """The largest differences of a function's cases, on random images and on images."""
    random, real = Largest(), Largest()
    for case in BY_NAME.get(name, []):
        with ipp(False):
            random.add(case, case.random(*SIZE))
        if images.is_dir():
            with ipp(case.ipp is not None):
                real.add(case, case.real_images(images, *SIZE))
    return str(random), str(real)


def tolerances(data: Path) -> dict[str, str]:
    """What OpenCV's tests allow, by name."""
    path = data / "cuda" / "cuda_tolerances.json"
    found: dict[str, set[str]] = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["functions"] if path.is_file() else []:
        for word in entry["function"].replace("/", " ").replace("(", " ").replace(".", " ").split():
            found.setdefault(word, set()).update(str(check["tolerance"]) for check in entry["checks"])
    return {name: "; ".join(sorted(values)) for name, values in found.items()}


def lua_names(data: Path) -> set[str]:
    """The names of the old library's."""
    path = data / "cuda" / "lua_cuda.json"
    modules = json.loads(path.read_text(encoding="utf-8"))["modules"] if path.is_file() else {}
    return {entry["name"].removeprefix("cv.cuda.") for entries in modules.values() for entry in entries}


_MEASURED_AS = {
    "CornersDetector": "createGoodFeaturesToTrackDetector",
    "createLookUpTable": "LookUpTable",
    "createDFT": "DFT",
    "createConvolution": "Convolution",
}
_RENAMED = {
    "magnitude2": "magnitude",
    "magnitudeSqr2": "magnitudeSqr",
    "VideoReader": "cudacodec.VideoReader",
    "VideoWriter": "cudacodec.VideoWriter",
    "EncoderParams": "cudacodec.EncoderParams",
}


@functools.cache
def _case_of(name: str) -> str:
    """The name of the cases that a name is measured by: a class is by its factory, and a factory by its class."""
    known = (_MEASURED_AS.get(name, name), f"create{name}", name.removesuffix("_create"))
    return next((x for x in known if x in BY_NAME), name)


def document(data: Path) -> str:
    """The whole page."""
    allowed, old = tolerances(data), lua_names(data)
    rows: dict[str, list[str]] = {}
    counts = {"native": 0, "pass-through": 0, "missing": 0}
    for name in _routing.names():
        module, way = _routing.module_of(name) or "", _routing.route(name)
        if isinstance(_routing.NATIVE.get(name), int):
            continue
        counts[way] += 1
        random, real = measured(_case_of(name), data / "imagenet") if way == "native" else ("", "")
        in_lua = "yes" if name in {_RENAMED.get(x, x) for x in old} else ""
        limit = allowed.get(name, "").replace("|", "\\|")
        rows.setdefault(module, []).append(f"| `{name}` | {way} | {in_lua} | {random} | {real} | {limit} |")
    parts = [INTRODUCTION, f"{counts['native']} names are native, {counts['missing']} are missing.\n"]
    for module, lines in rows.items():
        parts.append(f"## {module}\n\n| name | way | in the old library | random | images | OpenCV's tests allow |")
        parts[-1] += "\n|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
    renamed = sorted(name for name in old if name in _RENAMED)
    parts.append(
        "## Names of the old library's that are others now\n\n"
        + "\n".join(f"- `{name}`: `{_RENAMED[name]}`" for name in renamed)
        + "\n"
    )
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared_data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=DOCUMENT, help="the page to write (default: docs/cuda.md)")
    args = parser.parse_args()
    if not args.shared_data.is_dir():
        parser.error(f"no folder {args.shared_data}: give SHARED_DATA, which has imagenet/ and cuda/")
    args.out.write_text(document(args.shared_data), encoding="utf-8")


if __name__ == "__main__":
    main()
