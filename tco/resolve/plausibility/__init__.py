"""What is implausible about a stack, part by part; decided once, and shown by every face."""
