"""Pages of identity: entering, one's own data, sessions."""
