"""Faces: the networks against face-api.js's own times, the loop against one by hand, the program, and tracking.

    python benchmarks/faces.py [--rounds N] [--only networks|loop|program|tracking] [--clock wall|cpu]

- networks: each one through `runtime.accelerate`, one face or image, beside face-api.js's time for the same (wasm,
  one thread; shared/data/faceapi/README.md, section 9). Those were measured on another day: the ratio is a rough one.
- loop: a 640x480 video with one face, milliseconds a frame without reading the video. "by hand" is the original demo's
  way: Viola-Jones at half the size, then Levi's and Hassner's two networks in cv2.dnn, with random weights, which take
  as long. All contenders take the same frames in turn, so that a noisy spell hits all.
- program: `torch-opencv faces` on the webcam videos, with decoding, and writing the results: processor time of all
  threads, and frames a second. What it takes to start is measured with one frame of each video, and left out.
- tracking: identities and flips of labels a minute, with and without it, on webcam videos and on a composed one: two
  faces that cross, one behind the other, of which one then leaves and comes back.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.nets import faceapi
from torch_opencv.vision.faces import Face, FaceAnalyzer, FaceTracker, published

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
CPU = torch.device("cpu")
FRAMES_A_SECOND = 30.0  # of the videos

# face-api.js in milliseconds: the means of the two runs.
NETWORKS: list[tuple[type[torch.nn.Module], int, float]] = [
    (faceapi.SsdMobilenet, 512, 581),
    (faceapi.TinyFaceDetector, 416, 135),
    (faceapi.TinyFaceDetector, 224, 39),
    (faceapi.Landmarks68, 112, 17.7),
    (faceapi.Landmarks68Tiny, 112, 11.5),
    (faceapi.Expression, 112, 16.4),
    (faceapi.AgeGender, 112, 22.4),
    (faceapi.Descriptor, 150, 51),
]
WHOLE_CHAIN = 692.0


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
clock = CLOCKS["wall"]


def milliseconds(call: Callable[[], object]) -> float:
    start = clock()
    call()
    return (clock() - start) * 1e3


def median(call: Callable[[], object], rounds: int) -> float:
    call()
    return statistics.median(milliseconds(call) for _ in range(rounds))


def networks(rounds: int) -> None:
    print(f"{'network':28}{'ours, ms':>10}{'face-api.js':>13}{'ratio':>8}")
    for kind, size, theirs in NETWORKS:
        network = published.accelerated(published.load(kind), size, CPU, kind.__name__)
        image = torch.rand(1, 3, size, size) * 255
        ours = median(lambda: network(image), rounds)  # noqa: B023 (called at once)
        print(f"{kind.__name__ + ' ' + str(size):28}{ours:10.1f}{theirs:13.1f}{theirs / ours:8.1f}")
    chain = FaceAnalyzer("ssd", device=CPU, descriptors=True)
    frame = cv.imread(str(DATA / "faceapi" / "images" / "skimage_astronaut.png"))
    ours = median(lambda: chain(frame), rounds)
    print(f"{'whole chain, one face':28}{ours:10.1f}{WHOLE_CHAIN:13.1f}{WHOLE_CHAIN / ours:8.1f}")


def video(name: str) -> list[Tensor]:
    capture = cv.VideoCapture(str(DATA / "video" / name))
    frames = []
    while True:
        ok, frame = capture.read()
        if not ok:
            return frames
        frames.append(frame)


def by_hand() -> Callable[[Tensor], object] | None:
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        print("this OpenCV can't read Caffe networks: no loop by hand")
        return None
    sys.path.insert(0, str(ROOT))
    from tests.nets.test_levi_hassner import PROTOTXT, caffe_file, random_weights

    nets = [
        cv2.dnn.readNetFromCaffe(bytearray((PROTOTXT % n).encode()), bytearray(caffe_file(random_weights(n))))
        for n in (8, 2)
    ]
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def step(frame: Tensor) -> None:
        image = frame.numpy()
        grey = cv2.cvtColor(cv2.resize(image, None, fx=0.5, fy=0.5), cv2.COLOR_BGR2GRAY)
        found = cascade.detectMultiScale(grey)
        # Haar misses the face in some frames; it is charged for one in each, as the others find one.
        x, y, w, h = (2 * int(side) for side in (found[0] if len(found) else (100, 50, 100, 100)))
        blob = cv2.dnn.blobFromImage(image[y : y + h, x : x + w], 1, (227, 227), (78, 88, 115))
        for net in nets:
            net.setInput(blob)
            net.forward()

    return step


def loop(rounds: int) -> None:
    frames = [*video("asl_gestures_book.mkv")][: max(rounds, 12)]
    tiny, ssd = FaceAnalyzer("tiny", device=CPU), FaceAnalyzer("ssd", device=CPU)
    described = FaceAnalyzer("tiny", device=CPU, descriptors=True)
    recognition = FaceAnalyzer("tiny", model=None, device=CPU, descriptors=True)
    contenders: dict[str, Callable[[Tensor], object] | None] = {
        "by hand": by_hand(),
        "tiny, every frame": tiny,
        "tiny, tracked": FaceTracker(tiny),
        "tiny on every 3rd, tracked": FaceTracker(tiny, every=3),
        "... with descriptors": FaceTracker(described, every=3),
        "recognition: described only": recognition,
        "... tracked, on every 3rd": FaceTracker(recognition, every=3),
        "ssd on every 6th, tracked": FaceTracker(ssd, every=6),
        "ssd, every frame": ssd,
    }
    times: dict[str, list[float]] = {name: [] for name, call in contenders.items() if call}
    for number, frame in enumerate(frames):
        for name, call in contenders.items():
            if call:
                spent = milliseconds(lambda: call(frame))  # noqa: B023 (called at once)
                if number >= 2:
                    times[name].append(spent)
    means = {name: statistics.mean(all_of_them) for name, all_of_them in times.items()}
    print(f"\n{'640x480, one face':28}{'ms, mean':>10}{'a second':>10}{'by hand / it':>14}")
    for name, mean in means.items():
        print(f"{name:28}{mean:10.1f}{1e3 / mean:10.1f}{means.get('by hand', mean) / mean:14.2f}")


def program() -> None:
    print(f"\n{'torch-opencv faces, 640x480':36}{'cpu, ms a frame':>16}{'frames a second':>17}")
    for options in ("", "--detect-every 1", "--no-track", "--detector ssd --detect-every 6"):
        start, whole = run_program("--max-frames", "1", *options.split()), run_program(*options.split())
        frames, busy, took = (all_of_it - first for all_of_it, first in zip(whole, start, strict=True))
        print(f"{options or '(as it is)':36}{busy / frames * 1e3:16.1f}{frames / took:17.1f}")


def run_program(*options: str) -> tuple[int, float, float]:
    """How many frames were processed, the processor time of all threads, and the time it took, in seconds."""
    videos = [str(DATA / "video" / f"asl_gestures_{name}.mkv") for name in ("again", "bird", "book")] * 3
    command = [sys.executable, "-m", "torch_opencv", "faces", *videos, "--view", "none", "--results", "-", *options]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.count("\n")
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return lines, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took


def composed() -> Iterator[Tensor]:
    """Two real faces over grey, 640x480: they cross, then one leaves and comes back."""

    def face(name: str, box: tuple[int, int, int, int]) -> Tensor:
        x, y, w, h = box
        return cv.resize(cv.imread(str(DATA / "faceapi" / "images" / name))[y : y + h, x : x + w], (160, 160))

    front = face("skimage_astronaut.png", (150, 20, 150, 150))
    back = face("fr_knn_train_kit_harington_john2.png", _around_the_face("fr_knn_train_kit_harington_john2.png"))
    for number in range(300):
        frame = torch.full((480, 640, 3), 110, dtype=torch.uint8)
        for image, x in ((back, max(460 - 4 * number, 20)), (front, _leaves_and_returns(number))):
            left, right = max(x, 0), min(x + 160, 640)
            if right > left:
                frame[150:310, left:right] = image[:, left - x : right - x]
        yield frame


def _leaves_and_returns(number: int) -> int:
    return 20 + 4 * number if number < 160 else 660 - 2 * (number - 230)


def _around_the_face(name: str) -> tuple[int, int, int, int]:
    frame = cv.imread(str(DATA / "faceapi" / "images" / name))
    x, y, w, h = FaceAnalyzer("tiny", device=CPU)(frame)[0].box
    side = int(max(w, h) * 1.3)
    left, top = max(int(x + w / 2 - side / 2), 0), max(int(y + h / 2 - side / 2), 0)
    return left, top, min(side, frame.shape[1] - left), min(side, frame.shape[0] - top)


def tracking() -> None:
    analyzer = FaceAnalyzer("tiny", device=CPU, descriptors=True)
    print(f"\n{'a minute':44}{'new identities':>15}{'gender':>8}{'decade':>8}{'expression':>12}")
    videos = {name: video(f"asl_gestures_{name}.mkv") for name in ("again", "bird", "book")} | {
        "two composed": [*composed()]
    }
    for name, frames in videos.items():
        minutes = len(frames) / FRAMES_A_SECOND / 60
        people = 2 if name == "two composed" else 1
        ways = {"untracked": analyzer, "tracked": FaceTracker(analyzer), "every 3rd": FaceTracker(analyzer, every=3)}
        for how, call in ways.items():
            seen = [call(frame) for frame in frames]
            flips = [changes(seen, label) / minutes for label in (_gender, _decade, _expression)]
            tracks = len({face.track for faces in seen for face in faces}) - people
            given = "-" if call is analyzer else f"{tracks / minutes:.1f}"
            print(f"{name + ', ' + how:44}{given:>15}{flips[0]:8.0f}{flips[1]:8.0f}{flips[2]:12.0f}")


def changes(video: list[list[Face]], label: Callable[[Face], object]) -> int:
    """How often a face has another label than the face nearest to it had in the frame before."""
    count = 0
    for before, now in pairwise(video):
        for face in now:
            nearest = min(before, key=lambda one: abs(one.box[0] - face.box[0]), default=None)
            count += nearest is not None and label(nearest) != label(face)
    return count


def _gender(face: Face) -> object:
    return face.gender


def _decade(face: Face) -> object:
    return None if face.age is None else int(face.age // 10)


def _expression(face: Face) -> object:
    return face.expression


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=["networks", "loop", "program", "tracking"])
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: of this process alone, on a busy machine")
    options = parser.parse_args()
    clock = CLOCKS[options.clock]
    cv2.setNumThreads(torch.get_num_threads())
    print(
        f"{torch.get_num_threads()} threads, {options.clock} time, torch {torch.__version__}, OpenCV {cv2.__version__}"
    )
    if options.only in (None, "networks"):
        networks(options.rounds)
    if options.only in (None, "loop"):
        loop(options.rounds)
    if options.only in (None, "program"):
        program()
    if options.only in (None, "tracking"):
        tracking()
