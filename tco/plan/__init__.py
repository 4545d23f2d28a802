"""What a user writes: stack files, workloads, pools. Nothing is looked up."""
