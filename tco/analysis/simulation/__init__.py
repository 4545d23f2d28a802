"""Scenarios drawn from the ranges of a stack."""
