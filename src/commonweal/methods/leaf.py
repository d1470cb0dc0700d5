"""Digests of the public record: leaves of the log, and values that may be disclosed later."""

import base64
import binascii
import hashlib

from commonweal.methods.canonical import canonical_json


def leaf_hash(leaf: bytes) -> bytes:
    r"""Hash of a leaf in a Merkle tree.

    .. math:: h = \mathrm{SHA256}(\mathtt{0x00} \mathbin\Vert leaf)

    Parameters
    ----------
    leaf : bytes
        The leaf as it stands in the record; any length.

    Returns
    -------
    bytes
        32 bytes.

    Notes
    -----
    O(n) time. The leading zero keeps a leaf from being passed off as an inner node.

    References
    ----------
    .. [1] Laurie, Langley, Kasper (2013). Certificate Transparency. RFC 6962, section 2.1.

    Examples
    --------
    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'

    """
    return hashlib.sha256(b"\x00" + leaf).digest()


def b64url(data: bytes) -> str:
    """Base64 with the alphabet that is safe in addresses, without padding.

    Parameters
    ----------
    data : bytes
        Any bytes.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_``: ``ceil(4 * len(data) / 3)`` characters.

    Notes
    -----
    O(n) time. The inverse is `unb64url`.

    References
    ----------
    .. [1] Josefsson (2006). Base-N Encodings. RFC 4648, section 5.

    Examples
    --------
    >>> b64url(b"city?")
    'Y2l0eT8'

    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Bytes behind an unpadded base64url text.

    Parameters
    ----------
    text : str
        What `b64url` gives: letters, digits, ``-`` and ``_``.

    Returns
    -------
    bytes
        The one value with ``b64url(value) == text``.

    Raises
    ------
    ValueError
        With padding, foreign characters, an impossible length or spare bits that are not zero:
        two texts never stand for the same bytes.

    Notes
    -----
    O(n) time.

    References
    ----------
    .. [1] Josefsson (2006). Base-N Encodings. RFC 4648, sections 3.5 and 5.

    Examples
    --------
    >>> unb64url("Y2l0eT8")
    b'city?'

    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or b64url(data) != text:
        raise ValueError("not base64url: use letters, digits, - and _, without = at the end")
    return data


def disclosure(salt: str, name: str, value: object) -> tuple[str, str]:
    r"""Disclosure of one named value, and the digest that stands for it in the record.

    .. math:: t = \mathrm{b64url}(\mathrm{JSON}([salt, name, value])), \quad
              d = \mathrm{b64url}(\mathrm{SHA256}(t))

    Parameters
    ----------
    salt : str
        At least 128 random bits as text, a new one for every value: without it a short value
        can be guessed from its digest.
    name : str
        What the value is called; not ``_sd`` and not ``...``, which the standard keeps.
    value : object
        What `commonweal.methods.canonical.canonical_json` accepts.

    Returns
    -------
    tuple of str
        ``(text, digest)``: the text is handed to whoever may know, the digest (43 characters)
        is published.

    Raises
    ------
    ValueError
        With a name that the standard keeps, or a value that is not canonical JSON.

    Notes
    -----
    O(n) time. The JSON inside is canonical, one of the spellings the standard allows.

    References
    ----------
    .. [1] Fett, Yasuda, Campbell (2025). Selective Disclosure for JSON Web Tokens. RFC 9901,
       section 4.2.

    Examples
    --------
    >>> text, digest = disclosure("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius")
    >>> text
    'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd'
    >>> digest == disclosure_digest(text)
    True

    """
    if name in {"_sd", "..."}:
        raise ValueError(
            f"the name {name} has a meaning of its own in a disclosure: choose another"
        )
    text = b64url(canonical_json([salt, name, value]))
    return text, disclosure_digest(text)


def disclosure_digest(text: str) -> str:
    r"""Digest under which a disclosure stands in the record.

    .. math:: d = \mathrm{b64url}(\mathrm{SHA256}(text))

    Parameters
    ----------
    text : str
        A disclosure as it was received: base64url, hence ASCII. It is hashed as it is, never
        decoded and written anew.

    Returns
    -------
    str
        43 characters of base64url.

    Raises
    ------
    ValueError
        With a text that is not ASCII.

    Notes
    -----
    O(n) time.

    References
    ----------
    .. [1] Fett, Yasuda, Campbell (2025). Selective Disclosure for JSON Web Tokens. RFC 9901,
       section 4.2.3.

    Examples
    --------
    >>> disclosure_digest(
    ...     "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    ... )
    'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0'

    """
    return b64url(hashlib.sha256(text.encode("ascii")).digest())
