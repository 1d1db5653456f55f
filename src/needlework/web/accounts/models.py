"""A person who signs in, by e-mail. What they may do stands in their memberships."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return str(self.pk)

    @cached_property
    def factors(self) -> tuple[tuple[str, int], ...]:
        """Kind and id of each authenticator app, passkey and set of recovery codes."""
        from allauth.mfa.models import Authenticator

        rows = Authenticator.objects.filter(user_id=self.pk).order_by("pk")
        return tuple(rows.values_list("type", "pk"))

    def get_session_auth_hash(self) -> str:
        """What a session stands on: a change of password or of a factor ends the others."""
        self.__dict__.pop("factors", None)
        stands_on = f"{self.password}|{self.factors}"
        return salted_hmac("needlework.session", stands_on, algorithm="sha256").hexdigest()
