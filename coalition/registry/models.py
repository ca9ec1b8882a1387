"""State of the room `registry`."""
