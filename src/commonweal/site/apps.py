"""Registration with Django: the commands an operator types."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "commonweal.site"
    label = "commonweal_site"
