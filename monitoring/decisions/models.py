"""State of the room `decisions`."""
