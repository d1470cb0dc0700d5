"""The city's profile and its dated policy parameters."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from commonweal.city import actions, errors, queries, rules
from commonweal.city.models import ParameterValue, Profile
from commonweal.city.types import ParameterType
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from tests.factories.city import (
    ALWAYS,
    NOW,
    OFFICER,
    given_parameter,
    given_profile,
    one_parameter,
    words,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_before_it_is_set_up_the_city_has_a_plain_stand_in() -> None:
    city = queries.profile()

    assert not queries.is_set_up()
    assert (city.version, city.name["en"]) == (0, "Our city")


def test_the_profile_is_given_as_it_was_saved() -> None:
    saved = given_profile(address=words("Lake Street 1"), hours=words("Mon-Fri 9-17"))

    assert queries.profile() == saved
    assert queries.is_set_up()
    assert saved.address == words("Lake Street 1")


def test_one_installation_is_one_city() -> None:
    given_profile()
    given_profile(phone="1999")

    assert Profile.objects.count() == 1
    assert queries.profile().version == 2


@pytest.mark.parametrize(
    ("colour", "refusal"),
    [
        ("#ffffff", errors.WeakContrast),
        ("#00aa55", errors.WeakContrast),
        ("#777777", errors.WeakContrast),  # 4.48: just too light
        ("green", errors.BadColour),
        ("#12345", errors.BadColour),
        ("", errors.BadColour),
    ],
)
def test_a_colour_that_people_cannot_read_is_refused(colour: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        given_profile(brand_colour=colour)
    with pytest.raises(refusal):
        given_profile(link_colour=colour)


@pytest.mark.parametrize("colour", ["#767676", "#1D5F3C", " #000000 "])
def test_a_colour_that_people_can_read_is_taken(colour: str) -> None:
    assert given_profile(brand_colour=colour).brand_colour == colour.strip().lower()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"zone": "Asia/Taipai"}, errors.BadZone),
        ({"zone": ""}, errors.BadZone),
        ({"zone": "../etc/passwd"}, errors.BadZone),
        ({"languages": ()}, errors.NoLanguages),
        ({"languages": ("en", "en")}, errors.NoLanguages),
        ({"languages": ("fr",)}, errors.UnknownLanguage),
        ({"name": {"en": "Lanting"}}, errors.LanguageMissing),
        ({"name": words("") | {"en": " "}}, errors.LanguageMissing),
        ({"tile_address": "http://tiles.example/{z}/{x}/{y}.png"}, errors.BadTiles),
        ({"tile_address": "https://tiles.example/{z}/{x}.png"}, errors.BadTiles),
        ({"tile_address": "https://t.example/{z}/{x}/{y}; script-src *"}, errors.BadTiles),
        ({"hours": {"en": "always"}}, errors.LanguageMissing),
    ],
)
def test_a_profile_that_would_not_work_is_refused(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        given_profile(**changes)

    assert not queries.is_set_up()


def test_a_wrong_time_zone_is_answered_with_the_nearest() -> None:
    with pytest.raises(errors.BadZone, match="Asia/Taipei"):
        given_profile(zone="asia/taipai")


def test_control_characters_do_not_reach_the_pages() -> None:
    assert given_profile(name=words("Lan\x00ting\u202e")).name["en"] == "Lanting"


def test_an_old_view_of_the_profile_is_refused() -> None:
    given_profile()

    with pytest.raises(ChangedSinceYouLooked):
        actions.save_profile(
            name=words("X"), languages=("zh-Hant", "zh-Hans", "en"), zone="UTC", seen=0, **ALWAYS
        )


def test_saving_the_profile_is_entered_without_its_words() -> None:
    given_profile()

    (entry,) = entries_of(subject_of("profile", rules.PROFILE_ID))

    assert entry.facts["zone"] == "Asia/Taipei"
    assert "Lanting" not in str(entry.facts)
    assert "1999" not in str(entry.facts)


def test_a_parameter_nobody_set_has_the_value_it_is_shipped_with() -> None:
    card = queries.parameter_card("consent_age", NOW)

    assert (card.value, card.valid_from, card.version) == (14, None, 0)


def test_a_parameter_holds_from_its_date_on() -> None:
    given_parameter(value=16, valid_from=NOW)

    values = [queries.parameter("consent_age", NOW + days * DAY) for days in (-1, 0, 1)]

    assert values == [14, 16, 16]


def test_a_later_value_leaves_the_earlier_ones_in_place() -> None:
    given_parameter(value=16, valid_from=NOW)
    given_parameter(value=18, valid_from=NOW + 10 * DAY)
    given_parameter(value=12, valid_from=NOW - 10 * DAY)

    values = [queries.parameter("consent_age", NOW + days * DAY) for days in (-11, -10, 0, 9, 10)]

    assert values == [14, 12, 16, 16, 18]
    assert ParameterValue.objects.count() == 3


def test_of_two_values_of_one_date_the_last_counts() -> None:
    given_parameter(value=16)
    given_parameter(value=17)

    assert queries.parameter("consent_age", NOW) == 17
    assert [card.value for card in queries.parameters()] == [16, 17]


def test_a_value_is_never_overwritten() -> None:
    given_parameter(value=16)

    with pytest.raises(IntegrityError, match="no entry"), transaction.atomic():
        ParameterValue.objects.update(value=1)


def test_setting_a_parameter_is_entered_with_its_value() -> None:
    given_parameter(value=16)

    (entry,) = entries_of(subject_of("parameter", rules.id_of_parameter("consent_age")))

    assert (entry.facts["name"], entry.facts["value"]) == ("consent_age", 16)


def test_a_value_from_a_form_is_read() -> None:
    assert given_parameter(value=" 16 ").value == 16


def test_a_parameter_needs_a_source_and_a_reason() -> None:
    with pytest.raises(errors.SourceMissing):
        given_parameter(source=" ")
    with pytest.raises(errors.ReasonMissing):
        actions.set_parameter(
            name="consent_age",
            value=16,
            valid_from=NOW,
            source="law",
            seen=0,
            **ALWAYS | {"reason": ""},
        )


def test_an_unknown_parameter_is_answered_with_the_nearest() -> None:
    with pytest.raises(errors.NoSuchParameter, match="nearest is consent_age"):
        queries.parameter("consentage", NOW)


def test_an_old_view_of_a_parameter_is_refused() -> None:
    given_parameter(value=16)

    with pytest.raises(ChangedSinceYouLooked):
        actions.set_parameter(
            name="consent_age", value=18, valid_from=NOW, source="law", seen=0, **ALWAYS
        )


def test_an_officer_does_not_make_policy() -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.set_parameter(
            name="consent_age",
            value=18,
            valid_from=NOW,
            source="law",
            seen=0,
            **ALWAYS | {"by": OFFICER},
        )


@pytest.mark.parametrize(
    ("type_", "value", "fits"),
    [
        (ParameterType.NUMBER, 1, True),
        (ParameterType.NUMBER, 9, True),
        (ParameterType.NUMBER, 0, False),
        (ParameterType.NUMBER, 10, False),
        (ParameterType.NUMBER, True, False),
        (ParameterType.NUMBER, "3", False),
        (ParameterType.NUMBER, 3.5, False),
        (ParameterType.WORD, "red", True),
        (ParameterType.WORD, "blue", False),
        (ParameterType.WORD, 1, False),
        (ParameterType.YES_NO, False, True),
        (ParameterType.YES_NO, 0, False),
        (ParameterType.TIME, "07:30", True),
        (ParameterType.TIME, "24:00", False),
        (ParameterType.TIME, 7, False),
    ],
)
def test_a_value_fits_the_type_and_range_of_its_parameter(
    type_: ParameterType, value: object, *, fits: bool
) -> None:
    parameter = one_parameter(type_, choices=("red", "green"))

    if fits:
        assert rules.check_value(parameter, value) == value
    else:
        with pytest.raises(errors.BadParameter):
            rules.check_value(parameter, value)


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (ParameterType.NUMBER, "7", 7),
        (ParameterType.WORD, "red", "red"),
        (ParameterType.YES_NO, "Yes", True),
        (ParameterType.YES_NO, "false", False),
        (ParameterType.TIME, "07:30", "07:30"),
    ],
)
def test_forms_send_text_and_it_is_read(type_: ParameterType, text: str, value: object) -> None:
    assert rules.read_value(one_parameter(type_, choices=("red",)), text) == value


@pytest.mark.parametrize("type_", list(ParameterType))
def test_every_type_says_what_it_may_hold(type_: ParameterType) -> None:
    assert rules.allowed(one_parameter(type_, choices=("red",)))
    assert rules.allowed(one_parameter(type_, low=None, choices=("red",)))


def test_a_parameter_is_known_as_one_thing_only() -> None:
    known = rules.parameter_named("consent_age")

    actions.register_parameter(known)

    with pytest.raises(RuntimeError, match="already known"):
        rules.know(replace(known, default=15))


def test_every_known_parameter_says_what_it_does() -> None:
    known = queries.known_parameters()

    assert all(parameter.words.endswith(".") for parameter in known)
    assert "consent_age" in {parameter.name for parameter in known}
