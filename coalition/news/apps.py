"""Application of the room `news`."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """The room `news`; its label is fixed for ever."""

    name = "coalition.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds."""
        from coalition.news import seeds as own
        from monitoring.core import seeds

        seeds.register("news", 90, own.seed_news)
