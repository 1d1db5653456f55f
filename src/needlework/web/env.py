"""Settings from the environment; a name that is not known, or a value that does not fit, stops."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KNOWN: Final[Mapping[str, str]] = {
    "NEEDLEWORK_BLOB_KEY_FILE": "the key that files are encrypted with; outside the data",
    "NEEDLEWORK_CACHE": "folder for parsed knowledge, or `off`",
    "NEEDLEWORK_DATA": "folder of the database, files and keys",
    "NEEDLEWORK_DATABASE": "empty for SQLite, or postgresql://user:password@host/name",
    "NEEDLEWORK_DEMO": "1 where the data are invented: pages say so",
    "NEEDLEWORK_EMAIL": "smtp://user:password@host:587 where mail is sent; empty: none is",
    "NEEDLEWORK_HOSTS": "names under which the app is reached, with commas between",
    "NEEDLEWORK_HTTPS": "1 where the app is reached by HTTPS only",
    "NEEDLEWORK_PROXY": "1 where a proxy of ours sets X-Forwarded-For",
    "NEEDLEWORK_SECRET_KEY": "what sessions are signed with",
    "NEEDLEWORK_SECRET_KEY_FILE": "a file that holds it",
    "NEEDLEWORK_UPDATE_GOLDEN": "1 to write expected results of tests anew",
}


def check_names(environ: Mapping[str, str] = os.environ) -> None:
    """Refuse a setting that nobody reads: it is a misspelling, and silence would hide it."""
    unknown = sorted(
        name for name in environ if name.startswith("NEEDLEWORK_") and name not in KNOWN
    )
    if unknown:
        raise ImproperlyConfigured(
            f"{unknown[0]} is no setting of Needlework. Known are {', '.join(KNOWN)}."
        )


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str) -> bool:
    value = text(name).lower()
    if value not in {"", "0", "1", "no", "yes", "false", "true"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return value in {"1", "yes", "true"}


def folder(name: str, default: Path) -> Path:
    """An absolute folder, made if it is missing, for its owner alone."""
    path = Path(text(name) or default).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"The folder that {name} names cannot be made ({wrong.strerror}). Name another."
        ) from wrong
    return path


def secret(name: str, default_file: Path) -> str:
    """A secret given as a value, in a file, or made once and kept for its owner alone."""
    if value := text(name):
        return value
    path = Path(text(f"{name}_FILE") or default_file)
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fresh, "w") as file:
                file.write(secrets.token_urlsafe(64))
        return path.read_text().strip()
    except FileExistsError:
        return path.read_text().strip()
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"The file for {name} cannot be read or made ({wrong.strerror})."
        ) from wrong


def database(data: Path) -> dict[str, Any]:
    """SQLite with what a clinic's records need, or PostgreSQL by one setting."""
    url = text("NEEDLEWORK_DATABASE")
    if not url:
        return _sqlite(data / "db.sqlite3")
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "NEEDLEWORK_DATABASE must read postgresql://user:password@host:5432/name, "
            "or be empty for SQLite."
        )
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", [""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers queue at BEGIN instead of failing half-way; a commit is on the disk.
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
            "PRAGMA recursive_triggers=ON;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;",
        },
        # A file, so that the threads of a test's server see what the test wrote.
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }


def email() -> dict[str, Any]:
    """Mail by SMTP where it is set up; otherwise none is sent, and pages promise none."""
    url = text("NEEDLEWORK_EMAIL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("NEEDLEWORK_EMAIL must read smtp://user:password@host:587.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 587,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }
