"""State of the room `news`."""
