"""How fast tco is, as ratios of two things measured in one run."""
