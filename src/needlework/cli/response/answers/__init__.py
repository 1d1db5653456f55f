"""What the models say, put together for one question; only the commands that ask come here."""
