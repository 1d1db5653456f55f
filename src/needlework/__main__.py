"""`python -m needlework` is the command `needlework`."""

from __future__ import annotations

import sys

from needlework.cli import main

if __name__ == "__main__":
    sys.exit(main())
