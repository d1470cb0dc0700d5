"""Make a small city that lives by the real actions of every context."""

from commonweal.simulation.actions.making import BEHIND, SEED, make, make_older

__all__ = ["BEHIND", "SEED", "make", "make_older"]
