"""What happened before: years of invoices, and how each debtor is used to pay them.

`habits` says on which days a debtor pays, `entries` what is booked on one invoice because of it, `writer` has the
records of both, and `maker` makes all those of one administration. All is drawn from dice of its own: what is open
beside it, and all that was written about that, is the same with a past and without.
"""
