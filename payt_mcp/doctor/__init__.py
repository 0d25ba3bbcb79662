"""What works on this machine and at Payt, and what to do about what does not: findings, each with its remedy."""
