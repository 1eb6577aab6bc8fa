"""Words by which a text says how jobs and machines are put together, and which texts are of another kind."""

from __future__ import annotations

__all__ = [
    "ALIKE",
    "BEFORE",
    "BEGINS",
    "BOTH",
    "CHOICE",
    "CLOCK",
    "FIRST",
    "FLOW",
    "LASTLY",
    "MATCHED",
    "OTHER",
    "PAIR",
    "PARALLEL",
    "SERVERS",
]

import re

SERVERS = re.compile(
    r"(?:machine|worker|oven|cent(?:re|er)|server|printer|line|press|person|people|mechanic|dock|painter|room|processor|"
    r"computer|technician|team|crane|kiln|cook|clerk|employee|lathe|core|truck|lane|welder|loom|nurse|doctor|"
    r"surgeon|tailor|baker|barber|station|bay|lift|hand|crew|gang|bench|plotter|saw|desk|volunteer|colleague|"
    r"assistant|helper|student|engineer|carpenter|plumber|cpu|gpu|node|theatre|theater|unit|robot|operator|"
    r"stand|table|counter|chef|stove|hob|washer|dryer|friend|us|brother|sister|kid|berth|gate|runway|"
    r"inspector|"
    r"reviewer|driver|forklift|mill|furnace|autoclave|vat|tank|vehicle|van|cell|workstation|bed)s?$"
)
OTHER = re.compile(
    r"\b(?:profit|revenue|maximi[sz]e (?:profit|revenue|the total value)|"
    r"(?<!no )(?<!non-)(?<!without )(?<!no pre)preempt\w*(?! (?:is |are )?not)|may be (?:interrupted|"
    r"split|paused)|"
    r"can be (?:interrupted|split|paused)|set-?up times?|setup|changeover|change-?over|"
    r"cleaning (?:takes|time|between)|"
    r"wage|salary|skills?|qualified|route|shortest (?:path|way|route)|cost of assigning|overtime|no[- ]wait|"
    r"capacity|knapsack|distance|kilomet\w+|km|demands?|suppl(?:y|ies)|inventory|stock|in store|"
    r"warehouses?)\b"
)
MATCHED = re.compile(
    r"\b(?:assign\w*|who (?:should|does|do|gets)|exactly one (?:cook|worker|person|"
    r"\w+))\b[^?]*\b(?:total|sum|combined)\b|"
    r"\b(?:total|sum of|combined)\b[^?.]*\bassign\w*\b"
)
ALIKE = frozenset({"identical", "interchangeable", "equivalent", "equal", "similar", "alike"})
LASTLY = re.compile(
    r"\b(?:makespan|last|latest|busiest|all [^.?!]{0,40}(?:done|finished|complete\w*|"
    r"ready))\b"
)
FIRST = {*((0, unit) for unit in ("minute", "hour", "day", "time", "at", "=", "from")), (1, "day")}
BEGINS = re.compile(r"(?:start|begin|available|ready|present|all|every)")
CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b(?! ?(?:h|hours|min|days)\b)")
PAIR = re.compile(
    r"\b(?:the two of (?:us|them)|both of (?:us|them)|we two|we both|us two|(?:my|our|the|his|"
    r"her) \w+ and (?:i|me|he|she) "
    r"(?:can |will |both )?(?:work|share|split|do)|[a-z]+ and (?:i|me)\b[^.?!]{0,30}(?:side by side|"
    r"in parallel|at the same time|equally))"
)
BOTH = re.compile(r"\b(?:both|either of the two|the two|pair of)((?: [\w-]+){1,3})")
PARALLEL = re.compile(
    r"\b(?:parallel|identical|same time|shared?|split|divid\w+|either|both|whichever|"
    r"distribut\w+|allocat\w+|assign\w*)\b"
)
CHOICE = re.compile(
    r"\b(?:either (?:machine|one|of)|one of the (?:machines|two|three)|any (?:one )?of "
    r"the|on any|only one of|exactly one (?:machine|of)|whichever|assign\w*)\b"
)
FLOW = re.compile(
    r"\b(?:then|first|afterwards?|followed by|flow ?-?shop|job ?-?shop|same order|this order|"
    r"that order|order (?:given|listed|written|shown|of the columns)|"
    r"one after the other|before (?:it|going|being|moving)|next|left to right|sequence|route|routing|"
    r"passes|through|"
    r"in order|order in which|after (?:that|which)|goes? (?:through|from)|both machines|order)\b|→|->"
)
BEFORE = re.compile(
    r"\b(?:(?:must|has to|have to|needs? to|should|can|may|is|are)\b[^.;?!\n]{0,40}?)?"
    r"(before|precedes?|prior to|earlier than|only (?:start |begin |be started )?(?:after|once|when)|"
    r"after)\b(?! (?:hour|day|minute|\d|the start|that|which|one))"
)
