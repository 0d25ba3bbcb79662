"""Approvers are told that something waits for them: by e-mail, or at an address of their company's.

Nothing of what is proposed is told: no debtor, no amount, no name; it stands on the pages, behind a sign-in.
"""
