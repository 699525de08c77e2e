"""The derivative table, as rows."""
