"""What the law lets a creditor charge on a late invoice: a figure with its source, never a claim."""
