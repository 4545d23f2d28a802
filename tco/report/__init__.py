"""How the answers read."""
