"""Widgets, thin: rows come down, a picture comes out; what to draw is decided in `present`."""
