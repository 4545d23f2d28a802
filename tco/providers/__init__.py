"""What differs by where nodes come from: one file per provider behind one record."""
