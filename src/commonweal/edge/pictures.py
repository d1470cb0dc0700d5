"""A photo as an answer: the public one for a while, anybody's own never kept."""

import hashlib

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag

from commonweal.content import queries as content
from commonweal.content.types import AttachmentCard, Size


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
