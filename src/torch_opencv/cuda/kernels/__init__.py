"""What the functions of ``cv.cuda`` compute, apart from how they are called: tensors in, tensors out.

Each module is torch operations that run on any device. None of them waits for the device or asks it for a value. This
is the place for kernels of other makes: a function here that has one for a device hands over to it.
"""
