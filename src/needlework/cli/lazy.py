"""Groups whose commands are imported when they are called, so that each starts in a blink."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click


class Lazy(click.Group):
    """Each command is the `command` of a module of its own name in a package."""

    def __init__(self, *args: Any, package: str, names: Sequence[str], **given: Any) -> None:  # noqa: ANN401  click's own signature
        super().__init__(*args, **given)
        self._package = package
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._names:
            return None
        found: click.Command = import_module(f"{self._package}.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self._names and not name.startswith("-"):
            from difflib import get_close_matches

            near = " or ".join(map(repr, get_close_matches(name, self._names)))
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near}?" if near else ""))
        return super().resolve_command(ctx, args)
