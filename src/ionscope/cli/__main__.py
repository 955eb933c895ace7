"""`python -m ionscope.cli` is `ionscope`."""

import sys

from ionscope.cli import main

if __name__ == "__main__":  # not where a tool imports every module
    sys.exit(main())
