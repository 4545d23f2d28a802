"""The verdict and the gate."""
