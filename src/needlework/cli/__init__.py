"""The command line: one thin module a command, and nothing that decides anything."""

from needlework.cli.start import main

__all__ = ["main"]
