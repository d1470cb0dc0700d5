"""What can be done: with photos, with flags, with the city's pages."""

from commonweal.content.actions.attachments import (
    adopt,
    clear_files,
    finish,
    publish,
    receive,
    sweep_quarantine,
    take_down,
    take_down_abandoned,
    take_down_all,
    withhold,
)
from commonweal.content.actions.flags import FLAG_WORDS_KEPT, flag, forget_words, settle_flag
from commonweal.content.actions.pages import save_page
from commonweal.content.actions.profile import PAGES
from commonweal.content.actions.storage import try_storage

__all__ = [
    "FLAG_WORDS_KEPT",
    "PAGES",
    "adopt",
    "clear_files",
    "finish",
    "flag",
    "forget_words",
    "publish",
    "receive",
    "save_page",
    "settle_flag",
    "sweep_quarantine",
    "take_down",
    "take_down_abandoned",
    "take_down_all",
    "try_storage",
    "withhold",
]
