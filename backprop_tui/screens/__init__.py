"""Composition: which key means which command, and what a command does to the one state."""
