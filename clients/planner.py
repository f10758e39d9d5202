"""What PostgreSQL's planner is told for set-based statements; each is put before the statement's own text.

Between sets of clients a nested loop is never right, and without statistics it is ruinous: a table that was empty when
it was last analysed, or never was, seems to hold a row or a few hundred of the firm; a loop over "a few" then reads the
other side once for each of a hundred thousand (seen: ten minutes for a second's work, on the night after a firm's
first). Where each of a few clients is looked up by his id, a loop is right, and a hash would read the whole firm.
"""

HASHED = "SET LOCAL enable_nestloop = off;\n"
LOOPED = "SET LOCAL enable_nestloop = on;\n"
# The checks of a table's keys are planned once for each session, perhaps when the clients' table was empty: then each
# would read the whole of it. Forgotten plans are made anew, by the index.
CHECKS_ANEW = "DISCARD PLANS; SET LOCAL enable_seqscan = off"
CHECKS_PLANNED = "SET LOCAL enable_seqscan = on"
