"""How fast a node serves a model: measured curves, scaled ones, estimates, the operating point."""
