"""The files of an entry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock


class FileBlock(blocks.StructBlock):
    """A file and, in the language of the page, what it is; the size is said by itself."""

    document = DocumentChooserBlock(label=_("Document"))
    label = blocks.CharBlock(
        label=_("What it is"),
        max_length=200,
        help_text=_("Text of the link. Name the language of the file if it is another."),
    )

    class Meta:
        icon = "doc-full"
        label = _("File")
        template = "library/file.html"
