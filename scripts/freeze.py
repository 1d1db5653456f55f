"""Freeze the models of skin: write what they predict, and a digest of all that they are.

    .venv/bin/python scripts/freeze.py --why "What changed, and why"

Commit both files before anybody runs `needlework response verify`, which refuses other models.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from needlework.evidence import load_knowledge
from needlework.response.verifying.frozen import freeze


def main() -> None:
    """Write response/data/frozen.toml and predictions.csv."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--why", required=True, help="what changed since the last freeze, and why")
    today = datetime.now(UTC).date().isoformat()
    made = freeze(load_knowledge(), why=parser.parse_args().why, date=today)
    print(f"frozen on {made.date}\nmodels {made.digest}\npredictions {made.predictions}")


if __name__ == "__main__":
    main()
