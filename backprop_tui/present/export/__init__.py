"""A run as text for other programs and for paper: the trace in its formats, programs that compute the same."""
