"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

from commonweal.site import env, lifeline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.site.settings.serve")
application = get_wsgi_application()
if env.read("WEB", int, default=0, says="Set by `web` for its workers.") == os.getppid():
    lifeline.end_with(os.getppid())
