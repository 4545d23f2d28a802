"""Documents as text: tables, the memo, CSV."""
