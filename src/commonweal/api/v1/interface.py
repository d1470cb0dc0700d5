"""The interface itself: its description tells refusals as they are told, as problem+json."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

REFUSED = 400  # and everything above


class Interface(NinjaAPI):
    """An interface whose refusals are told at the edge, in another media type than its answers."""

    def get_openapi_schema(self, **about: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**about)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, told in operation["responses"].items():
                    if int(status) >= REFUSED:
                        told["content"] = {
                            "application/problem+json": told["content"]["application/json"]
                        }
        return schema
