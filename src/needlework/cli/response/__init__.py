"""`needlework response`: the models of skin, a command each."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

_MODELS: Final = (
    "puncture",
    "penetration",
    "closure",
    "absorption",
    "healing",
    "redness",
    "pigment",
    "verify",
)


class _Models(click.Group):
    """Commands that are imported when they are called, as those of `needlework` itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_MODELS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _MODELS:
            return None
        found: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return found


@click.group("response", cls=_Models)
def command() -> None:
    """Ask the models of skin: punctures, depth, closing, absorption, healing, redness.

    Every answer is an interval over what is not known, with the claims that it rests on.
    docs/guide/models.md shows them in the terminal and in Python.

    \b
    Examples:
      needlework response penetration --device exceed --zone cheek --depth 1.0 --passes 4
      needlework response closure --depth 1.0 --age 40
      needlework response verify
    """  # noqa: D301  click reads the mark as one character
