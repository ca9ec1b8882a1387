"""State of the room `vocabulary`."""
