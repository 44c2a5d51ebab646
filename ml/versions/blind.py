"""Blind comparison: which of two unlabeled results of a photo people find better."""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from colorweb.accounts.models import User
from ml.models import BlindChoice, Evaluation, ModelVersion
from ml.versions import photo_list

Better = BlindChoice.Better
Z = 1.96  # of an interval of 95 %


@dataclass(frozen=True, slots=True)
class Question:
    """A photo to choose for; `left` and `right` are its results, in an order nobody knows."""

    part: int
    number: int
    left: str
    right: str
    answered: int
    photos: int


def next_question(evaluation: Evaluation, user: User) -> Question | None:
    """The next photo that this person has not chosen for; None if there is none left."""
    done = set(
        BlindChoice.objects.filter(evaluation=evaluation, by=user).values_list("part", "number")
    )
    photos = [
        (place, photo.number)
        for place, part in enumerate(evaluation.parts)
        if part.get("pictures")
        for photo in photo_list.read(part)
    ]
    # Everybody begins elsewhere, so that few choices cover many photos.
    photos.sort(key=lambda photo: _digest(evaluation, user, *photo))
    left = [photo for photo in photos if photo not in done]
    if not left:
        return None
    part, number = left[0]
    sides = [Better.OURS.value, Better.THEIRS.value]
    if _digest(evaluation, user, part, number, "side")[0] % 2:
        sides.reverse()
    return Question(part, number, sides[0], sides[1], len(done), len(photos))


def choose(evaluation: Evaluation, user: User, question: Question, which: str) -> None:
    """Keep a choice: `left`, `right` or `same`; a second one for the same photo replaces it."""
    better = {"left": question.left, "right": question.right}.get(which, Better.SAME.value)
    BlindChoice.objects.update_or_create(
        evaluation=evaluation,
        part=question.part,
        number=question.number,
        by=user,
        defaults={"better": better},
    )


def _digest(evaluation: Evaluation, user: User, *what: Any) -> bytes:
    return hashlib.sha256(f"{evaluation.pk} {user.pk} {what}".encode()).digest()


def win_rate(version: ModelVersion, against: ModelVersion) -> dict[str, Any] | None:
    """How often a version was chosen over another, of those who saw a difference, with its
    interval of 95 % (Wilson); None where nobody did.
    """
    choices = BlindChoice.objects.filter(
        evaluation__version=version, evaluation__against=against
    ).values_list("better")
    counts = dict(choices.annotate(count=Count("pk")).order_by())
    wins, losses = counts.get(Better.OURS, 0), counts.get(Better.THEIRS, 0)
    total = wins + losses
    if not total:
        return None
    low, high = wilson(wins, total)
    same = counts.get(Better.SAME, 0)
    shares = {"rate": wins / total, "low": low, "high": high}
    percents = {f"{name}_percent": round(100 * share) for name, share in shares.items()}
    return {"wins": wins, "of": total, "same": same, **shares, **percents}


def wilson(wins: int, total: int) -> tuple[float, float]:
    """The interval of a share."""
    share = wins / total
    middle = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = (Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))) / (
        1 + Z * Z / total
    )
    return max(0.0, middle - half), min(1.0, middle + half)
