"""Photos: to everybody what was published, to the sender and to staff what is theirs."""

import hashlib
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import path
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from commonweal.cases import queries as cases
from commonweal.content import queries as content
from commonweal.content.types import AttachmentCard, Size
from commonweal.edge.access import public
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


def picture(
    request: HttpRequest, card: AttachmentCard, size: Size, *, public: bool
) -> HttpResponse:
    """Send a finished picture; whoever calls has seen that this reader may have it.

    A public one is asked for anew after five minutes: what is taken down is gone by then.
    """
    stored = content.file(card.id, size)
    tag = quote_etag(hashlib.sha256(stored.digest.encode()).hexdigest()[:20])
    response: HttpResponse | FileResponse
    if request.headers.get("If-None-Match") == tag:
        stored.file.close()
        response = HttpResponseNotModified()
    else:
        response = FileResponse(
            stored.file, content_type=stored.content_type, filename=stored.name, as_attachment=False
        )
        response["Content-Length"] = str(stored.size)
    response["ETag"] = tag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if public:
        patch_cache_control(response, public=True, max_age=300, must_revalidate=True)
    else:
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex"
    return response  # type: ignore[return-value]


urlpatterns = [path("photos/<uuid:photo_id>/<slug:size>/", photo, name="photo")]
