"""Which organisation a page comes from: news, an event, an entry of the library."""

from __future__ import annotations

from typing import Any

from django import forms

from coalition.accounts.limits import is_limited
from coalition.pages.forms import BasePageForm
from coalition.registry.models import Organisation


class AttributedPageForm(BasePageForm):
    """A page's form with an organisation: its own editors name theirs, staff name any.

    An editor of one organisation finds it chosen.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("organisation")
        if not isinstance(field, forms.ModelChoiceField) or self.for_user is None:
            return
        if is_limited(self.for_user):
            own = Organisation.objects.filter(
                representatives__user=self.for_user, representatives__until=None
            ).distinct()
            field.queryset = own
            if not self.instance.pk and not self.initial.get("organisation"):
                self.initial["organisation"] = own.first()
