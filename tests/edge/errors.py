"""A refusal with facts of every sort."""

from enum import StrEnum

from commonweal.kernel.errors import Kind, Refusal


class Colour(StrEnum):
    DARK_GREEN = "dark-green"


class BenchTooHigh(Refusal):
    code = "edge.bench-too-high"
    kind = Kind.INVALID
    sentence = "A {colour} bench of {centimetres} cm is too high. Choose a lower one."
