"""Households and who looks after them: 1310 pairing, and what is not covered yet (docs/pairing.md)."""
