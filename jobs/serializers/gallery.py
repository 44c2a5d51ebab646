"""What anybody may see: likes, and the networks one can choose from."""

from rest_framework import serializers


class LikesSerializer(serializers.Serializer):
    likes = serializers.IntegerField(help_text="How many like the photo.")
    liked = serializers.BooleanField(help_text="You are one of them.")


class VersionSerializer(serializers.Serializer):
    """A version of a network; `name@version` is what `model` takes."""

    version = serializers.CharField(help_text="First 12 digits of the weights' SHA-256.")
    created_at = serializers.DateTimeField(help_text="When it was registered here.")


class ModelSerializer(serializers.Serializer):
    """A network that can color: a `Line` of `ml.versions.registry`."""

    name = serializers.CharField(help_text="What `model` takes.")
    title = serializers.CharField(source="newest.card.title", allow_null=True)
    architecture = serializers.CharField(source="newest.card.architecture", allow_null=True)
    default_size = serializers.IntegerField(source="newest.card.default_size", allow_null=True)
    hints = serializers.BooleanField(
        source="newest.takes_hints", help_text="Its colors can be mended by `hints`."
    )
    default = serializers.BooleanField(
        source="in_service", help_text="In service: colors unless you ask for another."
    )
    version = serializers.CharField(
        source="current.version",
        allow_null=True,
        help_text="What the name alone stands for now; null: name a version.",
    )
    versions = VersionSerializer(many=True, help_text="All of the name, the newest first.")


class ModelsSerializer(serializers.Serializer):
    results = ModelSerializer(many=True)
