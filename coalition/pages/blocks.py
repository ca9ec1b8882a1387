"""What a page's body is made of: nine blocks in three groups, none of which calls a third party."""

from __future__ import annotations

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
        group = TEXT
        template = "pages/blocks/heading.html"


class QuoteBlock(blocks.StructBlock):
    """Someone's words and where they stand."""

    text = blocks.TextBlock(label=_("Words"))
    source = blocks.CharBlock(label=_("Whose words, where from"), max_length=255)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
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
        group = FACTS
        template = "pages/blocks/facts.html"


class StepsBlock(blocks.StructBlock):
    """Numbered steps or points."""

    items = blocks.ListBlock(blocks.TextBlock(label=_("Step")), label=_("Steps"), min_num=1)

    class Meta:
        icon = "list-ol"
        label = _("Numbered steps")
        group = FACTS
        template = "pages/blocks/steps.html"


class NoticeBlock(blocks.StructBlock):
    """A box for what a reader must not miss."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Box")
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
        group = FILES
        template = "pages/blocks/link.html"


class BodyBlock(blocks.StreamBlock):
    """The body of a page."""

    heading = HeadingBlock()
    paragraph = blocks.RichTextBlock(
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
    document = DocumentChooserBlock(
        label=_("Document"), group=FILES, template="pages/blocks/document.html"
    )
    link = LinkBlock()
