"""What to do today about each debtor: the facts (`standing`), the rules (`rules`), and the ranked list (`plan`)."""
