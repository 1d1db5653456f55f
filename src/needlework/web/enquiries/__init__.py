"""Somebody who is no client yet asks for a consultation, and staff answer."""
