"""Two versions of a stack, compared."""
