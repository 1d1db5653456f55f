from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consultations", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="draft",
            name="opened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="thrown_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="removed",
            field=models.JSONField(null=True),
        ),
    ]
