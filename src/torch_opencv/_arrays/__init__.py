"""Images as NumPy arrays, and networks on them, by cv2 and ONNX Runtime alone: for what is done without PyTorch, whose
import takes longer than all that is to be done with a single picture. What works on tensors builds on it."""
