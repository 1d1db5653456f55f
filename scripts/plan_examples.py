"""Plan every worked consultation, as `make run` does, and say where the results lie.

An example that ends in a refusal is a result like any other; only a plan that could not be made
makes this fail.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
RESULTS = ROOT / "build" / "plans"
COMMAND = Path(sys.executable).with_name("needlework")


def plan(example: Path) -> str:
    """Write the plan for `example` as text and as JSON; return what went wrong, or nothing."""
    for suffix, options in ((".txt", ()), (".json", ("--json",))):
        done = subprocess.run(
            [COMMAND, "plan", example.relative_to(ROOT), *options],
            cwd=ROOT,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            return done.stderr.decode().strip() or f"ended with {done.returncode}"
        (RESULTS / example.name).with_suffix(suffix).write_bytes(done.stdout)
    return ""


def verdict(example: Path) -> str:
    """Read the verdict for the client from the plan that was just written."""
    written = json.loads((RESULTS / example.name).with_suffix(".json").read_bytes())
    return str(written["assessment"]["verdict"])


def main() -> int:
    examples = sorted(EXAMPLES.glob("*.toml"))
    if not examples:
        sys.exit(f"no example in {EXAMPLES}")
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    with ThreadPoolExecutor(max_workers=2) as pool:
        failures = list(pool.map(plan, examples))

    table = Table("consultation", "verdict", "plan", box=None, pad_edge=False)
    for example, failure in zip(examples, failures, strict=True):
        shown = (RESULTS / example.name).with_suffix(".txt").relative_to(ROOT)
        if failure:
            table.add_row(example.stem, "no plan", failure, style="red")
        else:
            table.add_row(example.stem, verdict(example), str(shown))
    console = Console()
    console.print(table)
    made = sum(not failure for failure in failures)
    console.print(f"\n{made} of {len(examples)} planned; the same as JSON beside each .txt")
    return int(made < len(examples))


if __name__ == "__main__":
    sys.exit(main())
