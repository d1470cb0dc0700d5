import base64
import hashlib
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from commonweal.methods.leaf import b64url, disclosure, disclosure_digest, leaf_hash, unb64url
from tests.methods import published


@given(st.binary())
def test_a_leaf_never_hashes_like_its_bytes_alone(leaf: bytes) -> None:
    assert leaf_hash(leaf) == hashlib.sha256(bytes([0]) + leaf).digest()
    assert leaf_hash(leaf) != hashlib.sha256(leaf).digest()


@pytest.mark.parametrize(
    ("leaf", "digest"),
    [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("4c313233343536", "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
    ],
)
def test_known_leaves_have_their_known_hashes(leaf: str, digest: str) -> None:
    assert leaf_hash(bytes.fromhex(leaf)).hex() == digest


@given(st.binary())
def test_base64url_comes_back(data: bytes) -> None:
    text = b64url(data)

    assert unb64url(text) == data
    assert text == base64.urlsafe_b64encode(data).decode().replace("=", "")


@given(st.text("AQgw-_=+/ \né", max_size=8))
def test_no_two_texts_stand_for_the_same_bytes(text: str) -> None:
    try:
        data = unb64url(text)
    except ValueError as refused:
        assert "not base64url" in str(refused)  # noqa: PT017  # either way the text is accounted for
    else:
        assert b64url(data) == text


def test_the_example_of_the_standard_comes_out() -> None:
    text, digest = disclosure("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius")

    assert text == "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd"
    assert digest == disclosure_digest(text)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (
            "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
            "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
        ),
        (
            "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd",
            "jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4",
        ),
    ],
)
def test_the_digests_of_the_standard_come_out(text: str, digest: str) -> None:
    assert disclosure_digest(text) == digest


@given(st.text("abc-_", min_size=22), st.text("namé"), st.integers(-9, 9) | st.text("值"))
def test_whoever_holds_the_text_reads_salt_name_and_value(
    salt: str, name: str, value: object
) -> None:
    text, digest = disclosure(salt, name, value)

    assert json.loads(unb64url(text)) == [salt, name, value]
    assert digest == b64url(hashlib.sha256(text.encode("ascii")).digest())


@pytest.mark.parametrize("name", ["_sd", "..."])
def test_names_of_the_standard_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="choose another"):
        disclosure("salt", name, 1)


def test_values_of_the_published_cases_can_be_disclosed() -> None:
    cases = published.folder("ledger/sd-jwt/tests/testcases/object_data_types")
    text = (cases / "specification.yml").read_text(encoding="utf-8").partition("expect_verified")[2]
    expected = yaml.safe_load(text.partition(":")[2])["value_data_types"]

    for name, value in expected.items():
        disclosed, _ = disclosure("c2FsdA", name, value)

        assert json.loads(unb64url(disclosed)) == ["c2FsdA", name, value]
