"""Photos: to everybody what was published, to the sender and to staff what is theirs."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from commonweal.cases import queries as cases
from commonweal.content import queries as content
from commonweal.content.types import AttachmentCard, Size
from commonweal.edge.access import public
from commonweal.edge.pictures import picture
from commonweal.edge.requests import actor_of


@public
@require_safe
def photo(request: HttpRequest, photo_id: UUID, size: str) -> HttpResponse:
    """Send a photo that is public, or one that this member of staff may see."""
    card = content.attachment(photo_id)
    if card.is_public and card.is_ready:
        return picture(request, card, size_of(size), public=True)
    if _is_for_staff(request, card):
        return picture(request, card, size_of(size), public=False)
    raise Http404


def size_of(word: str) -> Size:
    """Read a size out of an address."""
    try:
        return Size(word)
    except ValueError:
        raise Http404 from None


def _is_for_staff(request: HttpRequest, card: AttachmentCard) -> bool:
    kind, _sep, hexadecimal = card.subject.partition(":")
    actor = actor_of(request)
    if kind != "case" or not actor.is_staff:
        return False
    return cases.may_see(UUID(hex=hexadecimal), by=actor)


urlpatterns = [path("photos/<uuid:photo_id>/<slug:size>/", photo, name="photo")]
