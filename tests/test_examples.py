"""The examples do what they say, on the images that they start from and on those of others.

They run in this process, since importing torch is most of what a short program takes. What they draw is held against
plain cv2 on arrays where that is what they show, and what they measure against what is known of the image.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
import torch

from torch_opencv.live.sources import SAMPLE

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")  # one would be a second line on stderr

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("[!_]*.py"))
OPENCV_SAMPLES = Path("/usr/share/doc/opencv-doc/examples/data")
TITLE = 28  # pixels: the strip above each image of a grid


Array = np.ndarray[Any, Any]


def read(path: Path) -> Array:
    image = cv2.imread(str(path))
    assert image is not None, f"{path} is no image"
    return image


@dataclass
class Outcome:
    """What an example printed, and what it drew."""

    said: str
    folder: Path
    name: str

    def numbers(self, pattern: str) -> list[float]:
        """The groups of the only place in what was printed that the pattern matches."""
        found = re.findall(pattern, self.said)
        assert len(found) == 1, f"{pattern!r} is {len(found)} times in: {self.said}"
        return [float(x) for x in (found[0] if isinstance(found[0], tuple) else found)]

    def drawn(self) -> Array:
        return read(self.folder / f"{self.name}.png")

    def panels(self, columns: int, rows: int) -> list[Array]:
        """The images of the grid that was drawn, without their titles."""
        whole = self.drawn()
        height, width = whole.shape[0] // rows, whole.shape[1] // columns
        return [
            whole[row * height + TITLE : (row + 1) * height, column * width : (column + 1) * width]
            for row in range(rows)
            for column in range(columns)
        ]


Example = Callable[..., Outcome]


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs an example by its name, in an empty folder."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: object) -> int:
        status: int = runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]([str(a) for a in arguments])
        return status

    return run


@pytest.fixture
def example(main: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Example:
    """Runs an example that must succeed and be quiet on stderr."""

    def run(name: str, *arguments: object) -> Outcome:
        status = main(name, *arguments)
        said, complaints = capsys.readouterr()
        assert (status, complaints) == (0, "")
        return Outcome(said, tmp_path, name)

    return run


def bgr(name: str) -> Array:
    """An image of scikit-image's, as the examples read it."""
    image: Array = getattr(skimage.data, name)()
    return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR)


def gray(name: str) -> Array:
    return cv2.cvtColor(bgr(name), cv2.COLOR_BGR2GRAY)


def moving_image(path: Path, right: int, down: int, frames: int) -> None:
    """A video of what moves by that many pixels from frame to frame."""
    whole = bgr("astronaut")
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (320, 240))
    for i in range(frames):
        y, x = 140 - i * down, 100 - i * right
        writer.write(np.ascontiguousarray(whole[y : y + 240, x : x + 320]))
    writer.release()


# --- all of them ------------------------------------------------------------------------------------------------------


def test_every_example_is_in_the_documentation() -> None:
    listed = re.findall(r"\((?:[^)]*/)?examples/(\w+)\.py\)", (EXAMPLES.parent / "docs" / "examples.md").read_text())
    assert sorted(listed) == NAMES


@pytest.mark.parametrize("name", ["contours"])
def test_runs_as_a_program(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / f"{name}.py")]
    done = subprocess.run([*command, "--output", "its.jpg"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("wrote its.jpg\n")
    assert read(tmp_path / "its.jpg").std() > 10

    done = subprocess.run([*command, "no_such.png"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{name}.py: argument image: there is no file no_such.png, and scikit-image has no such image\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["line_segments", "text.txt"], "text.txt isn't an image"),
        (["line_segments", "page", "--shortest", "999"], "no segment of 999 px"),
        (["svm", "--noise", "much"], "--noise: invalid float"),
        (["camera_calibration", "rocket", "rocket", "rocket"], "0 of 3 images show the board"),
        (["camera_calibration", "rocket", "coffee"], "differ in size"),
        (["camera_calibration", "--board", "2", "9"], "at least 3 x 3"),
        (["keypoints", "moon", "page"], "isn't in that scene"),
        (["keypoints", "flat.png"], "too few"),
        (["flann", "rocket"], "too few"),
        (["contours", "rocket", "--smallest", "99999"], "nothing of 99999"),
        (["filtering", "--size", "4"], "not an odd number"),
        (["filtering", "--output", "no_such_folder/x.png"], "no folder no_such_folder"),
        (["filtering", "--output", "x.foo"], "can't write an image called x.foo"),
        (["inpainting", "--mask", "rocket"], "must be of one size"),
        (["stitching", "rocket"], "two or more"),
        (["stitching", "rocket", "coffee"], "can't be joined"),
        (["optical_flow", "no_such.mp4"], "no video no_such.mp4"),
        (["optical_flow", "text.txt"], "isn't a video"),
        (["optical_flow", "--frame", "9999"], "ends too early"),
        (["optical_flow", "--apart", "0"], "1 is the least"),
        (["trackbar", "--threshold", "256"], "not within 0 to 255"),
        (["trackbar", "--show"], "window"),
        (["video_capture", "987"], "camera 987 can't be opened"),
        (["video_capture", "--output", "x.foo"], "can't write a video called x.foo"),
        (["video_capture", "--max-frames", "0"], "no frames"),
        (["background_subtraction", "text.txt"], "isn't a video"),
        (["cuda_faces", "rocket", "--cascade", "text.txt"], "no cascade"),
        (["cuda_faces", "--device", "toaster"], "toaster"),
        (["cuda_video", "text.txt"], "isn't a video"),
        (["cuda_video", "--frames", "1"], "2 is the least"),
        (["annotate", "text.txt"], "text.txt names not an image, and there is no such file"),
        (["own_model", "text.txt"], "text.txt names not an image, and there is no such file"),
        (["own_model", "--output", "own.avi"], "must end in .mp4 or .mkv"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_unusable_input_is_one_line_and_leaves_nothing(
    main: Callable[..., int],
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("OPENCV_LOG_LEVEL", raising=False)
    (tmp_path / "text.txt").write_text("not an image")
    cv2.imwrite(str(tmp_path / "flat.png"), np.full((100, 100, 3), 128, np.uint8))
    before = set(tmp_path.iterdir())
    with pytest.raises(SystemExit) as exit_:
        main(*arguments)
    said = capfd.readouterr().err  # what C++ and FFmpeg print, too
    assert exit_.value.code == 2
    assert complaint in said
    assert said.count("\n") == 1
    assert set(tmp_path.iterdir()) == before


# --- each of them -----------------------------------------------------------------------------------------------------


def test_line_segments_are_those_of_cv2(example: Example) -> None:
    outcome = example("line_segments")
    lsd = cv2.createLineSegmentDetector().detect(gray("rocket"))[0].reshape(-1, 4)
    edges = cv2.Canny(gray("rocket"), 80, 160)
    hough = cv2.HoughLinesP(edges, 1, np.pi / 180, 30, minLineLength=15, maxLineGap=3)
    assert hough is not None
    for name, segments in (("LSD", lsd), ("Hough", hough.reshape(-1, 4))):
        lengths = np.hypot(*(segments[:, 2:] - segments[:, :2]).T)
        lengths = lengths[lengths >= 15]
        count, total, longest = outcome.numbers(rf"{name}: (\d+) segments, (\d+) px in all, the longest ([\d.]+) px")
        assert count == len(lengths)
        assert total == pytest.approx(lengths.sum(), abs=1)
        assert longest == pytest.approx(lengths.max(), abs=0.1)
    np.testing.assert_array_equal(outcome.panels(2, 2)[1], cv2.cvtColor(edges, cv2.COLOR_GRAY2BGR))


def test_line_segments_of_a_square(example: Example, tmp_path: Path) -> None:
    square = np.zeros((200, 200, 3), np.uint8)
    cv2.rectangle(square, (50, 50), (150, 150), (255, 255, 255), cv2.FILLED)
    cv2.imwrite(str(tmp_path / "square.png"), square)
    outcome = example("line_segments", "square.png", "--shortest", 60)
    for name in ("LSD", "Hough"):
        count, longest = outcome.numbers(rf"{name}: (\d+) segments, .* the longest ([\d.]+) px")
        assert count == 4
        assert longest == pytest.approx(100, abs=3)


def test_svm_learns_the_spirals(example: Example) -> None:
    outcome = example("svm")
    learnt, unseen = outcome.numbers(r"right: ([\d.]+)% of the points it learnt from, ([\d.]+)% of 3000 others")
    assert learnt > 98
    assert unseen > 97
    vectors, points = outcome.numbers(r": (\d+) of (\d+) points are support vectors")
    assert 10 < vectors < points / 2
    assert outcome.drawn().shape == (480, 480, 3)


def test_svm_is_that_of_cv2(example: Example) -> None:
    module = runpy.run_path(str(EXAMPLES / "svm.py"))
    generator = torch.Generator().manual_seed(0)
    points, labels = module["spirals"](100, 0.35, generator)
    unseen, truth = module["spirals"](1000, 0.35, generator)
    machine = cv2.ml.SVM.create()
    machine.setType(cv2.ml.SVM_C_SVC)
    machine.setKernel(cv2.ml.SVM_RBF)
    machine.setC(10)
    machine.setGamma(10)
    machine.train(points.numpy(), cv2.ml.ROW_SAMPLE, labels.numpy())
    right = (machine.predict(unseen.numpy())[1][:, 0] == truth.numpy()).mean()
    outcome = example("svm")
    assert outcome.numbers(r"([\d.]+)% of 3000 others") == [pytest.approx(100 * right, abs=0.051)]
    assert outcome.numbers(r": (\d+) of 300 points are support") == [len(machine.getSupportVectors())]


def test_svm_chooses_its_parameters(example: Example) -> None:
    outcome = example("svm", "--auto")
    assert outcome.numbers(r"learnt from, ([\d.]+)% of 3000 others")[0] > 95
    assert outcome.numbers(r"C ([\d.]+), gamma [\d.]+:") != [10]


@pytest.mark.skipif(
    not hasattr(cv2, "data") or not Path(cv2.data.haarcascades, "haarcascade_eye.xml").is_file(),
    reason="the wheels of OpenCV 5 bring no cascades along",
)
def test_faces_on_a_device(example: Example) -> None:
    outcome = example("cuda_faces")
    count, size, x, y = outcome.numbers(r"(\d) faces: (\d+) px at (\d+), (\d+)")
    assert count == 1 and 70 < size < 140
    face = bgr("astronaut")[int(y) : int(y + size), int(x) : int(x + size)]
    expected = cv2.resize(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), (96, 96))
    assert np.abs(outcome.drawn()[..., 0].astype(int) - expected).max() <= 1


def test_a_program_of_cv2_cuda(example: Example, tmp_path: Path) -> None:
    moving_image(tmp_path / "moving.avi", right=2, down=1, frames=5)
    outcome = example("cuda_video", "moving.avi", "--frames", 5, "--width", 160)
    foreground, moved = outcome.numbers(r"([\d.]+)% of the last frame is foreground; things move ([\d.]+) px")
    assert foreground > 5
    assert moved == pytest.approx(np.hypot(2, 1) / 2, abs=0.35)


def test_camera_calibration_recovers_the_lens(example: Example) -> None:
    outcome = example("camera_calibration")
    seen, all_, error = outcome.numbers(r"(\d+) of (\d+) images, error ([\d.]+) px")
    assert seen == all_ == 8
    assert error < 0.1
    found, truth = (
        outcome.numbers(
            rf"{which}: focal length ([\d.]+) ([\d.]+) px, centre ([\d.]+) ([\d.]+) px, "
            r"k ([\d.-]+) ([\d.-]+), p ([\d.-]+) ([\d.-]+)"
        )
        for which in ("found", "truth")
    )
    assert found[:2] == pytest.approx(truth[:2], rel=0.002)
    assert found[2:4] == pytest.approx(truth[2:4], abs=1)
    assert found[4] == pytest.approx(truth[4], abs=0.005)
    assert found[5] == pytest.approx(truth[5], abs=0.02)
    assert found[6:] == pytest.approx(truth[6:], abs=0.001)
    # the errors printed for each image, which torch computes, make the one that calibrateCamera returns
    each = [float(x) for x in re.findall(r"corners off by ([\d.]+) px", outcome.said)]
    assert np.sqrt(np.mean(np.square(each))) == pytest.approx(error, abs=0.001)


@pytest.mark.skipif(not OPENCV_SAMPLES.is_dir(), reason="needs photographs of a chessboard: apt-get install opencv-doc")
def test_camera_calibration_from_photographs(example: Example) -> None:
    photographs = sorted(OPENCV_SAMPLES.glob("left[01][0-9].jpg"))
    outcome = example("camera_calibration", *photographs)
    seen, all_, error = outcome.numbers(r"(\d+) of (\d+) images, error ([\d.]+) px")
    assert seen == all_ == 13
    assert error < 0.25
    assert outcome.numbers(r"focal length ([\d.]+)") == [pytest.approx(533, abs=3)]


@pytest.mark.parametrize(("kind", "off"), [("sift", 1.0), ("orb", 2.0)])
def test_keypoints_find_the_image(example: Example, kind: str, off: float) -> None:
    outcome = example("keypoints", "--keypoints", kind)
    (matches,) = outcome.numbers(r"(\d+) matches pass")
    inliers, mean = outcome.numbers(r"(\d+) of them agree on a homography, within ([\d.]+) px")
    assert inliers > 0.9 * matches > 200
    assert mean < 1.5
    assert outcome.numbers(r"corners are off by at most ([\d.]+) px")[0] < off
    yellow = (outcome.drawn() == (0, 255, 255)).all(-1)
    assert yellow[:, 512:].sum() > 1000 > yellow[:, :512].sum()  # the outline is in the scene


def test_keypoints_in_a_scene_of_ones_own(example: Example, tmp_path: Path) -> None:
    scene = cv2.resize(bgr("coffee"), None, fx=0.8, fy=0.8)
    cv2.imwrite(str(tmp_path / "scene.png"), scene)
    outcome = example("keypoints", "coffee", "scene.png")
    assert outcome.numbers(r"(\d+) of them agree")[0] > 100
    assert "corners" not in outcome.said


def test_flann_finds_every_image(example: Example) -> None:
    outcome = example("flann")
    right, pieces = outcome.numbers(r"(\d) of (\d) pieces found")
    assert right == pieces == 8
    few = outcome.numbers(r"([\d.]+)% of \d+ nearest")[0]
    many = example("flann", "--checks", 1000).numbers(r"([\d.]+)% of \d+ nearest")[0]
    assert 85 < few < many
    assert many > 99


def test_contours_are_the_coins(example: Example) -> None:
    outcome = example("contours")
    count, mean, smallest, largest = outcome.numbers(
        r"(\d+) things, ([\d.]+) px across on average, from ([\d.]+) to ([\d.]+) px"
    )
    assert count == 24
    assert 35 < smallest < mean < largest < 65
    assert min(float(x) for x in re.findall(r"roundness ([\d.]+)", outcome.said)) > 0.95


def test_contours_measure_what_is_drawn(example: Example, tmp_path: Path) -> None:
    discs = np.full((300, 400, 3), 200, np.uint8)
    for x, radius in ((70, 30), (180, 40), (310, 20)):
        cv2.circle(discs, (x, 150), radius, (60, 60, 60), cv2.FILLED)
    cv2.imwrite(str(tmp_path / "discs.png"), discs)
    outcome = example("contours", "discs.png", "--dark")
    across = [float(x) for x in re.findall(r"\d+: +([\d.]+) px across", outcome.said)]
    assert across == pytest.approx([80, 60, 40], abs=2)


def test_filtering_is_that_of_cv2(example: Example) -> None:
    outcome = example("filtering", "--size", 7)
    frame, grey = bgr("chelsea"), gray("chelsea")
    sharpen = np.array([[-0.25] * 3, [-0.25, 3, -0.25], [-0.25] * 3], np.float32)
    gradient = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    expected = {
        "image": frame,
        "box 7": cv2.blur(frame, (7, 7)),
        "Gaussian 7": cv2.GaussianBlur(frame, (7, 7), 0),
        "median 7": cv2.medianBlur(frame, 7),
        "bilateral 7": cv2.bilateralFilter(frame, 7, 60, 7),
        "sharpened": cv2.filter2D(frame, -1, sharpen),
        "motion 7": cv2.filter2D(frame, -1, np.eye(7, dtype=np.float32) / 7),
        "gradient (Sobel)": None,  # torch and NumPy may round a square root otherwise
        "edges (Canny)": cv2.cvtColor(cv2.Canny(grey, 60, 160), cv2.COLOR_GRAY2BGR),
    }
    panels = dict(zip(expected, outcome.panels(3, 3), strict=True))
    for name, image in expected.items():
        if image is not None:
            np.testing.assert_array_equal(panels[name], image, err_msg=name)
            (sharpness,) = outcome.numbers(rf"{re.escape(name)} +sharpness +([\d.]+)")
            laplacian = cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_32F)
            assert sharpness == pytest.approx(laplacian.var(), rel=1e-3, abs=0.1)
    expected_gradient = gradient * 255 / gradient.max()
    np.testing.assert_allclose(panels["gradient (Sobel)"][..., 0], expected_gradient, atol=1.01)


def test_denoising_is_that_of_cv2_and_cleans(example: Example) -> None:
    outcome = example("denoising", "chelsea", "--strength", 12)
    noisy, gaussian, bilateral, nlm = outcome.panels(2, 2)
    clean = bgr("chelsea")
    np.testing.assert_array_equal(gaussian, cv2.GaussianBlur(noisy, (0, 0), 1))
    np.testing.assert_array_equal(bilateral, cv2.bilateralFilter(noisy, 7, 60, 3))
    np.testing.assert_array_equal(nlm, cv2.fastNlMeansDenoisingColored(noisy, None, 12, 12, 5, 15))
    for name, panel in (("noisy", noisy), ("Gaussian blur", gaussian), ("non-local means", nlm)):
        assert outcome.numbers(rf"{name}, ([\d.]+) dB") == [pytest.approx(cv2.PSNR(clean, panel), abs=0.006)]


def test_denoising_gains(example: Example) -> None:
    outcome = example("denoising")
    noisy, cleaned = (outcome.numbers(rf"{name}, ([\d.]+) dB")[0] for name in ("noisy", "non-local means"))
    assert cleaned > noisy + 6


def test_denoising_an_image_as_it_is(example: Example) -> None:
    outcome = example("denoising", "chelsea", "--sigma", 0, "--strength", 3)
    assert "dB" not in outcome.said
    np.testing.assert_array_equal(outcome.panels(2, 2)[0], bgr("chelsea"))


def test_inpainting_is_that_of_cv2_and_fills(example: Example) -> None:
    outcome = example("inpainting")
    mask, damaged, telea, navier_stokes = outcome.panels(2, 2)
    mask = mask[..., 0]
    np.testing.assert_array_equal(telea, cv2.inpaint(damaged, mask, 4, cv2.INPAINT_TELEA))
    np.testing.assert_array_equal(navier_stokes, cv2.inpaint(damaged, mask, 4, cv2.INPAINT_NS))
    whole = bgr("astronaut")
    np.testing.assert_array_equal(telea[mask == 0], whole[mask == 0])
    after, before = outcome.numbers(r"Telea, ([\d.]+) dB \(([\d.]+) before\)")
    assert after == pytest.approx(cv2.PSNR(whole[mask > 0], telea[mask > 0]), abs=0.006)
    assert after > before + 12


def test_inpainting_with_a_mask(example: Example, tmp_path: Path) -> None:
    mask = np.zeros((300, 451, 3), np.uint8)
    mask[100:120, 50:400] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    outcome = example("inpainting", "chelsea", "--mask", "mask.png")
    assert "dB" not in outcome.said
    np.testing.assert_array_equal(outcome.panels(2, 2)[0], mask)
    expected = bgr("chelsea")
    expected[mask[..., 0] > 0] = 255
    expected = cv2.inpaint(expected, mask[..., 0], 4, cv2.INPAINT_TELEA)
    np.testing.assert_array_equal(outcome.panels(2, 2)[2], expected)


def test_stitching_restores_the_photograph(example: Example) -> None:
    outcome = example("stitching")
    used, pieces, width, height = outcome.numbers(r"(\d) of (\d) images make a panorama of (\d+) x (\d+)")
    assert used == pieces == 3
    assert (width, height) == pytest.approx((512, 512), abs=6)
    assert outcome.drawn().shape == (height, width, 3)
    assert outcome.numbers(r"correlate by ([\d.]+)")[0] > 0.98


def test_optical_flow_is_the_shift(example: Example, tmp_path: Path) -> None:
    moving_image(tmp_path / "moving.avi", right=3, down=-2, frames=6)
    outcome = example("optical_flow", "moving.avi", "--frame", 1, "--apart", 2)
    assert outcome.numbers(r"Farneback: ([\d.+-]+) right, ([\d.+-]+) down") == pytest.approx([6, -4], abs=0.3)
    assert outcome.numbers(r"Lucas-Kanade: ([\d.+-]+) right, ([\d.+-]+) down") == pytest.approx([6, -4], abs=0.1)
    # right and up is between red (right) and blue-violet (up): the wheel's hues go clockwise from 0 to 360 degrees
    flow = cv2.cvtColor(outcome.panels(2, 1)[1], cv2.COLOR_BGR2HSV)[100:200, 60:200, 0] * 2.0
    assert np.median(flow) == pytest.approx(np.degrees(np.arctan2(-4, 6)) % 360, abs=5)


def test_optical_flow_of_the_sample(example: Example) -> None:
    outcome = example("optical_flow")
    farneback = outcome.numbers(r"Farneback: ([\d.+-]+) right, ([\d.+-]+) down")
    tracked = outcome.numbers(r"Lucas-Kanade: ([\d.+-]+) right, ([\d.+-]+) down")
    assert farneback[0] < -5  # the cat moves to the left in that part of the sample
    assert tracked[0] < -5


def test_trackbar_without_a_window(example: Example) -> None:
    outcome = example("trackbar")
    otsu, _ = cv2.threshold(gray("coffee"), 0, 255, cv2.THRESH_OTSU)
    assert outcome.numbers(r"threshold (\d+) \(--show") == [otsu]

    outcome = example("trackbar", "--threshold", 180)
    kept = gray("coffee") > 180
    kept[:40] = False  # there is writing
    np.testing.assert_array_equal(outcome.drawn()[kept], bgr("coffee")[kept])
    dropped = gray("coffee") <= 180
    dropped[:40] = False
    np.testing.assert_array_equal(outcome.drawn()[dropped], (gray("coffee")[dropped] // 3)[:, None].repeat(3, 1))


def frames_of(path: Path) -> list[Array]:
    capture, frames = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        frames.append(read[1])
    return frames


def test_video_capture_records_the_sample(example: Example, tmp_path: Path) -> None:
    original = frames_of(SAMPLE)
    outcome = example("video_capture")
    count, width, height = outcome.numbers(r"(\d+) frames of (\d+) x (\d+)")
    recorded, likeness = outcome.numbers(r"wrote video_capture.mp4: (\d+) frames, .* to ([\d.]+) dB")
    assert count == recorded == len(original)
    assert (height, width, 3) == original[0].shape
    assert likeness > 30
    between = [np.abs(a.astype(int) - b).mean() for a, b in zip(original[1:], original[:-1], strict=True)]
    assert outcome.numbers(r"changing by ([\d.]+)") == [pytest.approx(sum(between) / count, abs=0.006)]

    copied = frames_of(tmp_path / "video_capture.mp4")
    for i in (0, 120, count - 1):  # each frame is there, in its place, above the curve and under the writing
        middle = slice(60, 200)
        assert cv2.PSNR(copied[int(i)][middle], original[int(i)][middle]) > 30
    assert [path.name for path in tmp_path.iterdir()] == ["video_capture.mp4"]


def test_video_capture_over_its_own_source(example: Example, tmp_path: Path) -> None:
    moving_image(tmp_path / "own.avi", right=1, down=1, frames=9)
    outcome = example("video_capture", "own.avi", "--output", "own.avi", "--max-frames", 5)
    assert outcome.numbers(r"wrote own.avi: (\d+) frames") == [5]
    assert len(frames_of(tmp_path / "own.avi")) == 5


@pytest.mark.parametrize(("method", "overlap"), [("mog2", 0.9), ("knn", 0.95)])
def test_background_subtraction_finds_what_moves(example: Example, method: str, overlap: float) -> None:
    outcome = example("background_subtraction", "--method", method)
    assert outcome.numbers(r"(\d+) things move in the last frame; ([\d.]+)%") == [1, pytest.approx(10.4, abs=0.5)]
    assert outcome.numbers(r"over union with the truth: ([\d.]+)")[0] > overlap
    background = outcome.panels(3, 1)[2]
    assert cv2.PSNR(background, bgr("rocket")) > 27


# --- on images and videos of others ---------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.parametrize("name", ["line_segments", "contours", "filtering", "denoising", "inpainting", "trackbar"])
def test_of_a_photograph(example: Example, shared_data: Path, name: str) -> None:
    photograph = sorted((shared_data / "content").iterdir())[5]
    outcome = example(name, photograph)
    height, width = read(photograph).shape[:2]
    drawn = outcome.drawn()
    assert drawn.shape[0] % height == 0 or drawn.shape[0] % (height + TITLE) == 0
    assert drawn.shape[1] % width == 0
    assert drawn.std() > 10


@pytest.mark.data
def test_keypoints_of_a_painting(example: Example, shared_data: Path) -> None:
    outcome = example("keypoints", sorted((shared_data / "styles").glob("*starry*"))[0])
    assert outcome.numbers(r"corners are off by at most ([\d.]+) px")[0] < 5


@pytest.mark.data
def test_flann_among_photographs(example: Example, shared_data: Path) -> None:
    photographs = sorted((shared_data / "imagenet").glob("*.jpg"))[:20]
    right, pieces = example("flann", *photographs).numbers(r"(\d+) of (\d+) pieces found")
    assert pieces == 20
    assert right >= 19  # a sky or a blur may have nothing to be told by


def test_own_model_frames_what_moves(example: Example, tmp_path: Path) -> None:
    video = tmp_path / "square.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 25, (320, 240))
    for i in range(20):
        image = np.full((240, 320, 3), 60, np.uint8)
        image[100:140, 10 * i : 10 * i + 40] = 220
        writer.write(image)
    writer.release()
    assert example("own_model", video).said == "processed 20 frames, wrote own_model.mp4\n"
    last = frames_of(tmp_path / "own_model.mp4")[-1].astype(int)
    framed = np.argwhere(last[..., 2] - last[..., 0] > 90)  # the frame is orange, the rest grey
    (top, left), (bottom, right) = framed.min(axis=0), framed.max(axis=0)
    assert np.abs(np.array([top, left, bottom, right]) - [100, 190, 140, 230]).max() < 14


@pytest.mark.data
def test_stitching_pieces_of_a_painting(example: Example, shared_data: Path, tmp_path: Path) -> None:
    painting = cv2.resize(
        read(sorted((shared_data / "styles").glob("*starry*"))[0]), (900, 700), interpolation=cv2.INTER_AREA
    )
    pieces = []
    for i, left in enumerate((0, 200, 400)):
        pieces.append(tmp_path / f"{i}.png")
        cv2.imwrite(str(pieces[-1]), painting[:, left : left + 500])
    outcome = example("stitching", "--flat", *pieces)
    used, width, height = outcome.numbers(r"(\d) of 3 images make a panorama of (\d+) x (\d+)")
    assert used == 3
    assert (width, height) == pytest.approx((900, 700), abs=9)


@pytest.mark.data
def test_optical_flow_of_cars(example: Example, shared_data: Path) -> None:
    outcome = example("optical_flow", shared_data / "video" / "car-detection.mp4", "--frame", 70, "--apart", 1)
    assert outcome.numbers(r"up to ([\d.]+) px")[0] > 5
    assert outcome.numbers(r"median of (\d+) corners")[0] > 50


@pytest.mark.data
def test_video_capture_of_a_webcam(example: Example, shared_data: Path) -> None:
    source = shared_data / "video" / "asl_gestures_book.mkv"
    outcome = example("video_capture", source, "--output", "book.mp4")
    assert outcome.numbers(r"wrote book.mp4: (\d+) frames") == [min(300, len(frames_of(source)))]


@pytest.mark.data
def test_background_subtraction_of_cars(example: Example, shared_data: Path) -> None:
    video = shared_data / "video" / "car-detection.mp4"
    things, share = example("background_subtraction", video, "--frames", 75).numbers(
        r"(\d+) things move in the last frame; ([\d.]+)%"
    )
    assert things >= 1
    assert share > 1
    empty = example("background_subtraction", video, "--frames", 20)
    assert empty.numbers(r"(\d+) things move") == [0]
