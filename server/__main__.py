"""`python -m server` is `onetext`."""

from server.ops.cli import main

if __name__ == "__main__":
    main()
