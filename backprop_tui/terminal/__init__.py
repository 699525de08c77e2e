"""What is overridden in Textual, and why; each cure can be left out."""
