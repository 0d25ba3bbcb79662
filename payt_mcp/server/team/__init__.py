"""One server for a whole company: who signs in, what they may do, and several processes behind one address."""
