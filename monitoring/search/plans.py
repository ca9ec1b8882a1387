"""What a query asks of the tokens of a document: the one meaning that every engine carries out."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.search.query import Query


@dataclass(frozen=True)
class Plan:
    """A query taken apart."""

    can_match: bool = True


def plan_of(query: Query) -> Plan:
    """The plan of a query."""
    return Plan(can_match=not query.is_empty)
