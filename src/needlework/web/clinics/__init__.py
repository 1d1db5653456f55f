"""Clinics, who works in them, and their clients."""
