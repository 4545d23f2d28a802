"""What tco is inside a Pulumi program, and how it reads any program's resources."""
