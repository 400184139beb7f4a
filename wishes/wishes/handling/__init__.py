"""What is settled among people around a wish: who answers for it, how it was, what another body says, and appeals."""
