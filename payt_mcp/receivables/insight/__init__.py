"""What paid invoices and payments say: figures of a period, a debtor's habits, what is expected; pure."""
