"""As browsers write long dates: one format on a page, whoever wrote it."""

DATE_FORMAT = "F j, Y"
DATETIME_FORMAT = r"F j, Y \a\t g:i A"
