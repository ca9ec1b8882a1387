"""What a page's body is made of: nine blocks in three groups, none of which calls a third party."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

TEXT = _("Text")
FACTS = _("Facts")
FILES = _("Pictures and links")

RICH_TEXT = ["bold", "italic", "link", "ol", "ul", "document-link"]
"""No headings (the heading block keeps their order), no images (they need a description)."""


class HeadingBlock(blocks.StructBlock):
    """A title inside the text; the page's own title is h1, so these are h2 and h3."""

    text = blocks.CharBlock(label=_("Title"), max_length=160)
    level = blocks.ChoiceBlock(
        label=_("Level"), choices=[("h2", _("Section")), ("h3", _("Part"))], default="h2"
    )

    class Meta:
        icon = "title"
        label = _("Title")
        description = _("Parts a long text; a reader who skims reads titles alone.")
        preview_value = {"text": _("How a gathering decides"), "level": "h2"}
        group = TEXT
        template = "pages/blocks/heading.html"


class QuoteBlock(blocks.StructBlock):
    """Someone's words and where they stand."""

    text = blocks.TextBlock(label=_("Words"))
    source = blocks.CharBlock(label=_("Whose words, where from"), max_length=255)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        description = _("Somebody's words as they were said, and where they stand.")
        preview_value = {
            "text": _("Let residents decide local matters."),
            "source": _("Whose words, where from"),
        }
        group = TEXT
        template = "pages/blocks/quote.html"


class FactBlock(blocks.StructBlock):
    """One line of a list of facts."""

    name = blocks.CharBlock(label=_("What"), max_length=120)
    value = blocks.TextBlock(label=_("Says"))


class FactsBlock(blocks.StructBlock):
    """A list of facts: what, and what is known of it."""

    items = blocks.ListBlock(FactBlock(), label=_("Facts"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("List of facts")
        description = _("What and how much, one line each: place, time, contact.")
        preview_value = {
            "items": [
                {"name": _("Who may come"), "value": _("Every resident of the village")},
                {"name": _("Who keeps the minutes"), "value": _("The secretary of the gathering")},
            ]
        }
        group = FACTS
        template = "pages/blocks/facts.html"


class StepsBlock(blocks.StructBlock):
    """Numbered steps or points."""

    items = blocks.ListBlock(blocks.TextBlock(label=_("Step")), label=_("Steps"), min_num=1)

    class Meta:
        icon = "list-ol"
        label = _("Numbered steps")
        description = _("What a reader does, in order; one action a step.")
        preview_value = {"items": [_("Read the draft"), _("Write what you think of it")]}
        group = FACTS
        template = "pages/blocks/steps.html"


class NoticeBlock(blocks.StructBlock):
    """A box for what a reader must not miss."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Box")
        description = _("For the one thing that must not be missed. At most one a page.")
        preview_value = {
            "title": _("Not confirmed"),
            "text": _("The date of the meeting was not found."),
        }
        group = FACTS
        template = "pages/blocks/notice.html"


class ImageBlock(blocks.StructBlock):
    """A picture. It says in words what it shows: without that it is not saved."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("What the picture shows"),
        help_text=_("Read aloud to people who do not see it."),
        max_length=255,
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=255, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A photo or a drawing, with what it shows in words.")
        preview_template = "pages/blocks/preview_image.html"
        group = FILES
        template = "pages/blocks/image.html"


class LinkBlock(blocks.StructBlock):
    """A link to another page of this site or to a web address."""

    text = blocks.CharBlock(label=_("Text of the link"), max_length=160)
    page = blocks.PageChooserBlock(label=_("Page of this site"), required=False)
    url = blocks.URLBlock(label=_("Web address"), required=False)

    class Meta:
        icon = "link"
        label = _("Link")
        description = _("To a page of this site or to another site, on a line of its own.")
        preview_value = {"text": _("Read the draft"), "page": None, "url": "https://example.org/"}
        group = FILES
        template = "pages/blocks/link.html"


class ParagraphBlock(blocks.RichTextBlock):
    """Text with its preview."""

    class Meta:
        description = _("Plain text with bold, lists and links.")

    def get_preview_value(self) -> Any:
        """In the editor's language."""
        return self.normalize(f"<p>{gettext('Residents come to the gathering themselves.')}</p>")

    def deconstruct(self) -> tuple[str, Any, Any]:
        """As the block below it: what is stored is the same, so no page needs a migration."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.blocks.RichTextBlock", args, kwargs


class DocumentBlock(DocumentChooserBlock):
    """A file with its preview."""

    class Meta:
        description = _("A file to download: PDF, DOCX, XLSX.")
        preview_template = "pages/blocks/preview_document.html"

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Likewise."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.documents.blocks.DocumentChooserBlock", args, kwargs


class BodyBlock(blocks.StreamBlock):
    """The body of a page."""

    heading = HeadingBlock()
    paragraph = ParagraphBlock(
        label=_("Paragraph"),
        group=TEXT,
        icon="pilcrow",
        features=RICH_TEXT,
        template="pages/blocks/paragraph.html",
    )
    quote = QuoteBlock()
    facts = FactsBlock()
    steps = StepsBlock()
    notice = NoticeBlock()
    image = ImageBlock()
    document = DocumentBlock(
        label=_("Document"),
        group=FILES,
        template="pages/blocks/document.html",
    )
    link = LinkBlock()
