"""Workload files from request logs: formats, what is measured, the file that is written."""
