"""python3 -m notes is the same as the notes command."""

import sys

from .cli import main

sys.exit(main(sys.argv[1:]))
