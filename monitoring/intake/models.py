"""State of the room `intake`."""
