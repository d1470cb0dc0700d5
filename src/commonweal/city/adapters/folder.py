"""The profile folder: everything the city says of itself, as files that people edit."""

from pathlib import Path

from django.utils.translation import gettext as _

from commonweal.city.adapters.calendar_file import read_calendar
from commonweal.city.adapters.city_file import read_profile
from commonweal.city.adapters.drafts import Draft
from commonweal.city.adapters.files import (
    Findings,
)
from commonweal.city.adapters.parameters_file import read_parameters
from commonweal.city.adapters.place_files import read_districts, read_landmarks
from commonweal.city.adapters.units_file import read_units
from commonweal.city.types import LANGUAGES, Problem


def read(folder: Path) -> tuple[Draft, list[Problem]]:
    """Read a whole folder and find everything that is wrong with it."""
    if not folder.is_dir():
        missing = Problem(
            file=str(folder),
            line=0,
            what=_("There is no such folder."),
            remedy=_("Check how it is written, or make it with “commonweal city save FOLDER”."),
        )
        return Draft(), [missing]
    findings, draft = Findings(), Draft()
    draft.profile = read_profile(folder, findings)
    languages = draft.profile.languages if draft.profile else LANGUAGES
    zone = draft.profile.zone if draft.profile else None
    draft.districts = read_districts(folder, findings, languages, zone)
    draft.landmarks = read_landmarks(folder, findings, languages, zone)
    draft.units = read_units(folder, findings, languages)
    draft.week, draft.days = read_calendar(folder, findings, languages)
    draft.parameters = read_parameters(folder, findings, zone)
    return draft, findings.problems
