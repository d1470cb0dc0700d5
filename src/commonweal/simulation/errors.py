"""Refusals of the made-up city."""

from commonweal.kernel.errors import Kind, Refusal


class CityIsTaken(Refusal):
    code = "simulation.city-is-taken"
    kind = Kind.CONFLICT
    sentence = (
        "A real city lives here already. The sample city only fills an empty place: "
        "set COMMONWEAL_HOME or DATABASE_URL to another one."
    )
