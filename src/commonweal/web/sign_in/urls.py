"""Addresses of sign-in: allauth's views under our paths."""

from allauth.account import urls as allauth_urls
from django.urls import include, path

from commonweal.web.sign_in import views

# The page that manages several addresses is left out: an account has one.
_theirs = [each for each in allauth_urls.urlpatterns if each.name != "account_email"]

urlpatterns = [
    path("account/", views.account, name="account_email"),
    path("account/", include(_theirs)),
    path("stop-messages/<str:token>/", views.stop_messages, name="stop-messages"),
]
