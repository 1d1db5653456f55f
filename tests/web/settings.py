"""The app's settings for tests: data in a folder of their own, and quick password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Whatever a developer has set stays out, but for the engine that the tests are to run on.
_KEPT = {"NEEDLEWORK_DATABASE", "NEEDLEWORK_CACHE", "NEEDLEWORK_UPDATE_GOLDEN"}
for _name in [name for name in os.environ if name.startswith("NEEDLEWORK_")]:
    if _name not in _KEPT:
        del os.environ[_name]

os.environ["NEEDLEWORK_DATA"] = tempfile.mkdtemp(prefix="needlework-tests-")
atexit.register(shutil.rmtree, os.environ["NEEDLEWORK_DATA"], ignore_errors=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from needlework.web.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests sign their owners in at once; tests/web/accounts shows what holds for them.
SECOND_FACTOR_REQUIRED = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Static files by their own names: nothing is collected for tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
