"""`python -m agentopt`: the command line."""

import sys

from agentopt.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
