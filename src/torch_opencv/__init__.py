"""OpenCV that speaks PyTorch tensors."""
