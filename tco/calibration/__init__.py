"""Measured throughput curves from the result files of benchmark tools."""
