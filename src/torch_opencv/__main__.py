"""``python -m torch_opencv`` is ``torch-opencv``."""

import sys

from torch_opencv.cli import main

sys.exit(main())
