"""The phases of a pass and how far each has come, as one row."""
