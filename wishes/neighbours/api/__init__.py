"""What neighbours do around a wish, for programs."""
