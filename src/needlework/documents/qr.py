"""A QR code of an address, as SVG."""

from __future__ import annotations

from needlework.errors import UsageError


def qr_svg(url: str) -> str:
    """The code on white, with its quiet zone, so that it reads on a dark page too."""
    import io

    import segno

    if not url.startswith(("https://", "http://")) or any(c.isspace() for c in url):
        raise UsageError(
            "The address for the QR code is no web address.",
            hint="Give one that begins with https:// and has no spaces.",
        )
    drawn = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=True, dark="#000", light="#fff", scale=4)
    return drawn.getvalue().decode().strip()
