"""What names of sources, images and styles mean: known before PyTorch is imported, so that mistakes answer at once."""
