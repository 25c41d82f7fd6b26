"""A call that works with an array works with the tensor of that array: the places where it once did not."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._binding import wrap
from torch_opencv._binding.memory import SUPPORTED_DTYPES

from .test_properties import assert_same

pytestmark = pytest.mark.usefixtures("either_way")

FIVE = cv2.__version__.startswith("5.")


@pytest.fixture
def frame() -> Tensor:
    return torch.randint(0, 256, (48, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))


def in_both(call: Callable[..., Any], *arrays: Any) -> tuple[Any, Any]:
    """The results of a call with tensors, and with the arrays that are these tensors."""
    return call(cv, *(x.clone() for x in arrays)), call(cv2, *(x.clone().numpy() for x in arrays))


# --- 64-bit integers --------------------------------------------------------------------------------------------------

TRIANGLE = torch.tensor([[5, 5], [40, 9], [20, 40]])
SQUARE = torch.tensor([[0, 0], [30, 0], [30, 30], [0, 30]])
CANVAS = torch.zeros(48, 64, dtype=torch.uint8)

WITH_INT64: dict[str, tuple[Callable[..., Any], tuple[Tensor, ...]]] = {
    "fillPoly": (lambda f, img, p: f.fillPoly(img, [p], 255), (CANVAS, TRIANGLE)),
    "fillPoly of one array": (lambda f, img, p: f.fillPoly(img, p, 255), (CANVAS, TRIANGLE[None])),
    "polylines": (lambda f, img, p: f.polylines(img, [p], True, 255), (CANVAS, TRIANGLE)),
    "fillConvexPoly": (lambda f, img, p: f.fillConvexPoly(img, p, 255), (CANVAS, TRIANGLE)),
    "drawContours": (lambda f, img, p: f.drawContours(img, [p], -1, 255), (CANVAS, TRIANGLE)),
    "intersectConvexConvex": (lambda f, a, b: f.intersectConvexConvex(a, b), (TRIANGLE, SQUARE)),
    "contourArea": (lambda f, p: f.contourArea(p), (TRIANGLE,)),
    "boundingRect": (lambda f, p: f.boundingRect(p), (TRIANGLE,)),
    "norm": (lambda f, a: f.norm(a), (torch.tensor([3, 4]),)),
    "norm of two": (lambda f, a, b: f.norm(a, b, f.NORM_L1), (torch.tensor([3, 4]), torch.tensor([1, 9]))),
    "bitwise_and": (lambda f, a, b: f.bitwise_and(a, b), (torch.tensor([12, 10, 3]), torch.tensor([6, 6, 6]))),
    "flip": (lambda f, a: f.flip(a, 0), (torch.tensor([1, 2, 3]),)),
    "sort": (lambda f, a: f.sort(a, f.SORT_EVERY_COLUMN), (torch.tensor([3, 1, 2, 7]),)),
    "max": (lambda f, a, b: f.max(a, b), (torch.tensor([3, 1]), torch.tensor([2, 2]))),
    "repeat": (lambda f, a: f.repeat(a, 1, 2), (torch.tensor([3, 1]),)),
    "hconcat": (lambda f, a: f.hconcat([a, a]), (torch.tensor([3, 1]),)),
    "add": (lambda f, a: f.add(a, a), (torch.arange(12).reshape(3, 4) - 2**31 // 3,)),
    "add of columns": (lambda f, a: f.add(a, a), (torch.arange(12).reshape(4, 3),)),
    "inRange": (
        lambda f, img, low, high: f.inRange(img, low, high),
        (torch.arange(120, dtype=torch.uint8).reshape(5, 8, 3), torch.tensor([9, 20, 30]), torch.tensor([99, 99, 99])),
    ),
}


@pytest.mark.parametrize("name", WITH_INT64)
def test_int64_is_narrowed_as_cv2_does_it(name: str) -> None:
    call, tensors = WITH_INT64[name]
    assert any(t.dtype == torch.int64 for t in tensors)
    assert_same(*in_both(call, *tensors))


def test_unsigned_64_bit_integers_too() -> None:
    assert_same(*in_both(lambda f, a: f.flip(a, 1), torch.arange(6).reshape(2, 3).to(torch.uint64)))


@pytest.mark.parametrize("value", [2**31 - 1, -(2**31)])
def test_the_ends_of_what_fits(value: int) -> None:
    assert cv.flip(torch.tensor([[value, 1]]), 1).tolist() == [[1, value]]


@pytest.mark.parametrize(("value", "dtype"), [(2**31, torch.int64), (-(2**31) - 1, torch.int64), (2**40, torch.uint64)])
def test_what_does_not_fit_is_an_error_that_holds_it(value: int, dtype: torch.dtype) -> None:
    with pytest.raises(
        TypeError, match=rf"cv\.flip: argument 'src' is {dtype} and holds {value}; .*\.to\(torch.float64"
    ):
        cv.flip(torch.tensor([[value, 1]]).to(dtype), 1)


def test_int64_in_the_users_transposed_view() -> None:
    assert cv.flip(torch.arange(6).reshape(2, 3).T, 1).tolist() == [[3, 0], [4, 1], [5, 2]]


def test_no_int64_at_all_is_no_error() -> None:
    assert cv.norm(torch.empty(0, 2, dtype=torch.int64)) == cv2.norm(np.empty((0, 2), np.int64))


def test_an_output_of_int64_is_refused(frame: Tensor) -> None:
    for call in (
        lambda: cv.flip(frame, 1, dst=frame.long()),
        lambda: cv.circle(torch.zeros(9, 9, dtype=torch.int64), (4, 4), 2, 1),
    ):
        with pytest.raises(TypeError, match=r"argument '(dst|img)' is torch\.int64, which .*pass \.to\(torch\.int32\)"):
            call()


def test_labels_in_int64() -> None:
    samples = torch.tensor([[501.0, 10], [255, 10], [501, 255], [10, 501]])
    labels = torch.tensor([1, -1, -1, -1])

    def predictions(f: Any, x: Any, y: Any) -> Any:
        svm = f.ml.SVM_create()
        svm.setType(f.ml.SVM_C_SVC)
        svm.setKernel(f.ml.SVM_LINEAR)
        svm.setTermCriteria((f.TERM_CRITERIA_MAX_ITER, 100, 1e-6))
        assert svm.train(x, f.ml.ROW_SAMPLE, y)
        return svm.predict(x)

    assert_same(*in_both(predictions, samples, labels))


def test_boards_and_ids_in_int64(frame: Tensor) -> None:
    def drawn(f: Any, image: Any, ids: Any) -> Any:
        dictionary = f.aruco.getPredefinedDictionary(f.aruco.DICT_4X4_50)
        board = f.aruco.CharucoBoard((3, 3), 0.04, 0.02, dictionary, ids)
        corners = [np.float32([[[5, 5], [30, 5], [30, 30], [5, 30]]])]
        return board.getIds(), f.aruco.drawDetectedMarkers(image, corners, ids[:1])

    assert_same(*in_both(drawn, frame, torch.tensor([4, 7, 1, 2])))


def test_int64_in_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "numbers.yml")
    storage = cv.FileStorage(path, cv.FILE_STORAGE_WRITE)
    storage.write("matrix", torch.arange(6).reshape(2, 3))
    storage.write("row", torch.tensor([1, 2, 3]))
    storage.release()
    storage = cv.FileStorage(path, cv.FILE_STORAGE_READ)
    assert storage.getNode("matrix").mat().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert storage.getNode("row").mat().flatten().tolist() == [1, 2, 3]


# --- outputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.int32, torch.int64, torch.bool, torch.bfloat16], ids=str)
def test_an_empty_tensor_of_any_dtype_is_a_placeholder(dtype: torch.dtype) -> None:
    edges = torch.eye(80, dtype=torch.uint8) * 255
    placeholder = torch.tensor([], dtype=dtype)
    lines = cv.HoughLinesP(edges, 1, np.pi / 180, 40, placeholder, 50, 10)
    assert_same(lines, cv2.HoughLinesP(edges.numpy(), 1, np.pi / 180, 40, np.array([]), 50, 10))
    assert (lines is placeholder) == (dtype == torch.int32)
    keywords = cv.HoughLinesP(edges, 1, np.pi / 180, 40, lines=torch.empty(0, dtype=dtype), minLineLength=50)
    assert torch.equal(keywords, lines)


def _refined(f: Any, scene: Any, forgotten: int) -> Any:
    """What becomes of a marker of a board that the detector has missed."""
    dictionary = f.aruco.getPredefinedDictionary(f.aruco.DICT_4X4_50)
    board = f.aruco.GridBoard((2, 2), 60, 15, dictionary)
    image = board.generateImage((400, 400), marginSize=20)
    detector = f.aruco.ArucoDetector(dictionary)
    corners, ids, _ = detector.detectMarkers(image)
    assert len(corners) == 4
    missed = corners[forgotten]
    kept = [i for i in range(4) if i != forgotten]
    return detector.refineDetectedMarkers(image, board, [corners[i] for i in kept], ids[kept], [missed])


def test_in_out_arguments_that_opencv_makes_anew_are_returned() -> None:
    assert_same(_refined(cv, None, 1), _refined(cv2, None, 1))
    corners, ids, _, recovered = _refined(cv, None, 1)
    assert len(corners) == len(ids) == 4
    assert len(recovered) == 1


def test_a_camera_matrix_of_float32_is_a_start_and_the_result_is_float64() -> None:
    grid = torch.zeros(9, 3)
    grid[:, :2] = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0))
    views = [grid[:, :2] * 40 + 100 + shift * grid[:, :1] for shift in (0.0, 3.0, 7.0)]

    def calibrated(f: Any, start: Any, *arrays: Any) -> Any:
        points, *seen = arrays
        flags = f.CALIB_USE_INTRINSIC_GUESS
        return f.calibrateCamera([points] * 3, list(seen), (320, 240), start, None, flags=flags)[1]

    start = torch.tensor([[300.0, 0, 160], [0, 300, 120], [0, 0, 1]])
    ours, theirs = in_both(calibrated, start, grid, *views)
    assert ours.dtype == torch.float64
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-6)  # OpenCV 5 differs from itself in the last bits


def test_dst_has_no_default_in_normalize_but_is_still_dst(frame: Tensor) -> None:
    with pytest.raises(ValueError, match=r"cv\.normalize: argument 'dst' is uint8 \(2, 2\)"):
        cv.normalize(frame, torch.zeros(2, 2, dtype=torch.uint8), 0, 255, cv.NORM_MINMAX)


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: cv.rectangle(x, (1, 1), (4, 4), (9, 9, 9)),
        lambda x: cv.rectangle(img=x, pt1=(1, 1), pt2=(4, 4), color=(9, 9, 9)),
        lambda x: cv.rectangle(x, torch.tensor([1, 1]), (4, 4), (9, 9, 9)),  # the slow path
        lambda x: cv.flip(torch.zeros(8, 8, 3), 1, dst=x),
        lambda x: cv.cartToPolar(torch.ones(8, 8, 3), torch.ones(8, 8, 3), x, torch.empty(8, 8, 3)),
        lambda x: cv.floodFill(x, None, (1, 1), (5, 5, 5)),
    ],
    ids=["in place", "by name", "slow path", "dst", "one of two outputs", "one of four results"],
)
def test_autograd_knows_of_what_opencv_wrote(draw: Callable[[Tensor], object]) -> None:
    x = torch.ones(8, 8, 3)
    w = torch.ones(8, 8, 3, requires_grad=True)
    y = (x * w).sum()
    draw(x)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_reading_changes_no_version(frame: Tensor) -> None:
    version = frame._version
    cv.flip(frame, 1)
    cv.resize(frame, torch.tensor([4, 4]))
    cv.mean(frame)
    assert frame._version == version


def test_inference_tensors_may_be_drawn_on() -> None:
    with torch.inference_mode():
        canvas = torch.zeros(8, 8, 3)
    assert cv.circle(canvas, (4, 4), 2, (1, 1, 1), -1) is canvas
    assert canvas.sum() > 0


# --- cv2's Python code ------------------------------------------------------------------------------------------------


def _python_functions() -> dict[str, types.FunctionType]:
    modules = (cv2, *wrap.submodules(cv2))
    return {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in modules
        for name in wrap.public_names(module)
        if isinstance(getattr(module, name), types.FunctionType)
    }


_NO_FUNCTIONS_OF_USERS = {"cv2.bootstrap", "cv2.load_config_py3.exec_file_wrapper"}
"""What cv2 starts itself with. ``collections.namedtuple`` and the like are only left lying there."""


def _call(f: Any, name: str) -> Any:
    a, b = np.arange(12, dtype=np.uint8).reshape(3, 4), np.ones((3, 4), np.uint8)
    a, b = (torch.from_numpy(a), torch.from_numpy(b)) if f is cv else (a, b)
    match name.removeprefix("cv2."):
        case "utils.testOverwriteNativeMethod":
            return f.utils.testOverwriteNativeMethod(10)
        case "misc.get_ocv_version" | "misc.version.get_ocv_version":
            return f.misc.get_ocv_version()
        case "utils.namedtuple" | "gapi.namedtuple":
            return tuple(f.utils.namedtuple("Pair", "a b")(1, 2))
        case "gapi.op":
            return f.gapi.op("org.test.op", in_types=[f.GMat], out_types=[f.GMat])(type("Op", (), {})).__name__
        case "gapi.register":
            return f.gapi.register("cv2.gapi")(_call).__name__
        case "gapi.networks" | "gapi.compile_args":
            return getattr(f.gapi, name.split(".")[-1])() and None
        case "gapi.descr_of":
            return type(f.gapi.descr_of([a])).__name__
        case "gapi.kernel":
            return None  # below: it takes an operation
        case "gapi.gin" | "gapi.GIn" | "gapi.GOut":
            left, right = f.GMat(), f.GMat()
            graph = f.GComputation(f.GIn(left, right), f.GOut(f.gapi.add(left, right)))
            return graph.apply(f.gin(a, b))
    return getattr(f, name.removeprefix("cv2."))(*(["nothing"] if "GArray" not in name else []))


@pytest.mark.parametrize("name", sorted(set(_python_functions()) - _NO_FUNCTIONS_OF_USERS))
def test_every_function_that_cv2_has_in_python_can_be_called(name: str) -> None:
    assert_same(_call(cv, name), _call(cv2, name))


def test_a_list_within_itself_is_a_recursion_error_at_once() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        cv.merge(endless)


# --- cv.Mat -----------------------------------------------------------------------------------------------------------


def test_arithmetic_on_mat() -> None:
    image = torch.arange(24.0).reshape(2, 3, 4)
    mat, theirs = cv.Mat(image.clone(), wrap_channels=True), cv2.Mat(image.clone().numpy(), wrap_channels=True)
    for change in (lambda m: m + 1, lambda m: np.multiply(m, 2), lambda m: np.add(m, m), lambda m: m[1:]):
        ours, expected = change(mat), change(theirs)
        assert isinstance(ours, cv.Mat)
        assert ours.wrap_channels is expected.wrap_channels is True
        np.testing.assert_array_equal(ours, expected)
    mat += 5
    assert isinstance(mat, cv.Mat)
    assert mat.wrap_channels is True
    assert torch.equal(cv.add(mat, mat), (image + 5) * 2)


# --- torch's own modes ------------------------------------------------------------------------------------------------


def test_empty_results_are_on_the_cpu_whatever_the_default_device() -> None:
    torch.set_default_device("meta")
    try:
        kept = cv.dnn.NMSBoxes([], [], 0.5, 0.5)
    finally:
        torch.set_default_device(None)
    assert kept.device.type == "cpu"


def _flip(x: Tensor) -> Tensor:
    result: Tensor = cv.flip(x, 1)
    return result


def _draw(x: Tensor) -> Tensor:
    return cv.circle(x, (1, 1), 1, 1)


TRANSFORMS: dict[str, tuple[Callable[[Callable[[Tensor], Tensor]], object], str]] = {
    "vmap": (lambda f: torch.vmap(f)(torch.ones(2, 3, 4)), "transform of torch.func"),
    "jvp": (lambda f: torch.func.jvp(f, (torch.ones(3, 4),), (torch.ones(3, 4),)), "transform of torch.func"),
    "grad": (lambda f: torch.func.grad(lambda x: f(x).sum())(torch.ones(3, 4)), "transform of torch.func"),
    "functionalize": (lambda f: torch.func.functionalize(f)(torch.ones(3, 4)), "transform of torch.func"),
    "functionalize, computed": (lambda f: torch.func.functionalize(lambda x: f(x + 1))(torch.ones(3, 4)), "torch.func"),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("function", [_flip, _draw])
def test_transforms_of_torch_func_are_refused(function: Callable[[Tensor], Tensor], transform: str) -> None:
    apply, says = TRANSFORMS[transform]
    with pytest.raises(TypeError, match=rf"^cv\.(flip|circle): argument '(src|img)' .*{says}"):
        apply(function)


def test_tensors_beside_a_transform_are_fine() -> None:
    image = torch.arange(12.0).reshape(3, 4)
    result = torch.vmap(lambda x: x + cv.flip(image, 1).sum())(torch.ones(2))
    assert result.tolist() == [67, 67]


def test_fake_and_dual_tensors_are_refused() -> None:
    from torch._subclasses import FakeTensorMode
    from torch.autograd import forward_ad

    with FakeTensorMode(), pytest.raises(TypeError, match=r"cv\.flip: argument 'src' is a FakeTensor and has no data"):
        cv.flip(torch.ones(3, 4), 1)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.ones(3, 4), torch.ones(3, 4))
        with pytest.raises(TypeError, match=r"cv\.flip: argument 'src' carries a tangent"):
            cv.flip(dual, 1)
        assert cv.flip(torch.eye(2), 1).tolist() == [[0, 1], [1, 0]]


def test_the_reason_of_a_graph_break_names_the_function() -> None:
    import torch._dynamo

    blur = cv.GaussianBlur  # to look it up for the first time imports, which breaks the graph once more

    def work(x: Tensor) -> Tensor:
        return blur(x + 1, (3, 3), 1.0) * 2

    explained = torch._dynamo.explain(work)(torch.ones(4, 4))
    assert "cv.GaussianBlur" in explained.break_reasons[0].reason
    assert torch.equal(torch.compile(work, backend="eager")(torch.ones(4, 4)), work(torch.ones(4, 4)))


@pytest.mark.skipif(torch.bool not in SUPPORTED_DTYPES, reason="OpenCV 4 takes a bool mask as the uint8 it is")
def test_a_bool_mask_that_opencv_5_refuses_hints_at_byte(frame: Tensor) -> None:
    mask = torch.ones(48, 64, dtype=torch.bool)
    calls = (
        lambda m: cv.distanceTransform(m, cv.DIST_L2, 3),
        lambda m: cv.inpaint(frame, m, 3, cv.INPAINT_TELEA),
        lambda m: cv.SIFT_create().detect(image=frame[..., 0], mask=m),  # the slow path: one channel is copied
    )
    for call in calls:
        with pytest.raises(cv.error, match=r"argument '\w+' is a bool tensor: .*pass \.byte\(\)"):
            call(mask)
        call(mask.byte())


def test_other_errors_of_opencv_stay_as_they_are(frame: Tensor) -> None:
    with pytest.raises(cv.error) as ours:
        cv.resize(frame, (-1, 3))
    with pytest.raises(cv2.error) as theirs:
        cv2.resize(frame.numpy(), (-1, 3))
    assert str(ours.value) == str(theirs.value)


# --- signatures and types ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda: cv.KeyPoint, "(x=..., y=..., size=..., angle=..., response=..., octave=..., class_id=...)"),
        (lambda: cv.VideoCapture, "(filename=..., apiPreference=..., params=...)"),
        (lambda: cv.aruco.CharucoBoard, "(size, squareLength, markerLength, dictionary, ids=...)"),
        (lambda: cv.BFMatcher, "(normType=..., crossCheck=...)"),
        (lambda: cv.ml.SVM_create, "()"),
        (lambda: cv.ml.SVM.create, "()"),
    ],
)
def test_constructors_and_factories_show_their_signatures(function: Callable[[], Any], expected: str) -> None:
    assert str(inspect.signature(function())) == expected


def test_a_factory_that_needs_nothing_says_so() -> None:
    parameters = inspect.signature(cv.SIFT_create).parameters
    assert {"nfeatures", "contrastThreshold", "sigma"} <= set(parameters)
    assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters.values())


def test_mat_like_includes_tensors_at_run_time() -> None:
    from torch_opencv.typing import MatLike

    assert isinstance(torch.ones(2), MatLike)
    assert isinstance(np.ones(2), MatLike)
    assert not isinstance([1, 2], MatLike)
