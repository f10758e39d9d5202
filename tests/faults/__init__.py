"""What must survive: workers killed with -9, a broker killed and emptied.

A few points of each in the ordinary suite; `make faults` takes a hundred (KILL_POINTS).
"""
