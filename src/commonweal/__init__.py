"""Software with which a city governs itself in the open."""

__version__ = "0.1.0"
