"""Make a small city that lives by the real actions of every context."""

from commonweal.simulation.actions.making import SEED, make

__all__ = ["SEED", "make"]
