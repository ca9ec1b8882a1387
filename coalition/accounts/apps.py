"""Application of the room `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room `accounts`; its label is fixed for ever."""

    name = "coalition.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
