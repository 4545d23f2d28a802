"""How fast a node serves: measured points, the operating point."""
