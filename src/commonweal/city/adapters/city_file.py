"""Read city.yaml: who the city is and how its pages look."""

from pathlib import Path

from commonweal.city import rules
from commonweal.city.adapters.drafts import CITY, ProfileDraft
from commonweal.city.adapters.files import (
    Findings,
    read_yaml,
)
from commonweal.city.adapters.said import mapping_of, text_of, texts_of, words_of
from commonweal.city.types import LANGUAGES

_PROFILE_KEYS = (
    "name",
    "languages",
    "time_zone",
    "phone",
    "email",
    "address",
    "hours",
    "colours",
    "map_tiles",
)


def read_profile(folder: Path, findings: Findings) -> ProfileDraft | None:
    """Read city.yaml."""
    document = read_yaml(folder, CITY, findings)
    if document is None:
        return None
    said = mapping_of(
        document, findings, (), _PROFILE_KEYS, needed=("name", "languages", "time_zone")
    )
    if said is None:
        return None
    before = len(findings.problems)

    def line(*path: str) -> int:
        return document.line(*path)

    chosen = findings.tried(
        CITY, line("languages"), rules.check_languages, texts_of(said.get("languages"))
    )
    languages = chosen or LANGUAGES
    colours = said.get("colours")
    if colours is not None:
        colours = mapping_of(document, findings, ("colours",), ("brand", "link"))
    colours = colours or {}
    draft = ProfileDraft(
        languages=languages,
        name=words_of(document, findings, languages, "name"),
        address=words_of(document, findings, languages, "address", needed=False),
        hours=words_of(document, findings, languages, "hours", needed=False),
        zone=findings.tried(CITY, line("time_zone"), rules.check_zone, text_of(said["time_zone"]))
        or "",
        phone=findings.tried(CITY, line("phone"), rules.check_phone, text_of(said.get("phone")))
        or "",
        email=findings.tried(CITY, line("email"), rules.check_mail, text_of(said.get("email")))
        or "",
        brand_colour=findings.tried(
            CITY,
            line("colours", "brand"),
            rules.check_colour,
            text_of(colours.get("brand", rules.BRAND_COLOUR)),
        )
        or "",
        link_colour=findings.tried(
            CITY,
            line("colours", "link"),
            rules.check_colour,
            text_of(colours.get("link", rules.LINK_COLOUR)),
        )
        or "",
        tile_address=findings.tried(
            CITY, line("map_tiles"), rules.check_tiles, text_of(said.get("map_tiles"))
        )
        or "",
    )
    usable = len(findings.problems) == before or (chosen and draft.zone)
    return draft if usable else None
