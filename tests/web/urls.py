"""The addresses a page frame needs, around one page that shows every piece."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm

EVIL = "<script>alert('x')</script>\" onload=\"x"


class EveryField(PlainForm):
    """One field of every kind; choices and labels may hold what must be escaped."""

    words = forms.CharField(label="Where is it?", help_text="A street or a landmark.")
    text = forms.CharField(label="What happened?", widget=forms.Textarea, max_length=40)
    mail = forms.EmailField(label="Mail", required=False)
    phone = forms.CharField(
        label="Phone", required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    district = forms.ChoiceField(
        label="District", choices=[("", "Choose"), ("n", "North"), ("s", "South")]
    )
    how = forms.ChoiceField(
        label="How bad is it?",
        choices=[("1", "Can wait"), ("2", "Dangerous")],
        widget=forms.RadioSelect,
        help_text="Choose one.",
    )
    tell = forms.MultipleChoiceField(
        label="Tell me by",
        choices=[("mail", "Mail"), ("letter", "Letter")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label="I have read what will be public", help_text="See above.")
    seen = DatePartsField(label="When did you see it?", required=False)
    until = forms.DateField(label="Until", required=False)
    photo = forms.FileField(label="Photo", required=False)


class EvilField(forms.Form):
    """A form whose every word tries to become markup."""

    one = forms.ChoiceField(
        label=EVIL, help_text=EVIL, choices=[(EVIL, EVIL)], widget=forms.RadioSelect
    )
    two = forms.CharField(label=EVIL, help_text=EVIL, widget=forms.Textarea)
    three = forms.ChoiceField(label=EVIL, choices=[(EVIL, EVIL)])

    def clean(self) -> dict[str, Any]:
        """Refuse with words that are markup."""
        raise forms.ValidationError(EVIL)


TIMELINE = [
    {
        "title": "Received",
        "at": dt.datetime(2026, 3, 2, 8, 15, tzinfo=dt.UTC),
        "when": "2 March 2026, 8:15",
        "who": "Resident",
        "text": "The lamp in front of number 12 is dark.\nIt has been for a week.",
    },
    {"title": "Given to Street lighting", "when": "2 March 2026, 8:16", "tone": "quiet"},
    {
        "title": "Answered",
        "when": "4 March 2026, 10:00",
        "who": "Street lighting",
        "text": "We changed the lamp.",
        "tone": "now",
    },
    {"title": "Please confirm", "when": "until 18 March 2026", "tone": "expected"},
]
QUEUE = [
    (
        "R4QX-7M2N-K8PZ",
        "Street lamp dark in front of number 12, Harbour Road",
        "Lighting",
        "received",
        "Received",
        "3 March",
        True,
    ),
    (
        "9FXA-22JT-Q6WD",
        "Pothole near the school gate",
        "Roads",
        "in-work",
        "In work",
        "5 March",
        False,
    ),
    (
        "T0KC-MM81-4EVH",
        "Bin not emptied since Monday",
        "Waste",
        "waiting",
        "Waiting for the reporter",
        "9 March",
        False,
    ),
    (
        "C7DD-90RS-XN3B",
        "Fallen tree across the river path",
        "Parks",
        "answered",
        "Answered",
        "2 March",
        False,
    ),
    (
        "2WWQ-HZ5Y-61GA",
        "Noise from the market at night",
        "Order",
        "contested",
        "Contested",
        "1 March",
        True,
    ),
]


def home(request: HttpRequest) -> HttpResponse:
    """Show the first page of a city."""
    return render(request, "web_home.html")


def pieces(request: HttpRequest) -> HttpResponse:
    """Show every piece; a POST comes back with errors."""
    form = EveryField(request.POST, request.FILES) if request.method == "POST" else EveryField()
    return render(
        request,
        "web_pieces.html",
        {
            "form": form,
            "timeline": TIMELINE,
            "queue": QUEUE,
            "rows": [
                {"key": "Place", "value": "Harbour Road 12", "url": "/", "action": "Change"},
                {"key": "Category", "value": "Street lighting"},
            ],
            "tones": [
                "received",
                "in-work",
                "waiting",
                "answered",
                "confirmed",
                "contested",
                "not-ours",
                "overdue",
            ],
        },
    )


def evil(request: HttpRequest) -> HttpResponse:
    """Show the form that tries to become markup."""
    return render(request, "web_form.html", {"form": EvilField(request.POST or {"two": EVIL})})


def districts(_request: HttpRequest) -> HttpResponse:
    """Give two squares beside each other."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 22], [x + 1, 22], [x + 1, 23], [x, 23], [x, 22]]],
            },
            "properties": {"code": name, "names": {"en": name, "zh-Hant": f"{name}區"}},
        }
        for x, name in ((114, "West"), (115, "East"))
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def points(_request: HttpRequest) -> HttpResponse:
    """Give one case, whose title tries to become markup."""
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [115, 22.5]},
        "properties": {"title": EVIL, "url": "javascript:alert(1)", "state": EVIL, "tone": "new"},
    }
    return JsonResponse({"type": "FeatureCollection", "features": [feature]})


def sent(request: HttpRequest) -> HttpResponse:
    """Say that the report arrived."""
    return render(request, "web_sent.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("pieces", pieces, name="pieces"),
    path("evil", evil, name="evil"),
    path("sent", sent, name="sent"),
    path("districts.geojson", districts),
    path("points.geojson", points),
    path("", include("commonweal.web.pages.urls")),
]
