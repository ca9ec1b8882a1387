"""Owns subscribers, subscriptions and the runs that turn changes into mails.

May import intake and below.
Promises: no change is missed, none is told twice, no mail goes out empty.
"""
