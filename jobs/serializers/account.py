"""What an account or a guest has: limits, tokens, a guest's token."""

from typing import Any

from rest_framework import serializers

from colorweb.accounts.models import ApiToken


class GuestTokenSerializer(serializers.Serializer):
    """Adds the token of a guest who has none yet; the context names the `visitor`."""

    guest_token = serializers.CharField(
        required=False,
        help_text="Only for a guest nobody knows yet: send it as `Authorization: Bearer …` from "
        "now on. It is what proves that the job is yours.",
    )

    def to_representation(self, row: Any) -> dict[str, Any]:
        visitor = self.context["visitor"]
        token = {"guest_token": visitor.token} if visitor.is_new else {}
        return super().to_representation(row) | token


class QuotaSerializer(serializers.Serializer):
    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class QuotasSerializer(serializers.Serializer):
    """Of your account, or of your address if you have none."""

    photos_a_day = QuotaSerializer(help_text="Sent within the last 24 hours and still there.")
    photos_waiting = QuotaSerializer(help_text="In the queue now.")
    bytes_stored = QuotaSerializer(
        help_text="Your photos and everything made from them; the trash counts too."
    )


class RateSerializer(serializers.Serializer):
    limit = serializers.IntegerField(help_text="So many requests …")
    seconds = serializers.IntegerField(help_text="… in so much time.")


class LimitsSerializer(serializers.Serializer):
    """What one request, or one of you, may be; the same for everybody of your kind."""

    photo_bytes = serializers.IntegerField(help_text="Of one file.")
    photo_pixels = serializers.IntegerField()
    photo_aspect = serializers.IntegerField(help_text="Long side in short sides.")
    json_bytes = serializers.IntegerField(help_text="Of a body in JSON, base64 included.")
    batch_bytes = serializers.IntegerField(help_text="Of the body of `POST batches/`.")
    batch_files = serializers.IntegerField(help_text="Sent as `image`.")
    batch_entries = serializers.IntegerField(help_text="In a zip.")
    batch_pages = serializers.IntegerField(help_text="In a file of several pages.")
    archive_photos = serializers.IntegerField(help_text="In one zip of colors.")
    wait_seconds = serializers.IntegerField(help_text="`Prefer: wait=N` at most.")
    streams = serializers.IntegerField(help_text="Sockets, event streams and waiting requests.")
    uploads = RateSerializer(help_text="Requests with photos.")
    requests = RateSerializer(help_text="All others.")
    albums = serializers.IntegerField()
    tokens = serializers.IntegerField(help_text="0 for guests.")
    webhooks = serializers.IntegerField(help_text="0 for guests.")
    trash_days = serializers.FloatField(
        help_text="How long deleted photos can be brought back; 0 for guests."
    )
    photo_hours = serializers.FloatField(
        allow_null=True, help_text="How long photos are kept; null: until you delete them."
    )


class MeSerializer(GuestTokenSerializer):
    kind = serializers.ChoiceField(["account", "guest"])
    email = serializers.EmailField(allow_null=True)
    is_staff = serializers.BooleanField(help_text="And this token, if there is one, may use it.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiToken.Scope.values), help_text="What you may do here."
    )
    quotas = QuotasSerializer()
    limits = LimitsSerializer()
    webhook_secret = serializers.CharField(
        allow_null=True,
        help_text="Signs the messages to the `webhook_url` of your jobs; null without `write`, and "
        "for a session that has not given its password within five minutes.",
    )


class TokenSerializer(serializers.Serializer):
    """A token without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The token's first characters.")
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.values))
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To ten minutes.")
    created_at = serializers.DateTimeField()


class CreatedTokenSerializer(TokenSerializer):
    """A token with its secret, which the context holds as `secret`."""

    token = serializers.SerializerMethodField(help_text="The secret. It is never shown again.")

    def get_token(self, token: ApiToken) -> str:
        return str(self.context["secret"])


class TokensSerializer(serializers.Serializer):
    results = TokenSerializer(many=True)
