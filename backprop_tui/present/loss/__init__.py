"""The loss over the epochs, as rows."""
