"""Streams, events, `GpuMat`, devices, what is taken for an array, and which way a name goes."""

from __future__ import annotations

import inspect
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.cuda import _api, _routing

cuda: Any = cv.cuda

no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without CUDA")


@pytest.fixture
def frame() -> Tensor:
    return torch.randint(0, 256, (20, 30, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


# --- streams and events -----------------------------------------------------------------------------------------------


@no_cuda
def test_without_cuda_work_is_done_when_a_call_returns(frame: Tensor) -> None:
    stream, event = cuda.Stream(), cuda.Event()
    result = cuda.add(frame, 1, stream=stream)
    event.record(stream)
    stream.waitEvent(event)
    stream.waitForCompletion()
    event.waitForCompletion()
    assert stream.queryIfComplete() and event.queryIfComplete()
    assert stream.cudaPtr() == 0
    assert torch.equal(result, cuda.add(frame, 1, stream=cuda.Stream_Null()))


def test_events_measure_time() -> None:
    start, end = cuda.Event(), cuda.Event()
    start.record()
    end.record()
    end.waitForCompletion()
    assert 0 <= cuda.Event.elapsedTime(start, end) < 10_000
    assert cuda.Event_elapsedTime(start, end) == cuda.Event.elapsedTime(start, end)


def test_events_that_cannot_measure_say_so() -> None:
    recorded, never = cuda.Event(), cuda.Event()
    recorded.record()
    with pytest.raises(RuntimeError, match="'end' was never recorded: call record"):
        cuda.Event.elapsedTime(recorded, never)
    silent = cuda.Event(cuda.EVENT_DISABLE_TIMING)
    silent.record()
    with pytest.raises(RuntimeError, match="'start' was made with EVENT_DISABLE_TIMING"):
        cuda.Event.elapsedTime(silent, recorded)


def test_what_is_no_stream_is_refused(frame: Tensor) -> None:
    with pytest.raises(TypeError, match=r"argument 'stream' is int: pass a cv\.cuda\.Stream"):
        cuda.add(frame, 1, stream=3)
    with pytest.raises(TypeError, match="argument 'stream' is str"):
        cuda.Stream("default")


@pytest.mark.gpu
def test_work_is_queued_on_the_stream_that_is_given() -> None:
    frame = torch.randint(0, 256, (2000, 2000, 3), dtype=torch.uint8, device="cuda")
    expected = cuda.add(frame, 1)
    torch.cuda.synchronize()
    stream = cuda.Stream()
    with torch.cuda.stream(stream.torch):
        torch.cuda._sleep(200_000_000)
    result = cuda.add(frame, 1, stream=stream)
    assert not stream.queryIfComplete()
    stream.waitForCompletion()
    assert torch.equal(result, expected)


# --- GpuMat -----------------------------------------------------------------------------------------------------------


def test_a_gpumat_is_a_name_for_a_tensor(frame: Tensor) -> None:
    mat = cuda.GpuMat.over(frame)
    assert mat.tensor is frame
    assert (mat.size(), mat.channels(), mat.type(), mat.depth()) == ((30, 20), 3, cv2.CV_8UC3, cv2.CV_8U)
    assert (mat.elemSize(), mat.elemSize1(), mat.step, mat.step1()) == (3, 1, 90, 90)
    assert mat.cudaPtr() == frame.data_ptr()
    assert mat.isContinuous() and not mat.colRange(1, 5).isContinuous()
    assert not mat.empty() and cuda.GpuMat().empty()
    assert cuda.GpuMat().size() == (0, 0)


def test_a_program_of_cv2_cuda(frame: Tensor) -> None:
    mat = cuda.GpuMat()
    mat.upload(frame.numpy())
    gray = cuda.cvtColor(mat, cv2.COLOR_BGR2GRAY)
    small = cuda.resize(gray, (15, 10))
    assert isinstance(small, cuda.GpuMat)
    found = small.download()
    expected = cv2.resize(cv2.cvtColor(frame.numpy(), cv2.COLOR_BGR2GRAY), (15, 10))
    assert np.array_equal(found.numpy(), expected)


def test_making_gpumats(frame: Tensor) -> None:
    assert torch.equal(
        cuda.GpuMat(2, 3, cv2.CV_8UC2, (7, 9)).download(), torch.tensor([7, 9], dtype=torch.uint8).expand(2, 3, 2)
    )
    assert cuda.GpuMat((3, 2), cv2.CV_32F).tensor.shape == (2, 3)
    mat = cuda.GpuMat(frame)
    assert mat.tensor.data_ptr() != frame.data_ptr()
    assert torch.equal(cuda.GpuMat(mat, (4, 2, 5, 6)).tensor, frame[2:8, 4:9])
    assert torch.equal(cuda.GpuMat(mat, (2, 8), (4, 9)).tensor, frame[2:8, 4:9])
    assert cuda.GpuMat(mat).tensor is mat.tensor
    assert cuda.createContinuous(4, 5, cv2.CV_16SC2).tensor.shape == (4, 5, 2)
    large = cuda.GpuMat(10, 10, cv2.CV_8U, 3)
    address = large.cudaPtr()
    assert cuda.ensureSizeIsEnough(4, 5, cv2.CV_8U, large).cudaPtr() == address
    assert large.size() == (5, 4)


def test_views_share_memory(frame: Tensor) -> None:
    mat = cuda.GpuMat.over(frame)
    mat.row(3).setTo((1, 2, 3))
    assert torch.equal(frame[3], torch.tensor([1, 2, 3], dtype=torch.uint8).expand(30, 3))
    mat.col(4).setTo(0)
    mat.rowRange((5, 7)).setTo((9, 9, 9))
    mat.colRange(0, 2).setTo((8, 8, 8))
    assert (frame[8, 4] == 0).all() and (frame[5:7, 2:] == 9).all() and (frame[:, :2] == 8).all()
    assert mat.reshape(1).tensor.shape == (20, 90)
    assert mat.reshape(3, 10).tensor.data_ptr() == frame.data_ptr()
    with pytest.raises(ValueError, match="can't be 7 rows"):
        mat.reshape(1, 7)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.float32])
def test_masks_of_set_to_and_copy_to(dtype: torch.dtype) -> None:
    values = torch.arange(12).reshape(3, 4).to(dtype)
    mask = values.to(torch.int32) % 2 == 0
    mat, before = cuda.GpuMat.over(values.clone()), values.to(torch.int32)
    assert mat.setTo(60000 if dtype == torch.uint16 else 200, mask) is mat
    expected = torch.where(mask, 60000 if dtype == torch.uint16 else 200, before)
    assert torch.equal(mat.tensor.to(torch.int32), expected)
    target = cuda.GpuMat.over(torch.full((3, 4), 5).to(dtype))
    assert cuda.GpuMat.over(values).copyTo(mask, target) is target
    assert torch.equal(target.tensor.to(torch.int32), torch.where(mask, before, 5))
    assert torch.equal(cuda.GpuMat.over(values).copyTo(mask=mask).tensor.to(torch.int32), torch.where(mask, before, 0))
    copy = cuda.GpuMat.over(values).copyTo()
    assert torch.equal(copy.tensor, values) and copy.cudaPtr() != values.data_ptr()


@pytest.mark.parametrize(("alpha", "beta"), [(1, 0), (0.5, 3), (-2.5, 10.25)])
@pytest.mark.parametrize("depth", [cv2.CV_8U, cv2.CV_16S, cv2.CV_32F])
def test_convert_to_as_opencv(alpha: float, beta: float, depth: int) -> None:
    values = np.linspace(-300, 300, 601, dtype=np.float32).reshape(1, -1)
    expected = cv2.normalize(values, None, dtype=cv2.CV_32F, alpha=1, norm_type=cv2.NORM_INF) * 300 * alpha + beta
    found = cuda.GpuMat(values).convertTo(depth, None, alpha, beta).tensor.numpy()
    if depth == cv2.CV_32F:
        assert np.allclose(found, expected, atol=1e-3)
    else:
        info = np.iinfo(found.dtype)
        assert np.abs(found - np.clip(np.rint(expected), info.min, info.max)).max() <= 1
    target = cuda.GpuMat()
    assert cuda.GpuMat(values).convertTo(depth, alpha, beta, cuda.Stream(), target) is target
    assert np.array_equal(target.tensor.numpy(), found)


def test_a_gpumat_that_does_not_fit_is_given_new_memory(frame: Tensor) -> None:
    target = cuda.GpuMat(2, 2, cv2.CV_8U)
    assert cuda.add(frame, 1, target) is target
    assert torch.equal(target.tensor, cuda.add(frame, 1))


def test_downloads_go_where_they_are_asked_to(frame: Tensor) -> None:
    mat, dst = cuda.GpuMat(frame), torch.empty_like(frame)
    assert mat.download(cuda.Stream(), dst) is dst
    assert torch.equal(dst, frame)
    with pytest.raises(ValueError, match=r"GpuMat.download: argument 'dst' is .*, but the result is"):
        mat.download(dst=torch.empty(3))


# --- devices ----------------------------------------------------------------------------------------------------------


@no_cuda
def test_there_is_no_device() -> None:
    assert cuda.getCudaEnabledDeviceCount() == 0
    with pytest.raises(ValueError, match=r"cv\.cuda\.setDevice: argument 'device' is 0, and torch sees no CUDA device"):
        cuda.setDevice(0)
    with pytest.raises(RuntimeError, match="torch sees no CUDA device"):
        cuda.getDevice()
    with pytest.raises(ValueError, match="torch sees no CUDA device"):
        cuda.DeviceInfo()
    with pytest.raises(RuntimeError, match="no stream to wrap"):
        cuda.wrapStream(1)
    with pytest.raises(RuntimeError, match="no memory of one"):
        cuda.createGpuMatFromCudaMemory(1, 1, cv2.CV_8U, 1)


@pytest.mark.gpu
def test_device_info() -> None:
    info = cuda.DeviceInfo()
    assert info.totalMemory() >= info.freeMemory() > 0
    assert info.multiProcessorCount() > 0 and info.warpSize() == 32 and info.isCompatible()


# --- what is taken for an array ---------------------------------------------------------------------------------------


def test_arrays_of_others_are_taken_without_a_copy(frame: Tensor) -> None:
    class Foreign:
        def __dlpack__(self, **options: Any) -> Any:
            return frame.__dlpack__(**options)

        def __dlpack_device__(self) -> Any:
            return frame.__dlpack_device__()

    expected = cuda.add(frame, 1)
    assert torch.equal(cuda.add(Foreign(), 1), expected)
    assert torch.equal(cuda.add(frame.numpy(), 1), expected)
    assert torch.equal(torch.from_dlpack(cuda.GpuMat.over(frame)), frame)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (torch.zeros(3, 3, requires_grad=True), r"requires grad.*\.detach\(\)"),
        (torch.zeros(3, 3, dtype=torch.complex64), r"complex64.*view_as_real"),
        (torch.zeros(3, 3, dtype=torch.int64), r"int64, which OpenCV has no type for: pass \.to\(torch.int32\)"),
        (torch.zeros(3, 3, dtype=torch.bfloat16), r"bfloat16.*\.float\(\)"),
        (torch.zeros(3, 3).to_sparse(), r"not a dense tensor: pass \.to_dense\(\)"),
        (torch.zeros(3), r"has the shape \(3,\): pass an image"),
        (torch.zeros(2, 3, 4, 5, 6), "pass an image"),
    ],
)
def test_tensors_that_are_refused(wrong: Tensor, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"^cv\.cuda\.sqrt: argument 'src' .*{message}"):
        cuda.sqrt(wrong)


def test_arguments_on_two_devices_are_refused(frame: Tensor) -> None:
    with pytest.raises(
        ValueError, match=r"cv.cuda.add: argument 'src2' is on meta, but 'src1' is on cpu: pass src2\.to"
    ):
        cuda.add(frame, frame.to("meta"))
    with pytest.raises(ValueError, match=r"argument 'dst' is on cpu, but the result is on meta"):
        cuda.add(frame.to("meta"), 1, frame)


def test_wrong_calls_name_the_signature(frame: Tensor) -> None:
    with pytest.raises(TypeError, match=r"cv\.cuda\.flip: missing .*'flipCode': its signature is \(src, flipCode, dst"):
        cuda.flip(frame)


def test_masks_keep_what_was_there(frame: Tensor) -> None:
    mask = torch.zeros(20, 30, dtype=torch.bool)
    mask[5:9, 3:17] = True
    dst = torch.full_like(frame, 7)
    assert cuda.add(frame, frame, dst, mask) is dst
    expected = cv2.add(frame.numpy(), frame.numpy(), np.full((20, 30, 3), 7, np.uint8), mask.numpy().astype(np.uint8))
    assert np.array_equal(dst.numpy(), expected)
    assert (cuda.add(frame, frame, mask=mask)[~mask] == 0).all()
    assert (cuda.add(frame, frame, cuda.GpuMat(2, 2, cv2.CV_8U), mask).tensor[~mask] == 0).all()
    with pytest.raises(ValueError, match=r"argument 'mask' has the shape \(4, 4\), and the image \(20, 30, 3\)"):
        cuda.add(frame, frame, mask=mask[:4, :4])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("name", ["add", "subtract", "bitwise_and", "bitwise_or", "bitwise_xor"])
def test_masked_results_as_opencv(name: str, dtype: str) -> None:
    rng = np.random.default_rng(3)
    a, b, before = (rng.integers(0, 120, (9, 11, 3)).astype(dtype) for _ in range(3))
    mask = rng.integers(0, 2, (9, 11)).astype(np.uint8)
    dst = torch.from_numpy(before.copy())
    getattr(cuda, name)(torch.from_numpy(a), torch.from_numpy(b), dst, torch.from_numpy(mask))
    expected = getattr(cv2, name)(a, b, before.copy(), mask)
    assert np.array_equal(dst.numpy(), expected, equal_nan=dtype == "float32")  # the bits of floats may make NaN


def test_reductions_count_what_the_mask_selects() -> None:
    rng = np.random.default_rng(4)
    image, mask = rng.integers(0, 256, (13, 9), dtype=np.uint8), rng.integers(0, 2, (13, 9), dtype=np.uint8)
    a, m = torch.from_numpy(image), torch.from_numpy(mask)
    assert cuda.minMaxLoc(a, m) == cv2.minMaxLoc(image, mask)
    assert cuda.norm(a, cv2.NORM_L1, m) == cv2.norm(image, cv2.NORM_L1, mask)
    assert cuda.sum(a, m)[0] == image[mask > 0].sum()
    mean, deviation = cv2.meanStdDev(image, mask=mask)
    assert np.allclose(cuda.meanStdDev(a, m).numpy(), [[mean[0, 0], deviation[0, 0]]])
    theirs = cv2.normalize(image, np.zeros_like(image), 0, 90, cv2.NORM_MINMAX, -1, mask)
    assert np.abs(cuda.normalize(a, 0, 90, cv2.NORM_MINMAX, -1, mask=m).numpy().astype(int) - theirs).max() <= 1
    assert cuda.minMaxLoc(a, torch.zeros_like(m)) == (0.0, 0.0, (-1, -1), (-1, -1))


def test_results_may_be_written_into_a_channel(frame: Tensor) -> None:
    expected = torch.from_numpy(cv2.cvtColor(frame.numpy(), cv2.COLOR_BGR2GRAY))
    green = frame[..., 1].clone()
    cuda.cvtColor(frame, cv2.COLOR_BGR2GRAY, frame[..., 0])
    assert torch.equal(frame[..., 0], expected)
    assert torch.equal(frame[..., 1], green)


def test_an_empty_placeholder_of_another_dtype_is_left_alone(frame: Tensor) -> None:
    placeholder = torch.empty(0)
    flipped = cuda.flip(frame, 1, placeholder)
    assert flipped is not placeholder and torch.equal(flipped, frame.flip(1))
    assert placeholder.shape == (0,) and placeholder.dtype == torch.float32


def test_filters_are_of_one_type(frame: Tensor) -> None:
    blur = cuda.createGaussianFilter(cv2.CV_8UC1, -1, (3, 3), 0)
    with pytest.raises(
        ValueError, match=r"Filter\.apply: argument 'src' is CV_8UC3, and the filter was made for CV_8UC1"
    ):
        blur.apply(frame)


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("on_device", [False, True])
def test_maps_of_warps(inverse: bool, on_device: bool) -> None:
    affine = np.array([[0.8, -0.35, 4.3], [0.29, 0.91, -2.6]])
    perspective = np.array([[0.9, -0.2, 3.1], [0.15, 1.1, -2.2], [0.002, -0.004, 1.0]])
    grid = np.stack(np.meshgrid(np.arange(12.0), np.arange(7.0)), -1).reshape(1, -1, 2)
    for name, matrix in (("buildWarpAffineMaps", affine), ("buildWarpPerspectiveMaps", perspective)):
        square = np.vstack([matrix, [0, 0, 1]]) if len(matrix) == 2 else matrix
        expected = cv2.perspectiveTransform(grid, square if inverse else np.linalg.inv(square)).reshape(7, 12, 2)
        maps = [torch.empty(0), torch.empty(7, 12)]
        given = torch.from_numpy(matrix) if on_device else matrix
        x, y = getattr(cuda, name)(given, inverse, (12, 7), *maps)
        assert x is maps[0] and y is maps[1]
        assert np.allclose(x.numpy(), expected[..., 0], atol=1e-4)
        assert np.allclose(y.numpy(), expected[..., 1], atol=1e-4)
    assert getattr(cuda, name)(torch.from_numpy(matrix).to("meta"), inverse, (12, 7))[0].is_meta


def test_a_matrix_on_a_device_is_not_read() -> None:
    image, matrix = torch.zeros(5, 6, dtype=torch.uint8, device="meta"), torch.zeros(2, 3, device="meta")
    assert cuda.warpAffine(image, matrix, (4, 3)).shape == (3, 4)


def test_moments_of_an_order() -> None:
    image = torch.randint(0, 256, (9, 7), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
    theirs = cv2.moments(image.numpy())
    assert [cuda.numMoments(order) for order in (1, 2, 3)] == [3, 6, 10]
    for order in (1, 2, 3):
        found = cuda.convertSpatialMoments(cuda.spatialMoments(image, order=order), order, cv2.CV_64F)
        for name, value in found.items():
            expected = theirs[name] if int(name[-1]) + int(name[-2]) <= order else 0
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_even_levels() -> None:
    assert cuda.evenLevels(5, 0, 256).tolist() == [[0, 64, 128, 192, 256]]


# --- names ------------------------------------------------------------------------------------------------------------


def test_every_name_goes_one_way() -> None:
    for name in _routing.names():
        assert _routing.route(name) in ("native", "pass-through", "missing")
    assert _routing.route("add") == "native"
    assert set(_api.MODULES["cudawarping"]) <= set(_routing.NATIVE)


@pytest.mark.skipif(_routing.opencv_has_cuda(), reason="is about an OpenCV without CUDA")
def test_what_is_missing_says_so() -> None:
    with pytest.raises(AttributeError, match=r"cv\.cuda\.NvidiaOpticalFlow_2_0 is the optical-flow engine in NVIDIA's"):
        _ = cuda.NvidiaOpticalFlow_2_0
    why = _routing.why_missing("SURF_CUDA")
    assert why.startswith("cv.cuda.SURF_CUDA of OpenCV's module xfeatures2d is not native yet, and the installed")
    with pytest.raises(AttributeError, match=r"has no attribute 'resise', nor has OpenCV's CUDA API"):
        _ = cuda.resise
    assert "resize" in dir(cuda)


def test_native_functions_describe_themselves() -> None:
    for name, value in _routing.NATIVE.items():
        if callable(value):
            assert value.__doc__, name
        if inspect.isfunction(value):
            assert inspect.signature(value).parameters is not None
    assert list(inspect.signature(cuda.add).parameters) == ["src1", "src2", "dst", "mask", "dtype", "stream"]
    assert list(inspect.signature(cuda.resize).parameters) == [
        "src",
        "dsize",
        "dst",
        "fx",
        "fy",
        "interpolation",
        "stream",
    ]
