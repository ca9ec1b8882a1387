"""Application of the room `news`."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """The room `news`; its label is fixed for ever."""

    name = "coalition.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds, the kind of the search and who proposes news."""
        from coalition.accounts import roles
        from coalition.news import seeds as own
        from coalition.news.search import KIND
        from monitoring.core import seeds
        from monitoring.search import kinds

        roles.grant_pages("member-editor", "news.NewsIndexPage", "add")
        seeds.register("news", 90, own.seed_news)
        kinds.register(KIND)
