"""From a state to what is seen: plain text and plain data, drawn without a running application."""
