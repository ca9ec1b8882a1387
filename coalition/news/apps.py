"""Application of the room `news`."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """The room `news`; its label is fixed for ever."""

    name = "coalition.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register seeds, kinds of the search, sections, and who proposes news and events."""
        from coalition.accounts import roles
        from coalition.news import frame, merging, search, selectors
        from coalition.news import seeds as own
        from monitoring.core import sections, seeds, turns
        from monitoring.decisions import merging as decisions
        from monitoring.search import kinds

        for index in ("news.NewsIndexPage", "news.EventIndexPage"):
            roles.grant_pages("member-editor", index, "add")
        seeds.register("news", 90, own.seed_news)
        turns.register(selectors.next_turn)
        decisions.register("news", merging.move_links, merging.move_links_back)
        kinds.register(search.NEWS)
        kinds.register(search.EVENTS)
        sections.register("decision.after", 20, selectors.about_decisions)
        sections.register("organisation.page", 20, selectors.of_organisations)
        sections.register("footer", 20, frame.events)
        sections.register("footer", 20, frame.feeds)
