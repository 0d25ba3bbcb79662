"""What the books say as tables that people work with in a spreadsheet: open items, aging, worklist.

A `Sheet` is plain values under columns; `as_csv` and `as_xlsx` write them. `companies` reads the books for them, of one
administration or several, and nothing is added up across currencies.
"""
