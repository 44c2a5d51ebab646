"""How a program ends when it cannot work; standard library only."""


def refusal(sentence: str) -> SystemExit:
    """To be raised: ends the program with the sentence on stderr and status 1."""
    return SystemExit(f"colorweb: {sentence}")
