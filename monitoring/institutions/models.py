"""State of the room `institutions`."""
