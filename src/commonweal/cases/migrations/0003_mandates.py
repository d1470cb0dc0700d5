"""For whom somebody spoke at the phone or the counter, and what shows it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="evidence",
            field=models.CharField(
                blank=True,
                choices=[("stated", "stated"), ("seen", "seen"), ("paper", "paper")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="speaks_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("oneself", "oneself"),
                    ("family", "family"),
                    ("neighbour", "neighbour"),
                    ("carer", "carer"),
                    ("organisation", "organisation"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evidence", ""), ("speaks_for__in", ["", "oneself"])),
                    models.Q(
                        models.Q(("speaks_for__in", ["", "oneself"]), _negated=True),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="who_speaks_for_others_says_by_what_right",
            ),
        ),
    ]
