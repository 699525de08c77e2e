"""The sentences of every stage, one module per phase and one for what a gradient of zero means."""
