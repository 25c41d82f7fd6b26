"""Live recognition: label faces by double clicks, then see names above them.

This is all of the program ``torch-opencv recognize``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.recognize import Recognize

    live.run(Recognize(["Anna", "Bob"], gallery="people.gallery"), source=0)

While labelling, a digit chooses a person, a double click on a face adds it to that person's, Backspace takes the last
one back, and Enter starts the recognition once everyone has two. Then a double click on a face asks whose it is, and
``l`` leads back to labelling. Every change is saved at once if there is a file for it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from torch import Tensor

from torch_opencv.apps import gallery_panel, recognized
from torch_opencv.apps.recognized import Recognized, SeenPeople
from torch_opencv.live.app import App
from torch_opencv.live.events import Click, Event, File, Key, Press, Text
from torch_opencv.live.overlay import ACCENT, draw_boxes, draw_note
from torch_opencv.live.panel import Panel
from torch_opencv.vision.faces import Face, FaceAnalyzer, FaceTracker, tracking
from torch_opencv.vision.faces.enroll import enroll
from torch_opencv.vision.faces.face import face_at, overlap
from torch_opencv.vision.faces.gallery import Gallery, GalleryError, Sample, checked_name
from torch_opencv.vision.faces.gallery_file import GalleryFile, from_bytes
from torch_opencv.vision.faces.recognizer import Recognizer

_log = logging.getLogger(__name__)

MOST_PEOPLE: Final = 9
"""As many as there are digits to choose them by."""
_ENOUGH: Final = 2  # faces of each person, for a recognition
_DETECT_EVERY: Final = 3  # frames, of faces that are followed
_STEP: Final = 0.01  # of the threshold, with each key


class Analyzer(tracking.Analyzer, Protocol):
    """What the program needs of a `FaceAnalyzer`."""

    def __call__(self, frame: Tensor) -> list[Face]:
        """The faces in a frame, with descriptors."""
        ...

    def batch(self, frames: Sequence[Tensor]) -> list[list[Face]]:
        """The faces in each of several frames."""
        ...


class Recognize(App[Recognized]):
    """The program, for `torch_opencv.live.run`.

    It begins with labelling, or with recognising if everyone in the gallery has two faces already.

    Args:
        people: 2 to 9 names, in any script; none if the gallery or the folder has them.
        gallery: a file that is resumed, and saved after each change; None keeps nothing.
        folder: images of people, DIR/NAME/*.jpg, that are added to the gallery.
        threshold: the greatest distance of what counts as known; None: as the Recognizer has it.
        model: "faceapi" or "openface", whose descriptor.
        classifier: "linear" or "poly".
        detector: "tiny", "ssd", "haar" or "yunet"; see `FaceAnalyzer`.
        track: follow faces from frame to frame when recognising, so that a name stays at its face. While labelling, and
            without it, each frame stands for itself.
        detect_every: with tracking, look for faces only on every so many frames; None: on every third.
        device: "auto", "cpu", "cuda" or "cuda:N".
        analyzer: finds and describes faces, in place of one that is made.

    Raises:
        GalleryError: a name, the gallery or the folder can't be used.
        ModelError: there is no such model or classifier.
        WeightsError: weights can't be had.
        ValueError: ``detect_every`` without tracking, or less than 1.

    """

    def __init__(
        self,
        people: Sequence[str] = (),
        *,
        gallery: str | Path | None = None,
        folder: str | Path | None = None,
        threshold: float | None = None,
        model: str = "faceapi",
        classifier: str = "linear",
        detector: str = "tiny",
        track: bool = True,
        detect_every: int | None = None,
        device: str = "auto",
        analyzer: Analyzer | None = None,
    ) -> None:
        if not track and detect_every not in (None, 1):
            raise ValueError("detect_every needs track: what isn't followed must be found on every frame")
        self._classifier = classifier
        self._file = GalleryFile(gallery) if gallery else None
        self.gallery = self._file.load(model) if self._file else Gallery(model)
        for name in map(checked_name, people):
            if name not in self.gallery.names:
                self.gallery = self.gallery.with_person(name)
        if len(people) > MOST_PEOPLE:
            raise GalleryError(f"there can be at most {MOST_PEOPLE} people, one for each digit, not {len(people)}")
        if not folder:
            self._check_people()
        if self._file and people:
            self._file.save(self.gallery)  # so that a file that can't be written is found out here
        self.threshold = Recognizer(self.gallery, classifier=classifier, threshold=threshold).threshold
        self._analyzer = analyzer or FaceAnalyzer(detector, model=None, descriptors=model, device=device)
        self._tracks = track
        self._every = detect_every or _DETECT_EVERY
        self._tracker: FaceTracker | None = None  # the model's thread's
        if folder:
            self.gallery, left_out = enroll(folder, self.gallery, self._analyzer)
            for line in left_out:
                _log.warning("%s", line)
            self._check_people()
            if self._file:
                self._file.save(self.gallery)
        self.chosen_person = self.gallery.names[0]
        self._asking: tuple[Face, Tensor] | None = None  # whose face, and the frame that it is in
        self._added: list[Sample] = []  # in this run, the newest last
        self._seen: Counter[str] = Counter()
        self._recognizer: Recognizer | None = None
        if not self._missing():
            self._train()
        self._panel = self._make_panel()

    # --- in the model's thread ---

    def process(self, image: Tensor, /) -> Recognized:
        """The faces in a frame, torch.uint8 (H, W, 3) BGR, and their names."""
        return self.process_batch([image])[0]

    def process_batch(self, images: Sequence[Tensor], /) -> list[Recognized]:
        """The same for the next frame of each of the sources 0, 1, ..."""
        return self.process_sources(images, range(len(images)))

    def process_sources(self, images: Sequence[Tensor], sources: Sequence[int], /) -> list[Recognized]:
        """The same for frames of any of them, of any sizes, in one go."""
        recognizer = self._recognizer
        # What is labelled is what is seen in that very frame; what is recognised may rest on more of them.
        if not recognizer or not self._tracks:
            self._tracker = None
            found = self._analyzer.batch(images)
        else:
            self._tracker = self._tracker or FaceTracker(self._analyzer, every=self._every)
            found = self._tracker.batch(images, sources)
        results = [Recognized.by(recognizer, faces) for faces in found]
        if recognizer:
            self._seen.update(one.name or "unknown" for result in results for one in result.whose)
        return results

    def fields(self, result: Recognized, /) -> dict[str, object]:
        """The result as written to ``--results``."""
        return {"faces": [recognized.fields(face, one) for face, one in zip(result.faces, result.whose, strict=True)]}

    # --- in the main thread ---

    def draw(self, image: Tensor, result: Recognized, /) -> Tensor:
        """Boxes with names, and what there is to do, drawn into the frame."""
        if self._recognizer is not result.recognizer:  # trained since, or the threshold was moved
            result = Recognized.by(self._recognizer, result.faces)
        if not self._recognizer:
            return draw_note(draw_boxes(image, [face.box for face in result.faces]), self._labelling_hint())
        asked = self._asking[0] if self._asking else None
        if asked:
            draw_note(image, "\n".join(["Whose face is this?", *self._answers()]))
        rows = [
            (face.box, "?", ACCENT)
            if asked and overlap(face, asked)
            else (face.box, recognized.label(one), recognized.color(one))
            for face, one in zip(result.faces, result.whose, strict=True)
        ]
        return draw_boxes(image, *zip(*rows, strict=True)) if rows else image

    def handle(self, event: Event, /) -> bool:
        """What the user did; see the module."""
        try:
            taken = self._handle(event)
        except GalleryError as error:  # nothing has changed then
            self.status, taken = str(error), True
        if taken:
            self._panel = self._make_panel()
        return taken

    def panel(self) -> Panel:
        """The gallery."""
        return self._panel

    def summary(self) -> str:
        """Who was seen in how many frames, the most frequent first; or why nobody was."""
        if missing := self._missing():
            return f"to recognise, two faces are needed of {', '.join(missing)}"
        return str(SeenPeople(self._seen))

    def counts(self) -> SeenPeople | None:
        """Nobody seen yet; None: too few faces are labelled to recognise anybody."""
        return SeenPeople() if self._recognizer else None

    def _handle(self, event: Event) -> bool:
        self.status = ""
        match event:
            case Click(double=True, frame=frame, result=Recognized() as result):
                return self._clicked(face_at(result.faces, event.x, event.y), frame.image)
            case Key("Escape") if self._asking:
                self._asking = None
            case Key("0") if self._asking:
                self._answer(None)
            case Key(key) if name := self._digits().get(key):
                self._choose(name)
            case Key("Backspace"):
                self._take_back()
            case Key("Enter") if not self._recognizer:
                self._start()
            case Key("l" | "L") if self._recognizer:
                self._recognizer = self._asking = None
            case Key("+" | "=" | "-" as key):
                self._move_threshold(-_STEP if key == "-" else _STEP)
            case Text(field, text):
                self._entered(field, text)
            case File(content=content):
                self._merge(content)
            case Press(button):
                self._pressed(button)
            case _:
                return False
        return True

    def _clicked(self, face: Face | None, frame: Tensor) -> bool:
        if face is None or face.descriptor is None:
            return False
        if self._recognizer:
            self._asking = face, frame
        else:
            self._add(self.chosen_person, Sample.of(face, frame))
        return True

    def _choose(self, name: str) -> None:
        """Whose face it is, if that was asked; else whose come next."""
        if self._asking:
            self._answer(name)
        else:
            self.chosen_person = name

    def _answer(self, name: str | None) -> None:
        if self._asking:
            self._add(name, Sample.of(*self._asking))
            self._asking = None

    def _add(self, name: str | None, sample: Sample) -> None:
        self._change(self.gallery.with_face(name, sample))
        self._added.append(sample)

    def _take_back(self) -> None:
        if self._added:
            self._change(self.gallery.without_face(self._added[-1]))
            self._added.pop()

    def _start(self) -> None:
        if missing := self._missing():
            self.status = f"{', '.join(missing)}: two faces are needed; choose by a digit, add by double clicks"
        else:
            self._train()

    def _move_threshold(self, step: float) -> None:
        self.threshold = max(_STEP, round(self.threshold + step, 4))
        self.status = f"threshold {self.threshold:.2f}"
        if self._recognizer:
            self._train()

    def _entered(self, field: str, text: str) -> None:
        """A name on the page: of a new person, or for the one that is chosen."""
        name = checked_name(text)
        known = name in self.gallery.names
        if field == "add":
            if not known:
                if len(self.gallery.names) >= MOST_PEOPLE:
                    raise GalleryError(f"there can be at most {MOST_PEOPLE} people, one for each digit")
                self._change(self.gallery.with_person(name))
            self._choose(name)
        elif name != self.chosen_person:
            rename = self.gallery.merged if known else self.gallery.renamed
            self._change(rename(self.chosen_person, name))
            self.chosen_person = name

    def _merge(self, content: bytes) -> None:
        """Add what is in a gallery's file; nobody who is here is lost."""
        uploaded = from_bytes(content, "the file", descriptor=self.gallery.descriptor)
        before = self.gallery
        self._change(before | uploaded)
        faces, people = (new - old for new, old in zip(_size(self.gallery), _size(before), strict=True))
        self.status = f"added: {_counted(faces, 'face', 'faces')}, {_counted(people, 'person', 'people')}"

    def _pressed(self, button: str) -> None:
        """A button of the panel's: what to do, and the number of a person or a face."""
        action, _, number = button.partition(" ")
        with suppress(IndexError):  # what it was about is gone meanwhile
            if action == "start":
                self._start()
            elif action == "label":
                self._recognizer = self._asking = None
            elif action == "nobody":
                self._answer(None)
            elif action == "forget":
                self._change(self.gallery.without_nobody())
            elif action == "choose":
                self._choose(self.gallery.names[int(number)])
            elif action == "delete":
                self._delete_person(self.gallery.names[int(number)])
            elif action == "face":
                self._change(self.gallery.without_face(self.gallery.person(self.chosen_person).faces[int(number)]))

    def _delete_person(self, name: str) -> None:
        if len(self.gallery.names) <= 2:
            raise GalleryError("there must be at least two people: add another one first")
        self._change(self.gallery.without_person(name))
        if name == self.chosen_person:
            self.chosen_person = self.gallery.names[0]

    def _change(self, gallery: Gallery) -> None:
        """Have another gallery from now on; GalleryError, and everything stays, if it can't be saved."""
        if self._file:
            self._file.save(gallery)
        self.gallery = gallery
        if self._recognizer:
            self._train()

    def _train(self) -> None:
        """Recognise by the present gallery from now on."""
        self._recognizer = Recognizer(self.gallery, classifier=self._classifier, threshold=self.threshold)

    def _check_people(self) -> None:
        if len(self.gallery.names) < 2:
            raise GalleryError("there must be at least two people: say --people NAME,NAME, or --enroll DIR")

    def _missing(self) -> list[str]:
        """Who has too few faces."""
        return [person.name for person in self.gallery.people if len(person.faces) < _ENOUGH]

    def _digits(self) -> dict[str, str]:
        """Whom each key stands for."""
        return {str(number): name for number, name in enumerate(self.gallery.names[:MOST_PEOPLE], start=1)}

    def _labelling_hint(self) -> str:
        digits = f"1 to {len(self._digits())}: another person"
        then = "" if self._missing() else "\nEnter: start"
        return f"Double click on faces of {self.chosen_person}\n{digits}{then}"

    def _answers(self) -> list[str]:
        return [*(f"{digit}: {name}" for digit, name in self._digits().items()), "0: nobody", "Esc: leave it"]

    def _make_panel(self) -> Panel:
        return gallery_panel.make(
            self.gallery,
            self.chosen_person,
            filename=self._file.path.name if self._file else "people.gallery",
            labelling=self._recognizer is None,
            asking=self._asking is not None,
        )


def _size(gallery: Gallery) -> tuple[int, int]:
    return len(gallery), len(gallery.people)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
