"""Ctrl-C interrupts the tests' runs also where a shell that started them in the background has it
ignored: else the runs that it ends would never end."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
