"""Opening a clinic, and keeping its data: back-up, restoring, leaving."""
