"""State of the room `accounts`: people who sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock


class UserManager(BaseUserManager["User"]):
    """Makes users by address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in with an address. Raises ValueError without one."""
        if not email:
            raise ValueError("a user needs an address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who may do everything."""
        return self.create_user(
            email, password, **{**fields, "is_staff": True, "is_superuser": True}
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of an address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. The address is the login; it is kept in lower case."""

    email = models.EmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("staff status"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("date joined"), default=clock.now)
    wants_nudges = models.BooleanField(
        _("a weekly mail of what waits for me"),
        default=True,
        help_text=_("It comes only when something waits."),
    )
    nudged_for = models.DateField(
        null=True, editable=False, help_text=_("The Monday of the week last looked at.")
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        """One address, one person, however it is typed."""
        super().clean()
        self.email = (self.email or "").strip().lower()

    def get_full_name(self) -> str:
        """First and last name, or the address."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        """The first name, or the address."""
        return self.first_name or self.email


class KnownDevice(models.Model):
    """A browser in which a person has signed in before, by the digest of a random word it keeps."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_devices")
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_device_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.seen_at:%Y-%m-%d}"
