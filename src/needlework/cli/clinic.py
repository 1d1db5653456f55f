"""`needlework clinic`: open a clinic, back it up, restore it, leave with all of it; lost factors.

Nothing of the app is imported here: this process becomes one of the app's own commands, so that
terminal, signals and exit status are the command's.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from needlework.cli.serve import USUAL_DATA
from needlework.errors import UsageError

_DATA: Final = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=f"Where database, files and keys lie (default: NEEDLEWORK_DATA, else {USUAL_DATA}).",
)
_RECIPIENT: Final = click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="AGE1…",
    help="Encrypt to this public key of age; may be given several times.",
)


@click.group("clinic")
def command() -> None:
    """Open a clinic, back up, restore, and leave with everything.

    Passwords and passphrases are asked for on the terminal; where standard input is none, they
    are its first line. They are never arguments, which other people on the machine could read.

    \b
    Examples:
      needlework clinic backup /backup/monday.age
      needlework clinic export harbour-skin /media/stick/harbour
    """  # noqa: D301  click reads the mark as one character


@command.command("new")
@click.argument("name")
@click.option("--slug", default="", metavar="WORD", help="Its address; made from NAME if missing.")
@click.option(
    "--jurisdiction",
    required=True,
    metavar="ID",
    help="Whose law holds; `needlework schema --jurisdictions` lists the ids.",
)
@click.option("--time-zone", required=True, metavar="ZONE", help="Its clock: Europe/Madrid.")
@click.option("--owner-email", required=True, metavar="E-MAIL", help="How the owner signs in.")
@click.option("--owner-name", required=True, metavar="NAME", help="Who owns it.")
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice(["en", "es"]),
    help="The owner's language.",
)
@_DATA
def new(*, name: str, data: Path | None, **given: str) -> None:
    """Open the clinic NAME with its owner, whose password is asked for.

    \b
    Example:
      needlework clinic new "Harbour Skin" --jurisdiction us-fl --time-zone America/New_York \\
        --owner-email owner@harbour.example --owner-name "Olga Ortiz"
    """  # noqa: D301  click reads the mark as one character
    _become("clinic_new", *_words(given), "--", name, data=data, is_new=True)


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@_RECIPIENT
@_DATA
def backup(*, file: Path, recipients: tuple[str, ...], data: Path | None) -> None:
    """Write everything into FILE, encrypted, while the app goes on running.

    The key of the photos and letters is not in it: keep that file too, in another place.

    \b
    Examples:
      needlework clinic backup /backup/monday.age
      needlework clinic backup /backup/monday.age --recipient age1…
    """  # noqa: D301  click reads the mark as one character
    _become("clinic_backup", *_recipients(recipients), "--", str(file), data=data)


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The key of the files, where it does not lie in its usual place yet.",
)
@click.option(
    "--identity",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The secret key of age, where a back-up was encrypted to a public one.",
)
@_DATA
def restore(*, file: Path, key: Path | None, identity: Path | None, data: Path | None) -> None:
    """Put a back-up, or a clinic's export, into an empty installation.

    Nothing can be seen before all of it was compared with its checksums.

    \b
    Example:
      needlework clinic restore /backup/monday.age --key /safe/blob.key --data /srv/again
    """  # noqa: D301  click reads the mark as one character
    # Asked for here, since the app's command makes an empty installation before it reads.
    for path in filter(None, (file, key, identity)):
        _check_readable(path)
    given = {"key": str(key or ""), "identity": str(identity or "")}
    _become("clinic_restore", *_words(given), "--", str(file), data=data, is_new=True)


@command.command("export")
@click.argument("clinic")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--client", default="", metavar="ID", help="One client alone, with PDFs.")
@click.option("--encrypt", is_flag=True, help="Into one file, with a passphrase.")
@_RECIPIENT
@_DATA
def export(
    *,
    clinic: str,
    target: Path,
    client: str,
    encrypt: bool,
    recipients: tuple[str, ...],
    data: Path | None,
) -> None:
    """Write all of CLINIC, or one client of it, into the new folder TARGET.

    Records as JSON, files as they are, and a checksum of each. Of a whole clinic, `needlework
    clinic restore` makes a clinic again.

    \b
    Examples:
      needlework clinic export harbour-skin /media/stick/harbour
      needlework clinic export harbour-skin pat --client 6f1c…
    """  # noqa: D301  click reads the mark as one character
    words = [*_words({"client": client}), *(["--encrypt"] if encrypt else [])]
    words += [*_recipients(recipients), "--", clinic, str(target)]
    _become("clinic_export", *words, data=data)


@command.command("reset-factor")
@click.argument("email")
@click.option(
    "--checked",
    required=True,
    type=click.Choice(["in-person", "known-number", "video"]),
    help="How you made sure that it is really they who ask.",
)
@_DATA
def reset_factor(*, email: str, checked: str, data: Path | None) -> None:
    """Take away the second step of EMAIL, who has lost it and every backup code.

    First make sure who asks: face to face, or by calling a number that you knew before. Whoever
    it is signs in with the password, and adds a new second step at once where their role needs it.

    \b
    Example:
      needlework clinic reset-factor owner@harbour.example --checked in-person
    """  # noqa: D301  click reads the mark as one character
    _become("clinic_reset_factor", *_words({"checked": checked}), "--", email, data=data)


def _check_readable(path: Path) -> None:
    if not os.access(path, os.R_OK):
        why = os.strerror(errno.EACCES if path.exists() else errno.ENOENT)
        raise UsageError(
            f"{path} cannot be read: {why}.",
            hint="Name a file that is there, and that you may read.",
        )


def _words(given: dict[str, Any]) -> list[str]:
    """Options as one word each, so that a value may begin with a hyphen."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value]


def _recipients(given: Sequence[str]) -> list[str]:
    return [f"--recipient={one}" for one in given]


def _become(name: str, *words: str, data: Path | None, is_new: bool = False) -> NoReturn:
    """Go on as a command of the app."""
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    folder = data or Path(environment.get("NEEDLEWORK_DATA") or USUAL_DATA)
    folder = folder.expanduser().absolute()
    if not is_new and not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", hint="Name the data folder with --data.")
    environment["NEEDLEWORK_DATA"] = str(folder)
    argv = [sys.executable, "-m", "needlework.web", name, *words]
    os.execve(sys.executable, argv, environment)  # noqa: S606  our own command
