"""Tell somebody something: once, in their language, by mail; and keep the city's words for it."""

from commonweal.messages.actions.digests import send_digests
from commonweal.messages.actions.following import (
    ask_to_follow,
    change_rhythm,
    confirm_follow,
    follow,
    mark_told,
    stop_following,
    take_back,
    unfollow,
)
from commonweal.messages.actions.posting import deliver
from commonweal.messages.actions.registering import (
    register_folder,
    register_follow_links,
    register_resolver,
    register_stop_link,
    register_template,
)
from commonweal.messages.actions.telling import gather, send
from commonweal.messages.actions.trying import try_the_post
from commonweal.messages.actions.wishes import forget, set_preference, stop, sweep
from commonweal.messages.actions.words import preview, reset_template, save_template

__all__ = [
    "ask_to_follow",
    "change_rhythm",
    "confirm_follow",
    "deliver",
    "follow",
    "forget",
    "gather",
    "mark_told",
    "preview",
    "register_folder",
    "register_follow_links",
    "register_resolver",
    "register_stop_link",
    "register_template",
    "reset_template",
    "save_template",
    "send",
    "send_digests",
    "set_preference",
    "stop",
    "stop_following",
    "sweep",
    "take_back",
    "try_the_post",
    "unfollow",
]
