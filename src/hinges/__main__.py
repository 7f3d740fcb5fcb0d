"""`python -m hinges` is the command `hinges`."""

import sys

try:
    from hinges.cli import main

    status = main()
except KeyboardInterrupt:  # while the command is still being loaded
    print("hinges: stopped", file=sys.stderr)  # noqa: T201 - as the command itself does
    status = 130
sys.exit(status)
