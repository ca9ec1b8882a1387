"""Owns every mail that leaves: outbox, delivery, suppression.

May import vocabulary and below.
Promises: nothing is lost; one Message-ID a mail.
"""
