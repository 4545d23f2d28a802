"""One or two inputs swept through the evaluation."""
