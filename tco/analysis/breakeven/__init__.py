"""Where self-hosting breaks even, and what would change the answer."""
