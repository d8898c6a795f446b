"""`python -m eventstack`: the command line, also where no console script is on PATH."""

import sys

from eventstack.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
