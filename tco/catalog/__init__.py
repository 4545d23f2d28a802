"""What things cost and how fast they go, with source and date."""
