"""What follows from a plan's costs."""
