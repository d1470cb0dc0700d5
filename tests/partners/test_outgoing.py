"""Requests leave for public addresses only, and come back in time, in size, or not at all."""

import socket
from typing import Any

import pytest
from pytest_django import Settings

from commonweal.partners import rules
from commonweal.partners.adapters import outgoing
from commonweal.partners.adapters.outgoing import NothingCame
from commonweal.partners.errors import AddressInside, AddressUnreadable
from commonweal.partners.types import Trouble
from tests.factories.partners import Listener, listening


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104  (an address to refuse)
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
        "192.0.0.8",
        "192.0.0.192",
        "192.88.99.1",
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "64:ff9b::a83f:8110",
        "64:ff9b:1::5db8:d70e",
        "2002:5db8:d70e::1",
        "2001:1::1",
        "2001::1",
        "3fff::1",
        "5f00::1",
        "nonsense",
        "",
    ],
)
def test_no_address_of_a_network_inside_is_public(address: str) -> None:
    assert not rules.is_public(address, [])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e"])
def test_others_are(address: str) -> None:
    assert rules.is_public(address, [])


def test_an_operator_allows_networks_of_his_own_and_no_more() -> None:
    assert rules.is_public("10.1.2.3", ["10.1.2.0/24"])
    assert rules.is_public("::ffff:10.1.2.3", ["10.1.2.0/24"])
    assert not rules.is_public("10.1.3.3", ["10.1.2.0/24"])
    assert not rules.is_public("::1", ["127.0.0.0/8"])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "partner.example",
        "//partner.example/",
        "ftp://partner.example/",
        "file:///etc/passwd",
        "gopher://partner.example/",
        "https://",
        "https:///notices",
        "https://name:word@partner.example/",
        "https://name@partner.example/",
        "https://partner.example:0/",
        "https://partner.example:99999/",
        "https://partner.example:x/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://partner.example/a b",
        "https://partner.example/a\r\nHost: other",
        "https://partner.example/\x00",
        "https://partner.example/路",
        f"https://partner.example/{'x' * 500}",
        f"https://{'x' * 64}.example/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressUnreadable):
        outgoing.check(url)
    with pytest.raises(NothingCame):
        outgoing.send("GET", url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]:8000/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://a.localhost/",
        "http://2130706433/",
        "http://127.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1./",
    ],
)
def test_an_address_that_plainly_lies_inside_is_refused_at_once(url: str) -> None:
    with pytest.raises(AddressInside):
        outgoing.check(url)


def test_an_address_is_read_as_it_is_meant() -> None:
    target = rules.target_of("https://Münster.example:8443/a/b?c=d#e")

    assert (target.scheme, target.host, target.port) == ("https", "xn--mnster-3ya.example", 8443)
    assert target.path == "/a/b?c=d"
    assert rules.target_of("http://x.example").path == "/"


def test_a_name_that_leads_inside_is_not_asked(partner: Listener, settings: Settings) -> None:
    settings.OUTGOING_INSIDE = []

    with pytest.raises(NothingCame) as none:
        outgoing.send("POST", f"http://localhost:{partner.port}/", body=b"x")

    assert none.value.trouble is Trouble.INSIDE
    assert partner.heard == []


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let each look-up of a name give the next of these lists of addresses."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_kwargs: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_name_with_one_address_inside_is_not_asked_at_all(
    partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.1", "10.0.0.1"])

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", f"http://two.example:{partner.port}/")

    assert none.value.trouble is Trouble.INSIDE
    assert partner.heard == []


def test_a_name_is_looked_up_once_and_that_address_is_asked(
    partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])

    answer = outgoing.send("GET", f"http://changing.example:{partner.port}/a?b=c")

    assert answer.status == 204
    assert asked == ["changing.example"]
    (heard,) = partner.heard
    assert heard.headers["host"] == f"changing.example:{partner.port}"
    assert heard.path == "/a?b=c"


def test_a_redirect_inside_the_host_is_followed_by_who_reads(partner: Listener) -> None:
    partner.answers = [(302, {"Location": "/there"}, b""), (200, {"X-Said": "yes"}, b"found")]

    answer = outgoing.send("GET", partner.url)

    assert (answer.status, answer.body, answer.headers["x-said"]) == (200, b"found", "yes")
    assert [heard.path for heard in partner.heard] == ["/notices", "/there"]


def test_who_sends_is_not_redirected(partner: Listener) -> None:
    partner.answers = [(307, {"Location": "/there"}, b"")]

    assert outgoing.send("POST", partner.url, body=b"x").status == 307
    assert len(partner.heard) == 1


@pytest.mark.parametrize(
    "location", ["http://localhost:{port}/", "https://other.example/", "//other.example/"]
)
def test_a_redirect_to_another_host_is_not_followed(partner: Listener, location: str) -> None:
    partner.answers = [(302, {"Location": location.format(port=partner.port)}, b"")]

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", partner.url)

    assert none.value.trouble is Trouble.REDIRECTED
    assert len(partner.heard) == 1


def test_a_redirect_that_no_address_can_be_read_from_is_not_followed(partner: Listener) -> None:
    partner.answers = [(302, {"Location": "http://["}, b"")]

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", partner.url)

    assert none.value.trouble is Trouble.REDIRECTED


def test_a_redirect_to_another_port_is_not_followed_unless_it_is_that_of_https() -> None:
    def may(*urls: str) -> bool:
        return rules.may_lead_on(*map(rules.target_of, urls))

    assert may("http://a.example/", "https://a.example/")
    assert may("http://a.example:8000/", "https://a.example/")
    assert may("https://a.example:8443/", "https://a.example:8443/there")
    assert not may("http://a.example/", "http://a.example:6379/")
    assert not may("https://a.example/", "https://a.example:8443/")
    assert not may("https://a.example/", "http://a.example/")


def test_another_port_of_the_same_host_hears_nothing(partner: Listener) -> None:
    with listening(Listener()) as other:
        partner.answers = [(302, {"Location": other.url}, b"")]
        with pytest.raises(NothingCame) as none:
            outgoing.send("GET", partner.url)

    assert none.value.trouble is Trouble.REDIRECTED
    assert other.heard == []


def test_a_redirect_to_a_file_is_not_followed(partner: Listener) -> None:
    partner.answers = [(302, {"Location": "file:///etc/passwd"}, b"")]

    with pytest.raises(NothingCame):
        outgoing.send("GET", partner.url)


def test_three_redirects_are_followed_and_no_fourth(partner: Listener) -> None:
    partner.answers = [(302, {"Location": "/on"}, b"")]

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", partner.url)

    assert none.value.trouble is Trouble.REDIRECTED
    assert len(partner.heard) == 4


def test_an_answer_that_is_too_large_is_not_read_to_its_end(partner: Listener) -> None:
    partner.answers = [(200, {}, b"x" * 2000)]

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", partner.url, largest=1999)

    assert none.value.trouble is Trouble.TOO_LARGE
    assert len(outgoing.send("GET", partner.url, largest=2000).body) == 2000


def test_who_answers_byte_by_byte_is_cut_off(partner: Listener) -> None:
    partner.answers, partner.drip_s = [(200, {}, b"x" * 100)], 0.05

    with pytest.raises(NothingCame) as none:
        outgoing.send("GET", partner.url, within_s=0.5)

    assert none.value.trouble is Trouble.TOO_SLOW


def test_who_never_answers_is_left(inside: None) -> None:  # noqa: ARG001
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NothingCame) as none:
            outgoing.send("GET", url, within_s=0.3)

    assert none.value.trouble is Trouble.TOO_SLOW


def test_nobody_there_and_no_http_have_their_words(
    inside: None,  # noqa: ARG001
    partner: Listener,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(NothingCame) as nobody:
        outgoing.send("GET", f"http://127.0.0.1:{free}/")
    with pytest.raises(NothingCame) as no_tls:
        outgoing.send("GET", f"https://127.0.0.1:{partner.port}/")

    assert nobody.value.trouble is Trouble.UNREACHABLE
    assert no_tls.value.trouble is Trouble.UNREACHABLE


def test_proxies_of_the_environment_are_not_asked(
    partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert outgoing.send("GET", partner.url).is_yes
