"""The contract of the bindings (docs/design.md), clause by clause, beside what the property tests cover."""

from __future__ import annotations

import inspect
import math
import pydoc
import threading
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._binding import signature
from torch_opencv._binding.memory import SUPPORTED_DTYPES
from torch_opencv._binding.results import FromCv2

pytestmark = pytest.mark.usefixtures("either_way")


@pytest.fixture
def frame() -> Tensor:
    return torch.randint(0, 256, (48, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))


# --- names and kinds --------------------------------------------------------------------------------------------------


def test_constants_pass_through_and_errors_are_cv2s() -> None:
    assert cv.COLOR_BGR2GRAY == cv2.COLOR_BGR2GRAY
    assert cv.error is cv2.error
    with pytest.raises(cv2.error, match="resize"):
        cv.resize(torch.zeros(2, 2), (-1, 3))


def test_a_name_that_opencv_lacks() -> None:
    with pytest.raises(AttributeError, match=f"no attribute 'resise', nor has OpenCV {cv2.__version__}"):
        _ = cv.resise
    assert not hasattr(cv, "numpy")  # a module that cv2 imports is not cv2's


def test_submodules_can_be_imported_by_name() -> None:
    import torch_opencv.gapi.wip  # noqa: F401
    import torch_opencv.ml as ml
    from torch_opencv.ximgproc import thinning

    assert ml is cv.ml
    assert thinning is cv.ximgproc.thinning
    assert ml.SVM is cv.ml_SVM
    assert {"SVM_create", "ROW_SAMPLE"} <= set(dir(ml))


def test_star_import_gives_opencvs_names() -> None:
    names: dict[str, object] = {}
    exec("from torch_opencv import *", names)
    assert names["resize"] is cv.resize
    assert names["INTER_AREA"] == cv2.INTER_AREA


def test_our_own_modules_hide_no_name_of_opencv() -> None:
    # Folders without an __init__.py hold the type stubs of OpenCV's modules.
    ours = {path.stem for path in Path(cv.__file__).parent.glob("*.py")} - {"__init__"}
    ours |= {path.parent.name for path in Path(cv.__file__).parent.glob("*/__init__.py")}
    assert ours & set(vars(cv2)) == {"cuda"}


def test_cv2_is_left_untouched(frame: Tensor) -> None:
    cv.resize(frame, (4, 4))
    cv.SIFT_create()
    assert isinstance(cv2.resize(frame.numpy(), (4, 4)), np.ndarray)
    assert type(cv2.resize) is type(len)
    assert type(cv2.SIFT_create()) is cv2.SIFT


def test_documentation_and_signatures() -> None:
    assert cv.resize.__doc__ == cv2.resize.__doc__
    assert str(inspect.signature(cv.resize)) == "(src, dsize, dst=..., fx=..., fy=..., interpolation=...)"
    assert str(inspect.signature(cv.VideoCapture.read)) == "(self, image=...)"
    assert "Resizes an image" in pydoc.render_doc(cv.resize)
    assert "torch_opencv" in repr(cv.SIFT_create())
    assert cv.ml.SVM_create.__module__ == "torch_opencv.ml"


# --- arguments --------------------------------------------------------------------------------------------------------


def test_numbers_in_tensors_are_numbers(frame: Tensor) -> None:
    faces = torch.tensor([[3, 4, 10, 12], [20, 8, 9, 9]])
    expected = frame.numpy().copy()
    for x, y, w, h in faces.tolist():
        cv2.rectangle(expected, (x, y), (x + w, y + h), (0, 255, 0), 2)
    for x, y, w, h in faces:
        assert cv.rectangle(frame, (x, y), (x + w, y + h), (0, 255, 0), torch.tensor(2)) is frame
    np.testing.assert_array_equal(frame.numpy(), expected)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8, torch.float32, torch.float64, torch.bfloat16])
def test_short_tensors_are_scalars(frame: Tensor, dtype: torch.dtype) -> None:
    expected = cv2.copyMakeBorder(frame.numpy(), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(1.0, 2.0, 3.0))
    bordered = cv.copyMakeBorder(frame, 1, 1, 1, 1, cv.BORDER_CONSTANT, value=torch.tensor([1, 2, 3]).to(dtype))
    np.testing.assert_array_equal(bordered.numpy(), expected)


def test_short_tensors_are_points_sizes_rectangles_and_ranges(frame: Tensor) -> None:
    center, size, box = torch.tensor([12, 9]), torch.tensor([20, 10]), torch.tensor([2, 3, 10, 11])
    expected = cv2.circle(frame.numpy().copy(), (12, 9), 5, (9, 8, 7))
    np.testing.assert_array_equal(cv.circle(frame.clone(), center, 5, torch.tensor([9, 8, 7])).numpy(), expected)
    assert cv.resize(frame, size).shape == (10, 20, 3)
    expected = cv2.rectangle(frame.numpy().copy(), (2, 3, 10, 11), (1, 2, 3))
    np.testing.assert_array_equal(cv.rectangle(frame.clone(), box, (1, 2, 3)).numpy(), expected)
    rotated = (torch.tensor([20.0, 20.0]), torch.tensor([10.0, 6.0]), torch.tensor(30.0))
    np.testing.assert_array_equal(cv.boxPoints(rotated).numpy(), cv2.boxPoints(((20, 20), (10, 6), 30)))


def test_a_short_tensor_stays_an_array_where_an_array_is_meant() -> None:
    weights = torch.tensor([1.5, 2.5, 4.0])
    assert cv.norm(weights) == cv2.norm(weights.numpy())
    np.testing.assert_array_equal(cv.add(weights, weights).numpy(), cv2.add(weights.numpy(), weights.numpy()))


def test_limits_of_a_colour_range_may_be_integers(frame: Tensor) -> None:
    expected = cv2.inRange(frame.numpy(), (10, 20, 30), (200, 200, 200))
    inside = cv.inRange(frame, torch.tensor([10, 20, 30]), torch.tensor([200, 200, 200]))
    np.testing.assert_array_equal(inside.numpy(), expected)


def test_numpy_arrays_are_accepted_and_mixed(frame: Tensor) -> None:
    total = cv.add(frame, frame.numpy())
    assert isinstance(total, Tensor)
    assert torch.equal(total, cv.add(frame, frame))
    into = np.zeros((48, 64, 3), np.uint8)
    flipped = cv.flip(frame, 1, dst=into)
    np.testing.assert_array_equal(flipped.numpy(), into)
    np.testing.assert_array_equal(into, frame.numpy()[:, ::-1])


def test_lists_of_arrays(frame: Tensor) -> None:
    planes = cv.split(frame)
    assert torch.equal(cv.merge(planes), frame)
    assert torch.equal(cv.merge(list(frame.permute(2, 0, 1))), frame)
    assert torch.equal(cv.calcHist([frame], [0], None, [16], [0, 256]).sum(), torch.tensor(48.0 * 64))
    triangle = torch.tensor([[5, 5], [40, 9], [20, 40]], dtype=torch.int32)
    filled = cv.fillPoly(torch.zeros(48, 64, dtype=torch.uint8), [triangle], 255)
    contours, hierarchy = cv.findContours(filled, cv.RETR_EXTERNAL, cv.CHAIN_APPROX_SIMPLE)
    assert isinstance(contours, tuple)
    assert hierarchy.shape == (1, 1, 4)
    again = cv.drawContours(torch.zeros_like(filled), contours, -1, 255, cv.FILLED)
    assert torch.equal(again, filled)


def test_lists_of_outputs(frame: Tensor) -> None:
    planar = torch.zeros(3, 48, 64, dtype=torch.uint8)
    swapped = planar.permute(1, 2, 0)  # no Mat can describe it: staged, and written back
    (result,) = cv.mixChannels([frame], [swapped], [0, 2, 1, 1, 2, 0])
    assert result is swapped
    assert torch.equal(planar, frame.permute(2, 0, 1).flip(0))


def test_subclasses_of_tensor(frame: Tensor) -> None:
    parameter = torch.nn.Parameter(frame.float(), requires_grad=False)
    assert torch.equal(cv.flip(parameter, 0), cv.flip(frame.float(), 0))


def test_torch_sizes_and_negated_views() -> None:
    image = torch.arange(12.0).reshape(3, 4)
    assert cv.resize(image, torch.Size([8, 6])).shape == (6, 8)
    negated = torch._neg_view(image)
    assert negated.is_neg()
    assert torch.equal(cv.flip(negated, 0), -image.flip(0))


# --- outputs ----------------------------------------------------------------------------------------------------------


def test_dst_of_another_shape_is_never_left_unwritten_in_silence(frame: Tensor) -> None:
    wrong = torch.zeros(4, 4, 3, dtype=torch.uint8)
    with pytest.raises(
        ValueError, match=r"cv\.resize: argument 'dst' is uint8 \(4, 4, 3\), but .* uint8 \(24, 32, 3\)"
    ):
        cv.resize(frame, (32, 24), dst=wrong)
    with pytest.raises(ValueError, match=r"'dst' is float32 .* but the result is uint8"):
        cv.flip(frame, 1, frame.float())


def test_an_empty_dst_is_filled(frame: Tensor) -> None:
    dst = torch.empty(0, dtype=torch.uint8)
    assert cv.resize(frame, (32, 24), dst=dst) is dst
    assert torch.equal(dst, cv.resize(frame, (32, 24)))


def test_dst_may_be_the_source(frame: Tensor) -> None:
    expected = cv2.GaussianBlur(frame.numpy().copy(), (5, 5), 1.5)
    assert cv.GaussianBlur(frame, (5, 5), 1.5, frame) is frame
    np.testing.assert_array_equal(frame.numpy(), expected)


def test_several_outputs(frame: Tensor) -> None:
    grey = cv.cvtColor(frame, cv.COLOR_BGR2GRAY).float()
    magnitude, angle = torch.empty(64, 48).T, torch.empty(48, 64)  # the first can't be described by a Mat
    given = cv.cartToPolar(grey, grey, magnitude, angle)
    assert given[0] is magnitude
    assert given[1] is angle
    expected = cv2.cartToPolar(grey.numpy(), grey.numpy())
    np.testing.assert_array_equal(magnitude.numpy(), expected[0])
    np.testing.assert_array_equal(angle.numpy(), expected[1])


def test_drawing_on_a_bool_mask_keeps_it_bool() -> None:
    mask = torch.zeros(20, 20, dtype=torch.bool)
    assert cv.circle(mask, (10, 10), 4, 255, -1) is mask
    assert mask.view(torch.uint8).max() == 1
    assert mask.sum() == (cv2.circle(np.zeros((20, 20), np.uint8), (10, 10), 4, 1, -1)).sum()


def test_an_expanded_output_is_an_error() -> None:
    expanded = torch.zeros(1, 8, 3, dtype=torch.uint8).expand(8, 8, 3)
    with pytest.raises(TypeError, match=r"cv\.circle: argument 'img' is an expanded view.*\.clone\(\)"):
        cv.circle(expanded, (4, 4), 2, (1, 2, 3))


def test_lists_that_opencv_rewrites_are_results_and_no_outputs() -> None:
    boxes = torch.tensor([[1, 1, 9, 9], [1, 1, 9, 9], [2, 1, 9, 9]], dtype=torch.int32)
    grouped, weights = cv.groupRectangles(boxes, 1, 0.5)
    expected = cv2.groupRectangles(boxes.numpy(), 1, 0.5)
    np.testing.assert_array_equal(grouped.numpy(), expected[0])
    np.testing.assert_array_equal(weights.numpy(), expected[1])
    assert boxes.shape == (3, 4)


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda t: t.requires_grad_(), r"requires grad.*\.detach\(\)"),
        (lambda t: t.to("meta"), "on the meta device and has no data"),
        (lambda t: t.to_sparse(), r"sparse_coo tensor.*\.to_dense\(\)"),
        (lambda t: t.to_sparse_csr(), r"sparse_csr tensor.*\.to_dense\(\)"),
        (lambda t: torch.quantize_per_tensor(t, 0.1, 0, torch.quint8), r"quantised tensor.*dequantize"),
        (lambda t: t.to(torch.complex64), "complex64.*view_as_real"),
        (lambda t: t.to(torch.bfloat16), r"torch\.bfloat16, which OpenCV .* can't hold: pass \.to\(torch\.float32\)"),
    ],
)
def test_tensors_that_cannot_be_shared_are_refused(make: object, says: str) -> None:
    tensor = make(torch.rand(6, 5))  # type: ignore[operator]
    for call in (
        lambda: cv.resize(tensor, (3, 3)),
        lambda: cv.resize(src=tensor, dsize=(3, 3)),
        lambda: cv.merge([tensor, tensor]),
        lambda: cv.flip(torch.zeros(6, 5), 1, dst=tensor),
    ):
        with pytest.raises(TypeError, match=rf"cv\.\w+: argument '(src|mv|dst)' .*{says}"):
            call()


@pytest.mark.parametrize("dtype", [torch.uint32, torch.bfloat16], ids=str)
def test_dtypes_that_opencv_cannot_hold_are_refused(dtype: torch.dtype) -> None:
    image = torch.ones(4, 4, dtype=torch.uint8).to(dtype)
    if dtype in SUPPORTED_DTYPES:
        assert cv.flip(image, 0).dtype == dtype
    else:
        with pytest.raises(TypeError, match=rf"cv\.flip: argument 'src' is {dtype}, which OpenCV {cv2.__version__}"):
            cv.flip(image, 0)


def test_held_dtypes_are_the_ones_that_cv2_gives_back() -> None:
    always = {torch.uint8, torch.int8, torch.uint16, torch.int16, torch.int32, torch.float16, torch.float32}
    assert always | {torch.float64} <= SUPPORTED_DTYPES
    assert (torch.bool in SUPPORTED_DTYPES) == cv2.__version__.startswith("5.")
    assert (torch.uint32 in SUPPORTED_DTYPES) == cv2.__version__.startswith("5.")


def test_another_device_is_refused_by_naming_the_cuda_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CUDA here: a meta tensor that denies being one goes the way of any tensor on another device."""
    monkeypatch.setattr(torch.Tensor, "is_meta", property(lambda self: False))
    elsewhere = torch.zeros(4, 4, 3, device="meta")
    with pytest.raises(TypeError, match=r"cv\.blur: argument 'src' is on meta, and this is a CPU function: pass \.cpu"):
        cv.blur(elsewhere, (3, 3))
    with pytest.raises(TypeError, match=r"call cv\.cuda\.flip, or pass \.cpu\(\)"):
        cv.flip(elsewhere, 1)
    with pytest.raises(TypeError, match=r"cv\.ml\.StatModel\.predict: argument 'samples' is on meta"):
        cv.ml.SVM_create().predict(elsewhere)


@pytest.mark.gpu
def test_a_cuda_tensor_is_refused() -> None:
    for tensor in (torch.zeros(4, 4, device="cuda"), torch.zeros((), device="cuda")):
        with pytest.raises(TypeError, match="is on cuda:0, and this is a CPU function"):
            cv.flip(tensor, 1)


# --- results ----------------------------------------------------------------------------------------------------------


def test_no_detections_are_empty_tensors() -> None:
    blank = torch.zeros(128, 128, dtype=torch.uint8)
    if hasattr(cv, "HOGDescriptor"):
        hog = cv.HOGDescriptor()
        assert hog.svmDetector.shape == (0,)
        hog.setSVMDetector(cv.HOGDescriptor.getDefaultPeopleDetector())
        boxes, weights = hog.detectMultiScale(blank)
        assert boxes.shape == (0, 4)
        assert boxes.dtype == torch.int32
        assert weights.shape == (0,)
    kept = cv.dnn.NMSBoxes([], [], 0.5, 0.5)
    assert isinstance(kept, Tensor)
    assert kept.shape == (0,)
    contours, _ = cv.findContours(blank, cv.RETR_LIST, cv.CHAIN_APPROX_NONE)
    assert contours == ()


def test_cascades_without_detections() -> None:
    cascade_file = Path(cv2.data.haarcascades, "haarcascade_frontalface_default.xml")
    if not cascade_file.exists():
        pytest.skip(f"the wheel of OpenCV {cv2.__version__} has no cascades")
    cascade = cv.CascadeClassifier(str(cascade_file))
    faces = cascade.detectMultiScale(torch.zeros(128, 128, dtype=torch.uint8))
    assert faces.shape == (0, 4)
    for _ in faces:
        raise AssertionError
    faces, counts = cascade.detectMultiScale2(torch.zeros(128, 128, dtype=torch.uint8))
    assert faces.shape == (0, 4)
    assert counts.shape == (0,)


def test_without_stubs_everything_else_still_works(frame: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cv2 built at home may lack its stubs; only what needs types is then less clever."""
    monkeypatch.setattr(signature, "_stub_lines", lambda module: ())
    signature._stub_overloads.cache_clear()
    try:
        assert cv.circle(frame, (5, 5), 3, (1, 2, 3)) is frame
        with pytest.raises(TypeError, match=r"argument 'src' is torch\.bfloat16"):
            cv.flip(frame.bfloat16(), 1)
    finally:
        signature._stub_overloads.cache_clear()


def test_results_are_tensors_that_own_their_memory(frame: Tensor) -> None:
    small = cv.resize(frame, (8, 8))
    copy = small.clone()
    for _ in range(50):
        cv.resize(frame, (8, 8)).fill_(7)
    assert torch.equal(small, copy)


# --- classes ----------------------------------------------------------------------------------------------------------


def test_classes_made_by_factories_and_constructors() -> None:
    for made in (cv.SIFT_create(), cv.SIFT.create(), cv.ORB_create()):
        assert isinstance(made, cv.Feature2D)
        assert isinstance(made, cv.Algorithm)
    assert isinstance(cv.SIFT_create(), cv.SIFT)
    assert not isinstance(cv.SIFT_create(), cv.ORB)
    assert issubclass(cv.ml.SVM, cv.ml.StatModel)
    assert isinstance(cv.VideoCapture(), cv.VideoCapture)


def test_classes_can_be_derived_from() -> None:
    class Detector(cv.QRCodeDetector):  # type: ignore[misc, name-defined]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    detector = Detector("mine")
    found, *_ = detector.detect(torch.zeros(64, 64, dtype=torch.uint8))
    assert found is False
    assert detector.name == "mine"


def test_keypoints_and_descriptors(frame: Tensor) -> None:
    blurred = cv.GaussianBlur(cv.resize(frame, None, fx=4, fy=4), (0, 0), 2)
    grey = cv.cvtColor(blurred, cv.COLOR_BGR2GRAY)
    sift, plain = cv.SIFT_create(50), cv2.SIFT_create(50)
    keypoints, descriptors = sift.detectAndCompute(grey, None)
    expected, expected_descriptors = plain.detectAndCompute(grey.numpy(), None)
    assert [k.pt for k in keypoints] == [k.pt for k in expected]
    np.testing.assert_array_equal(descriptors.numpy(), expected_descriptors)
    assert torch.equal(cv.KeyPoint.convert(keypoints), torch.tensor([k.pt for k in expected]))
    drawn = cv.drawKeypoints(blurred, keypoints, None, (0, 255, 0))
    np.testing.assert_array_equal(drawn.numpy(), cv2.drawKeypoints(blurred.numpy(), expected, None, (0, 255, 0)))
    matches = cv.BFMatcher().knnMatch(descriptors, descriptors, k=2)
    assert all(isinstance(first, cv.DMatch) and first.distance == 0 for first, _ in matches)
    again, _ = sift.compute(grey, keypoints)
    assert len(again) == len(keypoints)


def test_properties_of_objects() -> None:
    point = cv.KeyPoint(1, 2, 3)
    point.pt = torch.tensor([4.5, 6.0])
    assert point.pt == (4.5, 6.0)
    point.octave = torch.tensor(3)
    assert point.octave == 3
    with pytest.raises(TypeError, match=r"cv\.KeyPoint\.pt: argument 'value' requires grad"):
        point.pt = torch.ones(2, requires_grad=True)
    with pytest.raises(AttributeError):
        point.nonsense = 1


def test_constructors_refuse_like_functions() -> None:
    with pytest.raises(TypeError, match=r"cv\.UMat: argument '\w+' is torch\.bfloat16"):
        cv.UMat(torch.zeros(3, 3, dtype=torch.bfloat16))


def test_umat(frame: Tensor) -> None:
    on_device = cv.UMat(frame)
    blurred = cv.GaussianBlur(on_device, (3, 3), 1)
    assert isinstance(blurred, cv.UMat)
    np.testing.assert_array_equal(blurred.get().numpy(), cv2.GaussianBlur(frame.numpy(), (3, 3), 1))


def test_mat_says_what_the_last_dimension_is() -> None:
    volume = torch.arange(24.0).reshape(2, 3, 4)
    as_volume, as_image = cv.Mat(volume), cv.Mat(volume, wrap_channels=True)
    assert isinstance(as_volume, cv2.Mat)
    assert not as_volume.wrap_channels
    assert as_image.wrap_channels
    for mat in (as_volume, as_image):
        assert torch.equal(cv.add(mat, mat), volume * 2)
    assert cv.sumElems(as_image)[:4] == tuple(volume.sum((0, 1)).tolist())
    as_volume[0, 0, 0] = 99
    assert volume[0, 0, 0] == 99, "the memory is shared"


def test_file_storage(tmp_path: Path, frame: Tensor) -> None:
    path = str(tmp_path / "camera.yml")
    storage = cv.FileStorage(path, cv.FILE_STORAGE_WRITE)
    storage.write("image", frame)
    storage.write("planar", frame.permute(2, 0, 1)[0])
    storage.write("ratio", torch.tensor(0.5))
    storage.release()
    storage = cv.FileStorage(path, cv.FILE_STORAGE_READ)
    assert isinstance(storage.getNode("image"), cv.FileNode)
    assert torch.equal(storage.getNode("image").mat(), frame)
    assert torch.equal(storage.getNode("planar").mat(), frame[..., 0])
    assert storage.getNode("ratio").real() == 0.5


def test_buffers_are_shared_too() -> None:
    nonsense = torch.frombuffer(bytearray(b"no network"), dtype=torch.uint8)
    with pytest.raises(cv2.error) as ours:
        cv.dnn.readNetFromONNX(nonsense)
    with pytest.raises(cv2.error) as theirs:
        cv2.dnn.readNetFromONNX(nonsense.numpy())
    assert str(ours.value) == str(theirs.value)


def test_encoding_and_decoding(tmp_path: Path, frame: Tensor) -> None:
    ok, encoded = cv.imencode(".png", frame)
    assert ok
    assert torch.equal(cv.imdecode(encoded, cv.IMREAD_COLOR), frame)
    path = str(tmp_path / "frame.png")
    assert cv.imwrite(path, frame.permute(2, 0, 1).contiguous().permute(1, 2, 0))
    assert torch.equal(cv.imread(path), frame)
    assert cv.imread(str(tmp_path / "missing.png")) is None


def test_video(tmp_path: Path) -> None:
    path = str(tmp_path / "clip.avi")
    writer = cv.VideoWriter(path, cv.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    assert writer.isOpened()
    for i in range(5):
        writer.write(torch.full((48, 64, 3), 40 * i, dtype=torch.uint8))
    writer.release()
    capture = cv.VideoCapture(path)
    into = torch.empty(48, 64, 3, dtype=torch.uint8)
    planar = torch.empty(3, 48, 64, dtype=torch.uint8)
    ok, first = capture.read()
    assert ok
    assert first.shape == (48, 64, 3)
    ok, second = capture.read(into)
    assert ok
    assert second is into
    assert abs(into.float().mean() - 40) < 4
    ok, third = capture.read(planar.permute(1, 2, 0))
    assert ok
    assert abs(planar.float().mean() - 80) < 4
    assert third.data_ptr() == planar.data_ptr()
    assert capture.grab()
    assert capture.retrieve(into)[1] is into
    assert capture.read()[0]
    assert capture.read() == (False, None)


def test_a_video_writer_says_when_it_cannot_open(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match=r"cv\.VideoWriter could not open .*nowhere/clip\.avi"):
        writer = cv.VideoWriter(str(tmp_path / "nowhere/clip.avi"), cv.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    assert not writer.isOpened()


def test_callbacks_and_their_data_pass_untouched() -> None:
    """The real events are in tests/e2e; here only what becomes of the arguments."""
    seen: list[object] = []
    data = [torch.zeros(2, 2, dtype=torch.int64)]

    def stand_in(windowName: str, onMouse: object, param: object = None) -> None:  # noqa: N803
        seen.extend((onMouse, param))

    stand_in.__doc__ = cv2.samples.findFile.__doc__ if not hasattr(cv2, "setMouseCallback") else None
    from torch_opencv._binding.signature import Signature
    from torch_opencv._binding.wrap import wrap_function

    bound = wrap_function(
        stand_in, Signature("setMouseCallback", cv2, "setMouseCallback(windowName, onMouse [, param])")
    )
    callback = seen.append
    bound("window", callback, data)
    assert seen[0] is callback
    assert seen[1] is data


def test_custom_layers_get_tensors() -> None:
    if not hasattr(cv, "dnn_registerLayer"):
        pytest.skip("this OpenCV has no custom layers in Python")
    kinds = []

    class Doubling:
        def __init__(self, params: dict[str, object], blobs: list[Tensor]) -> None:
            self.params = params

        def getMemoryShapes(self, inputs: list[object]) -> list[object]:  # noqa: N802
            return [inputs[0]]

        def forward(self, inputs: list[Tensor]) -> list[Tensor]:
            kinds.append(type(inputs[0]))
            return [inputs[0] * 2]

    cv.dnn_registerLayer("Doubling", Doubling)
    try:
        net = cv.dnn.Net()
        net.addLayerToPrev("double", "Doubling", cv.CV_32F, {})
        net.setInput(torch.arange(8.0).reshape(1, 2, 2, 2))
        result = net.forward()
    finally:
        cv.dnn_unregisterLayer("Doubling")
    assert kinds == [Tensor]
    assert torch.equal(result, 2 * torch.arange(8.0).reshape(1, 2, 2, 2))


def test_graphs_of_gapi(frame: Tensor) -> None:
    if not hasattr(cv, "GIn"):
        pytest.skip(f"the wheel of OpenCV {cv2.__version__} has no G-API")
    left, right = cv.GMat(), cv.GMat()
    graph = cv.GComputation(cv.GIn(left, right), cv.GOut(cv.gapi.add(left, right)))
    assert torch.equal(graph.apply(cv.gin(frame, frame)), cv.add(frame, frame))


def test_calls_from_many_threads(frame: Tensor) -> None:
    expected = cv.GaussianBlur(frame, (5, 5), 1)
    wrong: list[int] = []

    def work() -> None:
        dst = torch.empty_like(frame)
        wrong.extend(i for i in range(200) if not torch.equal(cv.GaussianBlur(frame, (5, 5), 1, dst), expected))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_scalar_results_are_python_numbers(frame: Tensor) -> None:
    grey = cv.cvtColor(frame, cv.COLOR_BGR2GRAY)
    low, high, where, _ = cv.minMaxLoc(grey)
    assert type(low) is float
    assert grey[where[1], where[0]] == low
    assert high == grey.max()
    assert cv.boundingRect(torch.tensor([[1, 2], [5, 9]], dtype=torch.int32)) == (1, 2, 5, 8)
    assert math.isclose(cv.contourArea(torch.tensor([[0, 0], [4, 0], [4, 3]], dtype=torch.int32)), 6.0)


def test_results_of_cv2s_python_code_and_numpys_numbers() -> None:
    """As `cv.misc` and G-API give them: namedtuples stay what they are, and numbers are Python's."""

    class Found(NamedTuple):
        image: Any
        count: Any

    convert = FromCv2(lambda type_: lambda x: x).convert
    found = convert(Found(np.zeros((2, 3), np.uint8), np.int32(7)))
    assert type(found) is Found
    assert type(found.image) is Tensor
    assert (found.count, type(found.count)) == (7, int)
    assert (convert(np.float64(0.5)), type(convert(np.float64(0.5)))) == (0.5, float)
    assert convert([np.float32(0.5), "text"]) == [0.5, "text"]
