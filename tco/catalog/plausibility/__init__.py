"""Whether a figure is plausible: bounds with their sources, and what is outside of them."""
