"""The plan against the bill: what a month cost, why it differs, whether the verdict would stand."""
