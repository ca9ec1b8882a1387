"""State of the room `memorandum`."""
