"""What may be done with a case. Order in each: who, whether, enter, change, announce, return."""

from commonweal.cases.actions.bulk import (
    carry_on,
    do_bulk,
    forget_bulks,
    forget_words_before,
    prepare_bulk,
    undo_bulk,
)
from commonweal.cases.actions.calling import call
from commonweal.cases.actions.counting import count_changed
from commonweal.cases.actions.elsewhere import pass_on, passed_on, passing_failed, take_over
from commonweal.cases.actions.filters import (
    drop_filter,
    filter_used,
    forget_filters,
    keep_filter,
    move_filter,
    rename_filter,
)
from commonweal.cases.actions.flags import settle_flag
from commonweal.cases.actions.following import tell_areas, tell_followers
from commonweal.cases.actions.forgetting import forget
from commonweal.cases.actions.from_file import formats, guess_mapping, import_file
from commonweal.cases.actions.importing import import_cases
from commonweal.cases.actions.reporter import (
    add_photos,
    confirm,
    contest,
    correct,
    new_key,
    replace_keys,
    reply,
    withdraw,
)
from commonweal.cases.actions.reporting import report
from commonweal.cases.actions.setup import order_rules, save_category, save_rule
from commonweal.cases.actions.staff import (
    acknowledge,
    answer,
    ask,
    assign,
    decline,
    hold,
    note,
    publish,
    publish_photo,
    recategorise,
    refer,
    schedule,
    start,
    take_down,
    take_down_photo,
    take_down_word,
    withhold,
    withhold_photo,
)

__all__ = [
    "acknowledge",
    "add_photos",
    "answer",
    "ask",
    "assign",
    "call",
    "carry_on",
    "confirm",
    "contest",
    "correct",
    "count_changed",
    "decline",
    "do_bulk",
    "drop_filter",
    "filter_used",
    "forget",
    "forget_bulks",
    "forget_filters",
    "forget_words_before",
    "formats",
    "guess_mapping",
    "hold",
    "import_cases",
    "import_file",
    "keep_filter",
    "move_filter",
    "new_key",
    "note",
    "order_rules",
    "pass_on",
    "passed_on",
    "passing_failed",
    "prepare_bulk",
    "publish",
    "publish_photo",
    "recategorise",
    "refer",
    "rename_filter",
    "replace_keys",
    "reply",
    "report",
    "save_category",
    "save_rule",
    "schedule",
    "settle_flag",
    "start",
    "take_down",
    "take_down_photo",
    "take_down_word",
    "take_over",
    "tell_areas",
    "tell_followers",
    "undo_bulk",
    "withdraw",
    "withhold",
    "withhold_photo",
]
