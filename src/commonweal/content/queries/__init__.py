"""What can be read: photos, flags, the city's pages."""

from commonweal.content.queries.attachments import attachment, attachments, attachments_of, file
from commonweal.content.queries.flags import flag, flags, flags_of, open_flags
from commonweal.content.queries.pages import (
    page,
    page_preview,
    page_source,
    page_titles,
    page_versions,
)
from commonweal.content.queries.storage import photos_place, photos_problem

__all__ = [
    "attachment",
    "attachments",
    "attachments_of",
    "file",
    "flag",
    "flags",
    "flags_of",
    "open_flags",
    "page",
    "page_preview",
    "page_source",
    "page_titles",
    "page_versions",
    "photos_place",
    "photos_problem",
]
