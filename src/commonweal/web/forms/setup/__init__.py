"""What the city administrator fills in."""
