"""The neutral record and its engine: what public bodies decided, from where, what changed.

It knows nothing of the coalition; another coalition, for another law, could stand on it.
"""
