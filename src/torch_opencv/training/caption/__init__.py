"""How our own captioner is trained: pictures with captions in, a file for `torch-opencv caption` out."""
