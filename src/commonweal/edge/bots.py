"""Programs that fill in forms are told apart by what they do; people never solve a riddle.

A field nobody sees stays empty, and nobody fills in a form within two seconds. A browser may also
show a small piece of work (`static/edge/proof.js`), which makes up for a very quick hand. Nothing
here needs JavaScript, and who is refused gets a sentence with the next step.
"""

import hashlib
from datetime import timedelta

from django.http import HttpRequest

from commonweal.edge import once
from commonweal.edge.errors import FormTooOld, LooksAutomatic
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import Refusal

TRAP = "second_name"
PROOF = "form_proof"
QUICKEST = timedelta(seconds=2)
PROOF_BITS = 14  # some 16,000 digests: a fraction of a second, on an old phone two
LONGEST_PROOF = 40


def problem(request: HttpRequest, form: str) -> Refusal | None:
    """Say what speaks against a sent form; the page shows it again with all that was typed."""
    if actor_of(request).is_staff:
        return None
    said = request.POST.get(once.FIELD, "")
    stamp = once.read_stamp(said, form)
    if request.POST.get(TRAP):
        return LooksAutomatic()
    if stamp is None or (age := now_of(request) - stamp.made_at) > once.KEEPS:
        return FormTooOld()
    if age < QUICKEST and not proven(said, request.POST.get(PROOF, "")):
        return LooksAutomatic()
    return None


def check(request: HttpRequest, form: str) -> None:
    """Refuse a form that a program seems to have sent."""
    if found := problem(request, form):
        raise found


def proven(stamp: str, proof: str) -> bool:
    """Say whether somebody worked for this form: its digest begins with enough zero bits."""
    if not proof or len(proof) > LONGEST_PROOF:
        return False
    digest = hashlib.sha256(f"{stamp}|{proof}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest) >> (256 - PROOF_BITS) == 0
