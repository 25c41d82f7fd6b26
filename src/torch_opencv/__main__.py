"""``python -m torch_opencv`` is ``torch-opencv``."""

from torch_opencv.cli.main import command

command()
