"""How dates and numbers are written; a folder a language (FORMAT_MODULE_PATH)."""
