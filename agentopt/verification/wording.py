"""What became of the numbers and sentences of the text, as doubts: equal numbers may mean different
things.
"""

from __future__ import annotations

__all__ = ["check_words"]

from agentopt.verification.case import Case
from agentopt.verification.traceability import coverage

MAX_SAID = 8
MAX_TEXT = 100_000
"""Characters of a text that is read for its numbers."""


def check_words(case: Case, text: str) -> None:
    """Say which numbers and sentences of the text the formulation does not use, and which of its own
    come from nowhere.
    """
    if len(text) > MAX_TEXT:
        case.say(
            "unknown",
            "numbers",
            f"the text has {len(text):,} characters; its numbers are compared with the "
            f"formulation up to {MAX_TEXT:,}",
        )
        return
    found = coverage(text, case.instance.formulation, case.instance)
    required = [use for use in found.numbers if use.quantity.required]
    for use in found.unused[:MAX_SAID]:
        case.say(
            "unknown",
            "numbers",
            f'the number {use.quantity.text} in "{found.sentence_of(use.quantity)}" is used nowhere',
            start=use.quantity.start,
            end=use.quantity.end,
        )
    _rest(case, "numbers", len(found.unused), "numbers of the text are used nowhere")
    for each in found.inventions[:MAX_SAID]:
        case.say(
            "unknown",
            "inventions",
            f"the number {float(each.value):g} of `{each.where}` is not in the text",
            each.where,
            value=float(each.value),
        )
    _rest(case, "inventions", len(found.inventions), "numbers of the formulation are not in the text")
    for sentence in found.uncited[:MAX_SAID]:
        case.say(
            "unknown",
            "sentences",
            f'nothing in the formulation cites "{sentence.sentence.text[:160]}"',
            start=sentence.sentence.start,
            end=sentence.sentence.end,
        )
    _rest(case, "sentences", len(found.uncited), "sentences are cited by nothing")
    if required and not found.unused:
        case.num_tests += 1
        count = len(required)
        case.say(
            "not_falsified",
            "numbers",
            f"all {count} numbers of the text are used or waived"
            if count > 1
            else "the number of the text is used",
            numbers=count,
        )


def _rest(case: Case, check: str, count: int, what: str) -> None:
    if count > MAX_SAID:
        case.say("unknown", check, f"{count - MAX_SAID} more {what}", count=count)
