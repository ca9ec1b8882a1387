"""English formats as Kazakhstan writes English."""
