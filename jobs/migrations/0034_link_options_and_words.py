from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0033_pages_notes_and_depth")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="words_public",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Others read caption, date and people too."
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="sender",
            field=models.CharField(
                blank=True, db_default="", help_text="Who sends it, as they write.", max_length=100
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="message",
            field=models.TextField(blank=True, db_default="", help_text="To who opens it.", max_length=1000),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="originals",
            field=models.BooleanField(default=True, db_default=True, help_text="It shows the photos before, too."),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="downloads",
            field=models.BooleanField(
                default=True, db_default=True, help_text="Full-size files may be downloaded."
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="contributions",
            field=models.BooleanField(
                default=False, db_default=False, help_text="Of an album: who opens it may add photos."
            ),
        ),
    ]
