"""Stories of a made-up city, told by a seeded generator: pure, without a database."""

from commonweal.simulation.rules.stories import older, stories

__all__ = ["older", "stories"]
