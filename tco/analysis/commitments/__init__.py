"""What a stack is committed to, when that ends, and what to do then."""
