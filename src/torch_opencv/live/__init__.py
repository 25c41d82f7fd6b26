"""Programs that run on a camera, a video or pictures: sources, the loop, the overlay, windows, recordings and results.

    from torch_opencv import live

    for frame in live.open_source("clip.mp4"):
        print(frame.time, frame.image.shape)

    live.run(program, live.open_source(0), recorder=live.Recorder("out.mp4"))

where ``program`` has `look`, `draw` and `fields` (see `App`).
"""

from torch_opencv.live.errors import LiveError, OutputError, SourceError, ViewError
from torch_opencv.live.loop import App, Report, View, run
from torch_opencv.live.overlay import draw_scores
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame, Source, open_source
from torch_opencv.live.window import Window

__all__ = [
    "App",
    "Frame",
    "LiveError",
    "OutputError",
    "Recorder",
    "Report",
    "Results",
    "Source",
    "SourceError",
    "View",
    "ViewError",
    "Window",
    "draw_scores",
    "open_source",
    "run",
]
