"""The banks of domains, phrases and words that problems are written from, as people edit them in TOML."""

from __future__ import annotations

__all__ = [
    "SECTIONS",
    "Attribute",
    "Banks",
    "Domain",
    "Section",
    "banks",
    "read_attributes",
    "read_domains",
    "read_phrases",
]

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.assets import shipped
from agentopt.errors import UsageError
from agentopt.synthesis.composites import COMPOSITES
from agentopt.synthesis.templates import Template, parse


@dataclass(frozen=True, slots=True)
class Section:
    """What the templates of a section of a phrase file must and may hold.

    Attributes:
        slots: what they may hold, besides `EVERYWHERE`.
        groups: slots of which every text holds exactly one, by group; the numbers of a row are such groups.
        some: slots of which every text holds at least one, by group.
        compares: whether a text holds a comparing word, since it holds no number.
        paired: whether `pair` lists the pieces that `{pairs}` stands for.
    """

    slots: frozenset[str] = frozenset()
    groups: tuple[frozenset[str], ...] = ()
    some: tuple[frozenset[str], ...] = ()
    compares: bool = False
    paired: bool = False


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


EVERYWHERE = _set("agent they them their make makes made making all one many")
"""Slots that any template may hold."""

_V = _set("v vs a_v")
_W = _set("w ws a_w")
_VW = _V | _W
_N = _set("n")
_LIST = _set("vlist vlist_or vplus")
_SHARE = _set("pct frac")
_UNITS = _set("unit units res")


def _section(
    slots: str = "", *, one: Iterable[frozenset[str]] = (), some: Iterable[frozenset[str]] = (), **rest: bool
) -> Section:
    groups, several = tuple(one), tuple(some)
    return Section(_set(slots).union(*groups, *several), groups, several, **rest)


_BOUND = _section("unit units", one=[_N], some=[_V])
_EACH = _section("unit units vlist vlist_or v vs a_v", one=[_N])
_PAIRS = _section("n vlist vlist_or nlist pairs unit units", some=[_set("pairs nlist")], paired=True)
_TOTAL = _section("unit units vlist vlist_or vplus", one=[_N])
_SOME = _section("unit units", one=[_N], some=[_LIST])
_PART = _section("unit units", one=[_SHARE], some=[_V])
_PARTS = _section("unit units", one=[_SHARE], some=[_LIST])
_RATIO = _section("unit units", one=[_SHARE | _set("times n")], some=[_V, _W])
_RATIO_PARTS = _section("unit units", one=[_N, _set("m")], some=[_V, _W])
_COMPARE = _section("unit units", some=[_V, _W], compares=True)
_DIFFERENCE = _section("unit units", one=[_N], some=[_V, _W])
_LIMIT = _section("unit units res goal", one=[_set("n amount")])
_OBJECTIVE = _section("vlist vlist_or unit units res goal v vs a_v", some=[_set("goal res")])
_COUNT = _section("vlist vlist_or unit units goal")
_CLAUSES = _section("goal res vlist", one=[_set("clauses")], some=[_set("offers")])
_HEADER = _section("unit units", some=[_set("res")])
_GROUP = _section("unit units", one=[_N, _set("group")])
_GROUP_SHARE = _section("unit units", one=[_SHARE, _set("group")])
_FREE = _section(
    "v vs a_v w ws a_w vlist vlist_or unit units res goal year age count date time name number price reslist"
)

SECTIONS: dict[str, Section] = {
    "bound_le": _BOUND, "bound_ge": _BOUND, "bound_eq": _BOUND,
    "bound_lt": _BOUND, "bound_gt": _BOUND,
    "each_le": _EACH, "each_ge": _EACH,
    "range": _section("unit units", one=[_set("lo"), _set("hi")], some=[_V]),
    "range_many": _section("unit units lo hi v vs a_v pairs", paired=True),
    "bounds_list_le": _PAIRS, "bounds_list_ge": _PAIRS,
    "total_le": _TOTAL, "total_ge": _TOTAL, "total_eq": _TOTAL,
    "total_lt": _TOTAL, "total_gt": _TOTAL, "share_lt": _PART, "share_gt": _PART,
    "ratio_lt": _RATIO, "ratio_gt": _RATIO, "difference_eq": _DIFFERENCE, "difference_less_le": _DIFFERENCE,
    "ratio_parts_ge": _RATIO_PARTS, "ratio_parts_le": _RATIO_PARTS, "ratio_parts_eq": _RATIO_PARTS,
    "some_le": _SOME, "some_ge": _SOME, "some_eq": _SOME,
    "subset_of_requirement": _section("vlist vlist_or unit units", one=[_N, _set("m")], some=[_V]),
    "range_total": _section("unit units vlist vlist_or", one=[_set("lo"), _set("hi")]),
    "share_le": _PART, "share_ge": _PART, "share_eq": _PART,
    "share_some_le": _PARTS, "share_some_ge": _PARTS,
    "ratio_le": _RATIO, "ratio_ge": _RATIO, "ratio_eq": _RATIO,
    "compare_le": _COMPARE, "compare_ge": _COMPARE, "compare_lt": _COMPARE, "compare_gt": _COMPARE,
    "compare_eq": _COMPARE,
    "difference_le": _DIFFERENCE, "difference_ge": _DIFFERENCE,
    "limit_le": _LIMIT, "limit_ge": _LIMIT,
    "limit_lt": _LIMIT, "limit_gt": _LIMIT, "limit_eq": _LIMIT,
    "limit_range": _section("unit units res", one=[_set("lo"), _set("hi")]),
    "limits_list_le": _section("unit units", one=[_set("pairs")]),
    "limits_list_ge": _section("unit units", one=[_set("pairs")]),
    "limit_shared_ge": _section("unit units reslist", one=[_N]), "average_le": _LIMIT, "average_ge": _LIMIT,
    "limit_shared": _section("unit units reslist", one=[_N]),
    "unit_coefficients": _section("v vs a_v unit units", one=[_set("phrases")], some=[_V]),
    "attribute_coefficients": _section(
        "n amount res unit units vlist vlist_or nlist pairs v vs a_v goal",
        some=[_set("pairs nlist")],
        paired=True,
    ),
    "same_coefficient": _section("res unit units v vs a_v vlist vlist_or", one=[_set("n amount")]),
    "supply_coefficients": _section("v vs a_v unit units", one=[_set("phrases")], some=[_V]),
    "net_profit": _section("unit units", one=[_N, _set("m")], some=[_V]),
    "objective_inside_max": _OBJECTIVE, "objective_inside_min": _OBJECTIVE, "objective_value": _FREE,
    "leads": _section(), "details": _section(), "plain_questions": _section("vlist vlist_or"),
    "objective_max": _OBJECTIVE, "objective_min": _OBJECTIVE,
    "objective_count_max": _COUNT, "objective_count_min": _COUNT,
    "if_limit": _section(one=[_set("limit"), _set("question")]),
    "joins": _section(one=[_set("first"), _set("second")]),
    "because": _section("v vs a_v w ws a_w res"),
    "first_person": _FREE, "imperative": _FREE, "distractor_numbers": _FREE, "closings": _FREE,
    "nonnegative": _section("v vs a_v vlist vlist_or"),
    "at_start": _section("vlist vlist_or unit units"), "polite": _section(), "chatter_generic": _FREE,
    "list_first": _section("unit units", some=[_LIST]), "integrality": _FREE, "divisible": _FREE,
    "objective_res_max": _OBJECTIVE, "objective_res_min": _OBJECTIVE,
    "openers": _section(one=[_set("second")]), "because_after": _section("v vs a_v w ws a_w res"),
}  # fmt: skip
"""The sections of the phrase files."""

SECTIONS |= {
    "money_max": _COUNT, "money_min": _COUNT,
    "no_list": _section(), "restated": _section(one=[_set("again")]),
    "averages": _section(one=[_set("pairs")]), "average_part_le": _LIMIT, "average_part_ge": _LIMIT,
    "each_except_le": _BOUND, "each_except_ge": _BOUND, "group_le": _GROUP, "group_ge": _GROUP,
    "group_share_le": _GROUP_SHARE, "group_share_ge": _GROUP_SHARE,
    "memo_heads": _FREE, "greetings": _FREE, "farewells": _FREE,
    "header_use": _HEADER, "header_need": _HEADER, "header_goal": _HEADER,
    "header_frame": _section(one=[_set("header"), _set("list")]),
    "tail_le": _LIMIT, "tail_ge": _LIMIT,
    "whole_max": _CLAUSES, "whole_min": _CLAUSES, "whole_count_max": _CLAUSES, "whole_count_min": _CLAUSES,
    "need_first": _section("vlist", one=[_set("needs"), _set("best"), _set("clauses")]),
    "stock_first": _section("res", one=[_set("stocks"), _set("offers")]),
}  # fmt: skip
"""And those that only casual texts draw from."""

for _name, _halves in COMPOSITES.items():
    SECTIONS[_name] = _section(
        "unit units",
        one=[frozenset(half.slots) for half in _halves if half.slots],
        some=[_V, _W]
        if any(half.of == "w" or half.kind in ("ratio", "compare") for half in _halves)
        else [_V],
        compares=any(half.kind == "compare" for half in _halves),
    )

SECTIONS |= {f"casual_{_name}": _section_of for _name, _section_of in SECTIONS.items()}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Entry):
    """A number that every decision has: what a unit consumes, supplies or is worth.

    Attributes:
        res: nouns for it.
        units: units to choose from; "" for what is counted.
        phrase: noun phrases with `{n}`.
        verbs: what a unit does with it, in the third person.
        clause: whole sentences with `{n}` and one decision.
        range: plausible numbers.
        limit: sentences that limit the total.
        sense, goal: of an objective, its direction and the noun phrases that name it.
    """

    res: list[str] = Field(min_length=1)
    units: list[str] = Field(min_length=1)
    phrase: list[str] = Field(min_length=1)
    verbs: list[str] = []
    clause: list[str] = []
    range: tuple[float, float]
    limit: list[str] = []
    sense: Literal["max", "min"] | None = None
    goal: list[str] = []


class Domain(_Entry):
    """Who decides about what: names, verbs, and the attributes to choose from."""

    name: str
    agents: list[str] = Field(min_length=3)
    verb: tuple[str, str, str, str]
    more_verbs: list[tuple[str, str, str, str]] = []
    kinds: list[str] = Field(min_length=6)
    head: str = ""
    heads: list[str] = []
    measure: list[str] = []
    whole: bool = True
    opening: list[str] = Field(min_length=6)
    chatter: list[str] = Field(min_length=4)
    use: list[Attribute] = []
    need: list[Attribute] = []
    goal: list[Attribute] = Field(min_length=1)
    words: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The templates of a section, and of its pairs."""

    templates: tuple[Template, ...] = ()
    pairs: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class Banks:
    """All that problems are written from."""

    domains: tuple[Domain, ...]
    phrases: Mapping[str, Phrases]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path.name}: {error}", hint="quote strings and separate them by commas") from error


def read_domains(path: Path) -> list[Domain]:
    """The domains of a file.

    Raises:
        UsageError: it is no such file; the message names the domain and the field.
    """
    content = _toml(path)
    found, faults = [], []
    for extra in sorted(set(content) - {"domain"}):
        faults.append(f"{path.name}: `{extra}` is no [[domain]]")
    for at, entry in enumerate(content.get("domain", [])):
        name = entry.get("name", f"domain {at + 1}") if isinstance(entry, dict) else f"domain {at + 1}"
        try:
            found.append(Domain.model_validate(entry))
        except ValidationError as error:
            for each in error.errors():
                place = ".".join(str(part) for part in each["loc"])
                faults.append(f"{path.name}: {name}: {place}: {each['msg']}")
    if faults:
        raise UsageError("\n".join(faults), hint="see the other files of the folder for the fields")
    return found


def read_attributes(path: Path) -> dict[str, tuple[Attribute, ...]]:
    """The attributes that fit any domain, by kind: `price`, `cost`, `average`."""
    try:
        return {
            kind: tuple(Attribute.model_validate(entry) for entry in entries)
            for kind, entries in _toml(path).items()
        }
    except ValidationError as error:
        raise UsageError(
            f"{path.name}: {error}", hint="the fields are those of a domain's entries"
        ) from error


def read_phrases(path: Path) -> dict[str, dict[str, list[str]]]:
    """The sections of a phrase file: lists of templates by `templates` and `pair`.

    Raises:
        UsageError: it is no such file; the message names the section.
    """
    content, faults = _toml(path), []
    for name, section in content.items():
        if not isinstance(section, dict):
            faults.append(f"{path.name}: `{name}` is no [section]")
            continue
        for key, value in section.items():
            if key not in ("templates", "pair", "slots") or not isinstance(value, list):
                faults.append(f"{path.name}: [{name}]: `{key}` is no list of `templates`, `pair` or `slots`")
            elif not all(isinstance(each, str) for each in value):
                faults.append(f"{path.name}: [{name}]: {key}: a list of strings is expected")
    if faults:
        raise UsageError("\n".join(faults))
    return content


@lru_cache(maxsize=4)
def banks(folder: Path | None = None) -> Banks:
    """The banks of a folder, by default the shipped ones; files in the order of their names."""
    root = folder or shipped("datasets") / "synthesis"
    domains = [each for path in sorted((root / "domains").glob("*.toml")) for each in read_domains(path)]
    templates: dict[str, list[Template]] = {}
    pairs: dict[str, list[Template]] = {}
    for path in sorted((root / "phrases").glob("*.toml")):
        for name, section in read_phrases(path).items():
            templates.setdefault(name, []).extend(map(parse, section.get("templates", [])))
            pairs.setdefault(name, []).extend(map(parse, section.get("pair", [])))
    phrases = {name: Phrases(tuple(templates[name]), tuple(pairs[name])) for name in templates}
    words = root / "words.toml"
    lists = {name: tuple(value) for name, value in _toml(words).items()} if words.is_file() else {}
    general = root / "attributes.toml"
    return Banks(tuple(domains), phrases, lists, read_attributes(general) if general.is_file() else {})
