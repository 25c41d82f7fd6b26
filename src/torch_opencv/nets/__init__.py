"""Network architectures, one file or folder each, pure ``torch.nn``."""
