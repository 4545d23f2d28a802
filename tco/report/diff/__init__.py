"""A comparison of two branches as text, Markdown and annotations."""
