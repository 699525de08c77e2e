"""Predict, then see: an answer to the next number, and which mistake it comes from."""
