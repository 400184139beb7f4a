"""Django's backend for PostgreSQL, with a sentence for what only a commit can find out."""
