"""A storm over the guarded writes: many runs of one write each through everything that can break.

`cases` says what strikes, `runs` lets it strike, `verdict` says what should not be, `table` counts. What really
happened is what the embedded Payt, in another process and over TCP, mailed and booked.
"""
