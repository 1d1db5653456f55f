"""Settings from the environment; a name that is not known, or a value that does not fit, stops."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

KNOWN: Final[Mapping[str, str]] = {
    "NEEDLEWORK_BLOB_KEY_FILE": "the key that files are encrypted with; outside the data",
    "NEEDLEWORK_CACHE": "folder for parsed knowledge, or `off`",
    "NEEDLEWORK_DATA": "folder of the database, files and keys",
    "NEEDLEWORK_DATABASE": "empty for SQLite, or postgresql://user:password@host/name",
    "NEEDLEWORK_DEMO": "1 where the data are invented: pages say so",
    "NEEDLEWORK_HOSTS": "names under which the app is reached, with commas between",
    "NEEDLEWORK_HTTPS": "1 where the app is reached by HTTPS only",
    "NEEDLEWORK_IDLE_MINUTES": "after how many minutes without anybody the screen is locked",
    "NEEDLEWORK_MAIL": "smtp://user:password@host:587; empty: mail is put into a folder",
    "NEEDLEWORK_MAIL_FROM": "the address that mail comes from",
    "NEEDLEWORK_PROXY": "1 where a proxy of ours sets X-Forwarded-For and X-Forwarded-Proto",
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


def behind_proxy(*, is_https: bool) -> bool:
    """Whether a proxy of ours stands in front; with HTTPS that must be said, one way or the other.

    Behind a proxy that is not known of, each page would lead to itself for ever.
    """
    if is_https and not text("NEEDLEWORK_PROXY"):
        raise ImproperlyConfigured(
            "NEEDLEWORK_HTTPS is set, and NEEDLEWORK_PROXY is not. Set NEEDLEWORK_PROXY=1 where a "
            "server of yours in front speaks HTTPS and sets X-Forwarded-For and "
            "X-Forwarded-Proto itself; set NEEDLEWORK_PROXY=0 where nothing stands in front."
        )
    return flag("NEEDLEWORK_PROXY")


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


def minutes(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name) or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def host_cookie(name: str, *, is_https: bool) -> str:
    """The name that makes browsers keep a cookie to this very host, which they do with HTTPS."""
    return f"__Host-{name}" if is_https else name


def mail(data: Path) -> dict[str, Any]:
    """Mail by SMTP where it is set up; otherwise it lies in a folder, for who runs this to read."""
    url = text("NEEDLEWORK_MAIL")
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(data / "mail"),
        }
    try:
        parts = urlsplit(url)
        port = parts.port or 587
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("NEEDLEWORK_MAIL must read smtp://user:password@host:587.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def mail_from() -> str:
    """The sender's address, needed where mail leaves the house: others refuse a made-up one."""
    address = text("NEEDLEWORK_MAIL_FROM")
    if not address and not text("NEEDLEWORK_MAIL"):
        return "needlework@localhost"
    try:
        validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(
            "NEEDLEWORK_MAIL_FROM must be an e-mail address, such as clinic@harbour.example, "
            "where NEEDLEWORK_MAIL is set."
        ) from None
    return address
