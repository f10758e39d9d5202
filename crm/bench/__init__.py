"""`make bench`: the product measured beside hand-written SQL, in the same run (proof.md 6 of the specification).

``scale`` and ``generator`` make the data, each module of ``measures`` yields rows of the table, ``report`` writes it.
"""
