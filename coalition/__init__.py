"""The voice and the site: who the organisations are, what they signed, say and propose."""
