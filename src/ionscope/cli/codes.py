"""Exit codes of all commands."""

OK = 0
BAD_INPUT = 2
REFUSED = 3
SOME_BAD = 4
INTERRUPTED = 130
"""As shells have it: 128 and the number of the signal."""

EPILOG = (
    "Exit codes: 0 fine, 2 bad input (one line says what and where; of several files: none could be read), "
    "3 a spectrum was refused (and why), 4 of several files some were refused or could not be read (listed at the "
    "end), or some sweeps of the only file could not be read."
)
