"""State of the room `journal`."""
