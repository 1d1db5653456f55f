"""Journeys in Chromium, through the app as `needlework serve --demo` serves it."""
