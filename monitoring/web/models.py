"""State of the room `web`."""
