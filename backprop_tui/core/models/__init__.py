"""What a run is of: the builders of graphs."""
