"""A feed, as the form of sources names it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LABEL = _("feed (RSS or Atom)")
