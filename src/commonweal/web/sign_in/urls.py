"""Addresses of sign-in: allauth's views under our paths."""

from allauth.account import urls as allauth_urls
from django.urls import URLPattern, include, path

from commonweal.edge.access import personal
from commonweal.web.sign_in import views

# The page that manages several addresses is left out: an account has one.
_theirs = [
    URLPattern(each.pattern, personal(each.callback), each.default_args, each.name)
    for each in allauth_urls.urlpatterns
    if each.name != "account_email"
]

urlpatterns = [
    path("account/", views.account, name="account_email"),
    path("account/", include(_theirs)),
    path("stop-messages/<str:token>/", views.stop_messages, name="stop-messages"),
]
