"""`needlework response`: the models of skin, a command each."""

from __future__ import annotations

from typing import Final

import click

from needlework.cli.lazy import Lazy

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


@click.group("response", cls=Lazy, package=__name__, names=_MODELS)
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
