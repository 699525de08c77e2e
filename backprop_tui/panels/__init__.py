"""Widgets, thin: a state comes down, a picture comes out; what to draw is decided in `present`."""
