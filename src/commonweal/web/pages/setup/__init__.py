"""Setup: the pages of the city administrator, one module per theme."""
