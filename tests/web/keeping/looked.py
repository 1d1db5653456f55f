"""Print all that an installation holds: every row of every table, every file, every guard."""

from __future__ import annotations

import hashlib
import json
import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.keeping.settings"
    django.setup()
    from needlework.web.audit.seal import verify
    from needlework.web.blobs.models import Blob
    from needlework.web.blobs.services import open_blob
    from needlework.web.keeping.rows import digest_of, read
    from needlework.web.keeping.ways import carried, every
    from needlework.web.records import triggers

    report = verify()
    told = {
        "tables": {m._meta.label_lower: list(read(every(m))) for m in carried()},
        "digests": {m._meta.label_lower: digest_of(every(m)) for m in carried()},
        "files": {
            str(blob.pk): hashlib.sha256(open_blob(blob)).hexdigest() for blob in Blob.objects.all()
        },
        "unguarded": [trigger.name for trigger in triggers.missing()],
        "guarded": len(triggers.append_only_models()),
        "faults": report.faults,
        "seals": report.seals,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
