"""Patrols (巡查): a route with points and a rhythm, walked by somebody of the place and ticked point by point."""
