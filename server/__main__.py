"""`python -m server` is `onetext`."""

from server.cli import main

main()
