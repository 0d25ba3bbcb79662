"""What every tool that writes is made with (`factory`), and what a call of one does (`call`, loaded with the first)."""
