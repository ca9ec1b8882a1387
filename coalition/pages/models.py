"""State of the room `pages`."""
