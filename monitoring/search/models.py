"""State of the room `search`."""
