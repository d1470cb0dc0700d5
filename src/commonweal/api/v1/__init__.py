"""The JSON interface of this city, version 1: what everybody may see, described by OpenAPI 3.1."""
