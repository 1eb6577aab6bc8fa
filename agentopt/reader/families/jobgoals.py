"""What a text on jobs and machines wants to be small."""

from __future__ import annotations

__all__ = ["goal_of"]

import re

from agentopt.reader.families.jobs import Goal

_LATE = (
    r"(?:late\b|lateness|tard\w+|delay\w*|overdue|behind schedule|past (?:its|their|"
    r"the) (?:due|deadline)|miss\w*|overr[au]n\w*|penalt\w+|fines?\b|too late|(?:on|in) time\b)"
)
_SUM = (
    r"(?:sum\w*|total\w*|added|altogether|(?:add\w*|sum\w*|put|taken|all) (?:\w+ )?together|"
    r"combined|overall|average|mean|adds? up)"
)
_ENDS = (
    r"(?:complet\w+|finish\w*|flow ?-?times?|turn-?around|end(?:ing)? times?|"
    r"through-?put times?|time in (?:the )?(?:system|shop)|leav\w+ times?|done|ready)"
)


def goal_of(words: str) -> tuple[Goal, bool] | None:
    """What is to be small, and whether its average is meant; None where nothing of the kind is said.

    >>> goal_of("find the order with the smallest total of days late")
    ('tardiness', False)
    """
    small = re.search(
        r"\b(?:minimi[sz]\w*|least|small\w*|short\w*|low\w*|early|earliest|soon\w*|quick\w*|fast\w*|"
        r"minimum|minimal|"
        r"few\w*|little|best|optim\w+|bring down|keep|reduce|cut|how long|most|asap|cleverly|clever|"
        r"min (?:total|sum|max\w*|the|weighted|makespan|average|mean))\b",
        words,
    )
    if small is None:
        return None
    aims = [each for each in re.split(r"(?<=[.?!;\n])\s", words) if _AIM.search(each)]
    said = " ".join(aims) or words
    average = bool(re.search(r"\b(?:average|mean)\b", said))
    late = re.search(rf"\b{_LATE}", said)
    if late:
        if re.search(
            r"\b(?:number of|how (?:many|few)|few\w*|as many|most|count of)\b(?! (?:hours|minutes|"
            r"days|weeks))"
            r"(?:(?! (?:hours|minutes|days|weeks)\b)[^.?!;]){0,60}\b(?:late|tardy|overdue|delayed|"
            r"miss\w*|(?:on|in) time)\b",
            said,
        ):
            return "late", False
        if re.search(
            r"\b(?:max\w*|worst|largest|greatest|biggest|longest|highest|most delayed|latest)\b", said
        ):
            return ("lateness" if "lateness" in said else "delay"), False
        return "tardiness", average
    if _UNTIL.search(words):
        return "completion", average
    if re.search(r"\b(?:wait\w*|queu\w+)\b", said) and (average or re.search(rf"\b{_SUM}\b", said)):
        return "waiting", average
    if re.search(rf"\b{_SUM}\b[^.?!]*\b{_ENDS}|\b{_ENDS}[^.?!]*\b{_SUM}\b", said) and not re.search(
        r"\bmakespan\b|\btotal (?:time|duration|length)\b|\b(?:all|last)\b[^.?!]{0,40}\b(?:finished|"
        r"done|ready|complete)\b",
        said if not re.search(r"\btimes\b|\bcompletion", said) else "",
    ):
        return "completion", average
    soon = _LAST.search(said) or re.search(r"\b(?:earliest|soonest|how (?:early|soon)|when can)\b", said)
    return ("makespan", False) if soon and not _MONEY.search(said) else None


_UNTIL = re.compile(
    r"\b(?:every|each|per|an?) (?:minute|hour|day|week) (?:[\w-]+ ){0,4}(?:until|till|before) "
    r"(?:[\w-]+ ){1,3}(?:is|are|be|has been) (?:\w+ )?(?:ready|done|finished|complete\w*|repaired|back|"
    r"delivered|fixed|over)\b"
)
"""What is paid for all the time until a job is done."""
_LAST = re.compile(
    r"\b(?:makespan|done|finish\w*|complet\w*|ready|go home|close up|schedule length|leave|free again|"
    r"(?:work|it|all|everything|jobs|tasks) (?:is|are|be) (?:over|through)|end(?:s|ed|ing)?|lock up|"
    r"how long (?:will|does|do|must|until|before|is)|(?:total|overall|whole|elapsed) (?:time|"
    r"duration|length)|busiest|"
    r"until (?:all|everything|every|the last)|asap|as soon as possible|"
    r"longest (?:load|queue|working)|last [\w -]{1,30}?(?:idle|stops?|free|empty|home)|"
    r"through (?:all|everything))\b"
)
_MONEY = re.compile(r"[$€£]|\b(?:costs?|price|cheap\w*|budget|expens\w*)\b")


_AIM = re.compile(
    r"\b(?:minimi[sz]\w*|least|small\w*|short(?:est)?|lowest|earliest|soon\w*|quick\w*|fast\w*|"
    r"minimum|minimal|few\w*|as (?:early|little|low|"
    r"short|many)|best|optim\w+|bring down|how (?:long|early|many)|most|asap|clever\w*|min (?:total|"
    r"sum|max\w*|the|weighted|makespan|average|mean)|keep (?:the|as))\b|\?"
)
