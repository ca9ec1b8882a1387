"""State of the room `website`."""
