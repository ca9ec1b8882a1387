"""Owns the library: what organisations learned, how others do it, what one can be taught.

May import memorandum and below; news stands beside it and is not imported.
Promises: an entry shows in a language only when it is whole there; what is missing is asked for.
"""
