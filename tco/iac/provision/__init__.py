"""GPU node pools as Pulumi components, and the program that declares them."""
