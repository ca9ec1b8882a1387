"""`manage.py search_stem < words`: the stem of each word, for measuring the stripper."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.search.analysis import fold
from monitoring.search.analysis.kazakh import stem


class Command(BaseCommand):
    """Reads words from standard input, one a line; writes "form<TAB>stem"."""

    help = "Print the Kazakh stem of each word of standard input."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stem every first column; the rest of a line is passed over."""
        for line in sys.stdin:
            form = line.rstrip("\r\n").partition("\t")[0]
            if form:
                self.stdout.write(f"{form}\t{stem(fold(form)) or form}")
