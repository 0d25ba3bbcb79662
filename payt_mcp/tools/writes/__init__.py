"""Tools that propose a write, and the one that tells what became of it. A read-only server imports none of them."""
