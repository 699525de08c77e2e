"""The computation graph, drawn: what a state shows of it, as rows."""
