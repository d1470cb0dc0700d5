from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.methods.contrast import contrast_ratio, parse_hex, relative_luminance

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(colours)
def test_a_colour_is_read_in_any_spelling(colour: str) -> None:
    channels = parse_hex(colour)

    assert "#" + bytes(channels).hex() == colour
    assert parse_hex(f" {colour[1:].upper()} ") == channels


@given(st.integers(0, 0xFFF).map("{:03x}".format))
def test_the_short_form_doubles_its_digits(short: str) -> None:
    assert parse_hex(short) == parse_hex("".join(digit + digit for digit in short))


@pytest.mark.parametrize("text", ["", "#", "#12", "#1234", "#12345678", "blue", "#ggg", "１２３"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a colour: write one like"):
        contrast_ratio(text, "#fff")


@given(colours, colours)
def test_the_order_of_colours_does_not_matter(one: str, other: str) -> None:
    ratio = contrast_ratio(one, other)

    assert ratio == contrast_ratio(other, one)
    assert 1 <= ratio <= 21
    assert contrast_ratio(one, one) == 1


@given(st.integers(0, 254))
def test_a_brighter_grey_has_more_light(grey: int) -> None:
    darker, brighter = (f"#{level:02x}{level:02x}{level:02x}" for level in (grey, grey + 1))

    assert relative_luminance(darker) < relative_luminance(brighter)


@given(colours)
def test_light_adds_up_from_its_channels(colour: str) -> None:
    parts = [colour[:3] + "0000", "#00" + colour[3:5] + "00", "#0000" + colour[5:]]

    assert relative_luminance(colour) == pytest.approx(sum(map(relative_luminance, parts)))


@given(st.integers(11, 255))
def test_the_curve_is_undone_by_its_inverse(grey: int) -> None:
    light = relative_luminance(f"#{grey:02x}{grey:02x}{grey:02x}")

    assert (1.055 * light ** (1 / 2.4) - 0.055) * 255 == pytest.approx(grey)


@given(st.integers(0, 10))
def test_the_darkest_greys_lie_on_a_line(grey: int) -> None:
    light = relative_luminance(f"#{grey:02x}{grey:02x}{grey:02x}")

    assert light == pytest.approx(float(Fraction(grey, 255) / Fraction("12.92")))


@pytest.mark.parametrize(
    ("text", "ground", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#949494", "#ffffff", 3.033),
        ("#ff0000", "#ffffff", 3.998),
        ("#0000ff", "#ffffff", 8.592),
        ("#ffff00", "#ffffff", 1.074),
    ],
)
def test_the_well_known_ratios_come_out(text: str, ground: str, ratio: float) -> None:
    assert contrast_ratio(text, ground) == pytest.approx(ratio, abs=0.0006)
