"""The web app: the only part that knows Django."""
