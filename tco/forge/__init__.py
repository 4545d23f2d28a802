"""A pull request: both sides out of git, a team's limits, and the one comment that stays."""
