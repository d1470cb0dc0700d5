"""A tiny town with work of its own, so that real worker processes have something to do."""
