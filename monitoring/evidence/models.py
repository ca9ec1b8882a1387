"""State of the room `evidence`."""
