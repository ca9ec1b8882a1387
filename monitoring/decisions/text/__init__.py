"""The words of acts, as pure functions without Django."""
