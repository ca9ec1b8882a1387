"""State of the room `digests`."""
