"""What a server imports."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.web.settings")
_django = get_wsgi_application()

# Django must be set up before anything of ours that speaks to it.
from needlework.web.errors import in_utf8  # noqa: E402

application = in_utf8(_django)
