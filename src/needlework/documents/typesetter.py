"""A process of its own that sets one document: whoever asks keeps none of what it needs.

Template, folders and data come as JSON on standard input; the PDF leaves on standard output. It
is run by its path (see `press`), so that nothing but the library is loaded.
"""

from __future__ import annotations

import json
import sys
from typing import Final

REFUSED: Final = 3
"""Exit status where the library could not set it; what it says is on standard error."""


def main() -> int:
    """Set the document that standard input describes."""
    import typst

    asked = json.load(sys.stdin.buffer)
    try:
        made = typst.compile(
            asked["template"],
            root=asked["root"],
            font_paths=[asked["fonts"]],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
        )
    except typst.TypstError as error:
        sys.stderr.buffer.write(str(error).encode())
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
