"""How the installed cv2 becomes a namespace over tensors: memory, signatures, arguments, results, and the wrapping."""
