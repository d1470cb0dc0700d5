"""Read cases, their categories and the rules that route them."""

from commonweal.cases.queries.lists import counts, listing, points, public_listing, public_points
from commonweal.cases.queries.one import (
    by_number,
    card,
    contact_of,
    history,
    id_of_number,
    may_reveal,
    needed_contacts,
    of_contacts,
    public_card,
    reporter_by_contacts,
    reporter_by_key,
    routings,
    words,
)
from commonweal.cases.queries.setup import (
    categories,
    category,
    category_by_code,
    rule,
    rules_in_order,
    suggest_categories,
)

__all__ = [
    "by_number",
    "card",
    "categories",
    "category",
    "category_by_code",
    "contact_of",
    "counts",
    "history",
    "id_of_number",
    "listing",
    "may_reveal",
    "needed_contacts",
    "of_contacts",
    "points",
    "public_card",
    "public_listing",
    "public_points",
    "reporter_by_contacts",
    "reporter_by_key",
    "routings",
    "rule",
    "rules_in_order",
    "suggest_categories",
    "words",
]
