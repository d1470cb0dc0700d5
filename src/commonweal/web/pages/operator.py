"""What the operator sees of the work behind the pages: backlog, parked jobs, mails that failed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from commonweal.edge.access import staff_only
from commonweal.edge.requests import now_of
from commonweal.kernel import actions, queries
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.messages import queries as mail


@require_GET
@staff_only(Role.ADMINISTRATOR)
def operator(request: HttpRequest) -> HttpResponse:
    """Show how far the work lags and what waits for a hand."""
    about = {
        "backlog": queries.backlog(at=now_of(request)),
        "parked": queries.parked(),
        "failed": mail.failed(),
        "missing_triggers": ledger.missing_triggers(),
    }
    return render(request, "staff/operator.html", about)


@require_POST
@staff_only(Role.ADMINISTRATOR)
def release(request: HttpRequest, job_id: int) -> HttpResponse:
    """Let a parked job try again."""
    actions.release(job_id=job_id, at=now_of(request))
    messages.success(request, _("The job is released and will be tried again."))
    return redirect("operator")


urlpatterns = [
    path("staff/operator/", operator, name="operator"),
    path("staff/operator/<int:job_id>/release/", release, name="operator-release"),
]
