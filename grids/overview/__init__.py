"""A place at a glance (一张图): what each feature counts, side by side, on the map and behind each number its list."""
