"""Where one is in a run, and how a command moves one: frozen states, no inverse arithmetic."""
