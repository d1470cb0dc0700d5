"""The city's colours, as a stylesheet of two lines."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from commonweal.edge.access import public


@public
@require_safe
def city_style(request: HttpRequest) -> HttpResponse:
    """Send the colours that are colours, or say that the reader's copy still holds."""
    text = render_to_string("commonweal/city.css", request=request).strip() + "\n"
    tag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:20])
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=300)
    return response
