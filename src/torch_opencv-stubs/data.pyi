# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
haarcascades: str
