"""Pages of what neighbours do around a wish."""
