"""Network architectures, one file each, pure ``torch.nn``."""
