"""What neighbours do around a wish: follow it, need it too, talk about it, share it, ask how far it is."""
