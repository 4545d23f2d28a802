"""The plan compared with the bill: what a month cost, why, and if the verdict still holds."""
