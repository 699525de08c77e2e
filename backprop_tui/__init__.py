"""See backpropagation happen: one key press computes one quantity."""

__version__ = "0.1.0"
