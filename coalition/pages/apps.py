"""Application of the room `pages`."""

from django.apps import AppConfig, apps


class PagesConfig(AppConfig):
    """The room `pages`; its label is fixed for ever."""

    name = "coalition.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail and to localize; make pages known to search and journal."""
        from wagtail.admin.views.account import AvatarSettingsPanel

        from coalition.pages import listeners
        from coalition.pages.search import KIND
        from coalition.pages.services import publish_due
        from coalition.pages.subjects import page_at
        from coalition.pages.todo import translations_todo
        from monitoring.core import sections, sweeps
        from monitoring.journal import subjects
        from monitoring.search import kinds

        # A portrait in the admin serves nobody, and its form judges no file; it has no setting.
        AvatarSettingsPanel.is_active = lambda _: False
        listeners.connect()
        self._show_checklists()
        kinds.register(KIND)
        subjects.register(page_at)
        sections.register("todo", 50, translations_todo)
        sweeps.register("pages.schedule", 60, publish_due)

    def _show_checklists(self) -> None:
        """Above the form of every page type, so that a new type cannot forget it."""
        from coalition.pages.models import BasePage
        from monitoring.core.checklists import ChecklistPanel

        for model in apps.get_models():
            if issubclass(model, BasePage) and "content_panels" in model.__dict__:
                model.content_panels = [ChecklistPanel(), *model.content_panels]
        BasePage.content_panels = [ChecklistPanel(), *BasePage.content_panels]
