"""Refusals of the ledger."""

from commonweal.kernel.errors import Kind, Refusal


class ForbiddenFact(Refusal):
    code = "ledger.forbidden-fact"
    kind = Kind.INVALID
    sentence = "A fact of an entry must be an id, a number or a word of a list: {name} is not."
