"""What the city's mails and pages say."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as lazy

from commonweal.content.types import PageSource
from commonweal.messages.types import TemplateCard
from commonweal.web.forms.setup.base import ChangeForm

LONGEST_SUBJECT, LONGEST_MAIL = 150, 5000
LONGEST_TITLE, LONGEST_PAGE = 200, 60_000


class TemplateForm(ChangeForm):
    """One mail in one language."""

    subject = forms.CharField(label=lazy("Subject"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label=lazy("Text"), max_length=LONGEST_MAIL, widget=forms.Textarea({"rows": 16})
    )
    field_order = ("subject", "body")
    places: ClassVar[Mapping[str, str]] = {
        "messages.empty-template": "body",
        "messages.unknown-fact": "body",
        "messages.missing-link": "body",
        "messages.long-template": "body",
    }

    def __init__(self, *args: Any, card: TemplateCard, **kwargs: Any) -> None:
        start = {"seen": card.version, "subject": card.subject, "body": card.body}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["lang"] = card.language


class PageForm(ChangeForm):
    """One of the city's pages in one language."""

    title = forms.CharField(label=lazy("Title"), max_length=LONGEST_TITLE)
    body = forms.CharField(
        label=lazy("Text"), max_length=LONGEST_PAGE, widget=forms.Textarea({"rows": 24})
    )
    field_order = ("title", "body")
    places: ClassVar[Mapping[str, str]] = {
        "content.empty-page": "body",
        "content.page-too-long": "body",
        "content.unknown-placeholder": "body",
    }

    def __init__(self, *args: Any, source: PageSource, **kwargs: Any) -> None:
        start = {"seen": source.version, "title": source.title, "body": source.body}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in ("title", "body"):
            self.fields[name].widget.attrs["lang"] = source.language
