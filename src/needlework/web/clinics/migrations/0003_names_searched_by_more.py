"""Names as they are searched, written anew: ł, ø and their like are found by l and o now."""

from __future__ import annotations

from typing import Any, Final

from django.db import migrations

from needlework.web.clinics.models import searchable

_AT_ONCE: Final = 2_000


def fold(apps: Any, editor: Any) -> None:
    clients = apps.get_model("clinics", "Client").objects.using(editor.connection.alias)
    changed: list[Any] = []
    for client in clients.only("pk", "name", "search_name").iterator(_AT_ONCE):
        folded = searchable(client.name)[:300]
        if folded != client.search_name:
            client.search_name = folded
            changed.append(client)
    clients.bulk_update(changed, ["search_name"], batch_size=_AT_ONCE // 10)


class Migration(migrations.Migration):
    dependencies = [("clinics", "0002_names_by_parts")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
