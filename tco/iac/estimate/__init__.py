"""The cost of any Pulumi program's resources."""
