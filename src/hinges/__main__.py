"""`python -m hinges` is the command `hinges`."""

import sys

from hinges.cli import main

sys.exit(main())
