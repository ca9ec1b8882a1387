"""Application of the room `news`."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """The room `news`; its label is fixed for ever."""

    name = "coalition.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds and the kind of the search."""
        from coalition.news import seeds as own
        from coalition.news.search import KIND
        from monitoring.core import seeds
        from monitoring.search import kinds

        seeds.register("news", 90, own.seed_news)
        kinds.register(KIND)
