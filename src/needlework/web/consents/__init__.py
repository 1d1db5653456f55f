"""What a client was told, agreed to, and withdrew."""
