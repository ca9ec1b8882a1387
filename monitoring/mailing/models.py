"""State of the room `mailing`."""
