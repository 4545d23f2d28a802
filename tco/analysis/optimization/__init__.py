"""The cheapest way to buy what a stack needs."""
