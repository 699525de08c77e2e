"""Composition: which panel stands where, which key means which command."""
