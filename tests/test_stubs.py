"""The type stubs (``src/torch_opencv-stubs/``): made by tools/make_stubs.py, and true at run time."""

from __future__ import annotations

import collections.abc
import importlib.util
import re
import subprocess
import sys
import types
import typing
from pathlib import Path

import cv2
import pytest
import torch

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "src" / "torch_opencv-stubs"

STUBBED = re.search(r"OpenCV (\S+):", (PACKAGE / "__init__.pyi").read_text(encoding="utf-8").split("\n")[0])[1]
"""The OpenCV that the stubs were made from."""

only_there = pytest.mark.skipif(
    cv2.__version__ != STUBBED, reason=f"the stubs are those of OpenCV {STUBBED}, and this is {cv2.__version__}"
)


@pytest.fixture(scope="module")
def make_stubs() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("make_stubs", CHECKOUT / "tools" / "make_stubs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the generator ----------------------------------------------------------------------------------------------------


@only_there
def test_the_stubs_are_what_the_generator_makes(make_stubs):
    written = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.pyi")}
    made = make_stubs.stubs()
    assert sorted(written) == sorted(made)
    changed = [name for name in made if written[name] != made[name]]
    assert not changed, "run python tools/make_stubs.py"


@only_there
def test_every_public_name_has_a_type(make_stubs):
    # G-API's Python half, for which cv2 has no stubs either, and what its own code leaves lying in public.
    gapi = {"GArray", "GIn", "GOpaque", "GOut", "compile_args", "descr_of", "gin", "kernel", "kernels", "networks"}
    left_out = gapi | {"op", "register", "GStreamerPipeline", "bootstrap", "NativeMethodPatchedResult", "namedtuple"}
    missing = set()
    for module in (cv2, *make_stubs.wrap.submodules(cv2)):
        if make_stubs._source(module).is_file():
            names = make_stubs._names_of(module)
            flat = make_stubs._flat_names(module) + (make_stubs._cuda_names() if module is cv2 else "")
            public = make_stubs.wrap.public_names(module)
            missing |= {name for name in public if name not in names and f"{name} = " not in flat}
    missing -= left_out | {"Mat"}  # imported
    # These are found in another place than where their stubs are.
    assert missing == {"SIFT_create", "OriginalClassName_create", "OriginalClassName_originalName"}


@pytest.mark.parametrize(
    ("of_cv2", "parameter", "result"),
    [
        ("cv2.typing.MatLike", "cv2.typing.MatLike", "Tensor"),
        ("cv2.typing.MatLike | None", "cv2.typing.MatLike | None", "Tensor | None"),
        ("numpy.ndarray[_typing.Any, numpy.dtype[numpy.uint8]]", "cv2.typing.MatLike", "Tensor"),
        ("int", "int | Tensor", "int"),
        ("bool", "bool", "bool"),
        ("cv2.typing.Point", "cv2.typing.Point", "tuple[int, int]"),
        ("_typing.Sequence[int]", "cv2.typing.MatLike | _typing.Sequence[int | Tensor]", "Tensor"),
        ("_typing.Sequence[cv2.typing.Rect]", "cv2.typing.MatLike | _typing.Sequence[cv2.typing.Rect]", "Tensor"),
        ("_typing.Sequence[cv2.typing.MatLike]", "_typing.Sequence[cv2.typing.MatLike]", "_typing.Sequence[Tensor]"),
        ("_typing.Sequence[KeyPoint]", "_typing.Sequence[KeyPoint]", "_typing.Sequence[KeyPoint]"),
        ("tuple[bool, UMat]", "tuple[bool, UMat]", "tuple[bool, UMat]"),
        ("_typing.Callable[[int], None]", "_typing.Callable[[int], None]", "_typing.Callable[[int], None]"),
    ],
)
def test_what_becomes_of_a_type(make_stubs, of_cv2, parameter, result):
    node = make_stubs._expression(of_cv2)
    assert make_stubs.ast.unparse(make_stubs.parameter(node)) == parameter
    assert make_stubs.ast.unparse(make_stubs.result(node)) == result


# --- a type checker, and the truth ------------------------------------------------------------------------------------

USES = """
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from typing_extensions import assert_type

import torch_opencv as cv
import torch_opencv.ximgproc.segmentation
from torch_opencv import ml
from torch_opencv.aruco import ArucoDetector, getPredefinedDictionary

image = torch.zeros(64, 64, 3, dtype=torch.uint8)
gray = torch.zeros(64, 64, dtype=torch.uint8)
gray[10:30, 10:40] = 255
three = torch.tensor(3)
point = torch.tensor([5, 6])

# Arrays: tensors come out, and tensors or arrays go in.
assert_type(cv.resize(image, (4, 4)), Tensor)
assert_type(cv.resize(image, None, fx=0.5, fy=0.5, interpolation=cv.INTER_AREA), Tensor)
assert_type(cv.resize(np.zeros((8, 8), np.uint8), (4, 4), dst=torch.empty(4, 4, dtype=torch.uint8)), Tensor)
assert_type(cv.imread("no such file"), Tensor | None)
assert_type(cv.threshold(gray, 127, 255, cv.THRESH_BINARY), tuple[float, Tensor])
assert_type(cv.split(image), Sequence[Tensor])
assert_type(cv.merge([gray, gray, gray]), Tensor)
assert_type(cv.normalize(gray, None, 0, 1, cv.NORM_MINMAX), Tensor)
assert_type(cv.Mat(gray), cv.Mat)
assert_type(cv.UMat(image).get(), Tensor)
assert_type(cv.resize(cv.UMat(image), (4, 4)), cv.UMat)

# Points, sizes, rectangles and scalars: tuples of known length come out; those, lists and tensors go in.
contours, hierarchy = cv.findContours(gray, cv.RETR_LIST, cv.CHAIN_APPROX_SIMPLE)
assert_type(contours, Sequence[Tensor])
assert_type(hierarchy, Tensor)
x, y, w, h = cv.boundingRect(contours[0])
assert_type(x, int)
assert_type(cv.boundingRect(gray), tuple[int, int, int, int])
assert_type(cv.minAreaRect(contours[0]), tuple[tuple[float, float], tuple[float, float], float])
assert_type(cv.mean(image), tuple[float, float, float, float])
assert_type(cv.minMaxLoc(gray), tuple[float, float, tuple[int, int], tuple[int, int]])
assert_type(cv.getTextSize("text", cv.FONT_HERSHEY_PLAIN, 1, 1), tuple[tuple[int, int], int])
assert_type(cv.phaseCorrelate(gray.float(), gray.float()), tuple[tuple[float, float], float])
assert_type(cv.createCLAHE().getTilesGridSize(), tuple[int, int])
cv.circle(image, (three, 4), three, (255, three, 0), thickness=three)
cv.circle(image, point, 3, 255)
cv.circle(image, [5, 6], 3, torch.tensor([255, 0, 0]))
cv.boxPoints(cv.RotatedRect((1, 2), (3, 4), 5))
cv.boxPoints((point, (3, three), 5))
cv.pointPolygonTest(contours[0], (1.5, 2), True)

# Lists of numbers and of points come as one tensor, none of them too.
boxes, weights = cv.HOGDescriptor().detectMultiScale(image)
assert_type(boxes, Tensor)
assert_type(weights, Tensor)
for x_, y_, w_, h_ in boxes:
    cv.rectangle(image, (x_, y_), (x_ + w_, y_ + h_), (0, 255, 0))
assert_type(cv.groupRectangles([(0, 0, 5, 5), (0, 0, 5, 5)], 1), tuple[Tensor, Tensor])
assert_type(cv.dnn.NMSBoxes([(0, 0, 5, 5), (1, 1, 5, 5)], [0.9, 0.8], 0.5, 0.5), Tensor)
assert_type(cv.dnn.NMSBoxes(torch.rand(4, 4), torch.rand(4), 0.5, 0.5), Tensor)
assert_type(cv.ellipse2Poly((5, 5), (3, 3), 0, 0, 90, 30), Tensor)
assert_type(cv.KeyPoint_convert([cv.KeyPoint(1, 2, 3)]), Tensor)
assert_type(cv.calcHist([image], [0], None, [32], [0, 256]), Tensor)

# Objects, their attributes, flat names and submodules.
keypoint = cv.KeyPoint(1, 2, 3)
assert_type(keypoint.pt, tuple[float, float])
assert_type(keypoint.size, float)
keypoint.pt = point
keypoint.pt = (1, 2)
assert_type(cv.SIFT_create().detect(gray), Sequence[cv.KeyPoint])
assert_type(cv.ORB.create(nfeatures=10).detectAndCompute(gray, None)[0], Sequence[cv.KeyPoint])
assert_type(cv.VideoWriter_fourcc("M", "J", "P", "G"), int)
assert_type(cv.imencode(".png", image), tuple[bool, Tensor])
assert_type(ml.SVM_create(), ml.SVM)
assert_type(ml.SVM_create().getTermCriteria(), tuple[int, int, float])
assert_type(getPredefinedDictionary(0).bytesList, Tensor)
ArucoDetector(getPredefinedDictionary(0)).detectMarkers(image)
graph = cv.ximgproc.segmentation.createGraphSegmentation()
assert_type(graph.processImage(image), Tensor)
flann = cv.FlannBasedMatcher({"algorithm": 1, "trees": 5}, {"checks": 50})
assert_type(flann.knnMatch(torch.rand(9, 4), torch.rand(9, 4), k=2), Sequence[Sequence[cv.DMatch]])
assert_type(cv.data.haarcascades, str)

# What is native in cuda: a GpuMat for a GpuMat, a tensor for a tensor.
assert_type(cv.cuda.resize(image, (4, 4)), Tensor)
assert_type(cv.cuda.cvtColor(image, cv.COLOR_BGR2GRAY, image[..., 0]), Tensor)
assert_type(cv.cuda.add(image, (1, 2, 3)), Tensor)
assert_type(cv.cuda.threshold(gray, 127, 255, cv.THRESH_BINARY), tuple[float, Tensor])
assert_type(cv.cuda.minMaxLoc(gray), tuple[float, float, tuple[int, int], tuple[int, int]])
assert_type(cv.cuda.magnitude(gray.float(), gray.float()), Tensor)
assert_type(cv.cuda.createGaussianFilter(cv.CV_8UC3, -1, (5, 5), 0).apply(image), Tensor)
assert_type(cv.cuda.preprocess(image, (4, 4), mean=(1, 2, 3)), Tensor)
mat = cv.cuda.GpuMat()
mat.upload(image)
assert_type(cv.cuda.pyrDown(mat, stream=cv.cuda.Stream()), cv.cuda.GpuMat)
assert_type(mat.size(), tuple[int, int])
assert_type(mat.download(), Tensor)
assert_type(cv.cuda.ALPHA_OVER, int)
assert_type(cv.__version__, str)
try:
    cv.cvtColor(gray, cv.COLOR_BGR2GRAY)
except cv.error as error:
    assert_type(error.code, int)
"""

MISUSES = """
import torch
import torch_opencv as cv
image = torch.zeros(64, 64, 3, dtype=torch.uint8)
cv.resize("image", (4, 4))  # [call-overload]
cv.resize(image)  # [call-overload]
cv.resize(image, "4x4")  # [arg-type]
cv.resize(image, (4, 4), interpolation="area")  # [call-overload]
cv.circle(image, (1.5, 2), 3, 255)  # [arg-type]
cv.rezise(image, (4, 4))  # [attr-defined]
cv.SIFT_create(featuers=5)  # [call-overload]
cv.imread("image.png").shape  # [union-attr]
cv.resize(cv.imread("image.png"), (4, 4))  # [arg-type]
cv.imshow("window")  # [call-overload]
cv.KeyPoint(1, 2, 3).pt = "here"  # [assignment]
cv.ml.SVM_create().setC("1")  # [arg-type]
numbers: list[int] = cv.boundingRect(image)  # [assignment]
cv.merge(["b", "g", "r"])  # [list-item]
from torch_opencv.aruco import nothing  # [attr-defined]
cv.cuda.resize("image", (4, 4))  # [type-var]
cv.cuda.pyrDawn(image)  # [attr-defined]
"""


def test_what_the_stubs_promise_is_true():
    """Runs the uses with an ``assert_type`` that looks at the value."""

    def assert_type(value: object, type_: object) -> None:
        assert _conforms(value, type_), f"{value!r} is no {type_}"

    exec(USES.replace("from typing_extensions import assert_type\n", ""), {"assert_type": assert_type})


def _conforms(value: object, type_: typing.Any) -> bool:
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin in (typing.Union, types.UnionType):
        return any(_conforms(value, argument) for argument in arguments)
    if origin is tuple and arguments[-1] is not ...:
        return isinstance(value, tuple) and len(value) == len(arguments) and all(map(_conforms, value, arguments))
    if origin in (tuple, collections.abc.Sequence):
        return isinstance(value, origin) and all(_conforms(element, arguments[0]) for element in value)
    if type_ is types.NoneType:
        return value is None
    return type(value) is type_ if type_ in (bool, int, float, torch.Tensor) else isinstance(value, type_)


@pytest.fixture(scope="module")
def mypy(request):
    """Type-checks files strictly as the project's configuration says, and gives the lines that mypy prints."""
    pytest.importorskip("mypy", reason="needs mypy: pip install -e '.[dev]'")
    cache = request.config.cache.mkdir("mypy")  # the first run reads torch's sources: ten seconds, later ones two

    def run(*files: Path) -> list[str]:
        command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(cache)]
        command += ["--config-file", str(CHECKOUT / "pyproject.toml"), *map(str, files)]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=240)
        assert not done.stderr, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.slow
def test_right_uses_type_check(mypy, tmp_path):
    script = tmp_path / "uses.py"
    script.write_text(USES)
    assert mypy(script) == []


@pytest.mark.slow
def test_wrong_uses_are_found(mypy, tmp_path):
    script = tmp_path / "misuses.py"
    script.write_text(MISUSES)
    found = {}
    for line in mypy(script):
        if error := re.search(r"misuses\.py:(\d+): error: .*(\[[\w-]+\])$", line):
            found[int(error[1])] = error[2]
    expected = {
        i: code[1] for i, line in enumerate(MISUSES.splitlines(), 1) if (code := re.search(r"# (\[.*\])", line))
    }
    assert found == expected


@pytest.mark.slow
def test_the_examples_type_check(mypy):
    assert mypy(CHECKOUT / "examples") == []
