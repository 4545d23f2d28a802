"""`python -m tco`: the command line."""

from tco.cli import main

main()
