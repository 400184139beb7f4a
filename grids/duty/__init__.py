"""The duty board (值班表): who is away, who stands in, and where nobody will be on a coming day."""
