"""The months of the horizon, for both sides of a comparison."""
