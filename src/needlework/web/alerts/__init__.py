"""Urgent reports that nobody has seen: told, and told again more widely."""
