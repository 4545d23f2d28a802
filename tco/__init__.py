"""tco: should a team self-host its model? The full monthly cost, before anything is bought."""

__version__ = "0.1.0"
