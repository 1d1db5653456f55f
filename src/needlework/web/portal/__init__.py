"""What a client sees at home, by a link from the clinic."""
