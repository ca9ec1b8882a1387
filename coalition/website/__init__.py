"""Owns the home page, standard pages and the site's composition of sections.

May import every room below it.
Promises: no page answers 500 because a lower room is down.
"""
