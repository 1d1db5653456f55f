"""Invented clinics, people and records, to look around in."""
