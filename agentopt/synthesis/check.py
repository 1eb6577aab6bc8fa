"""Checks the banks: `python -m agentopt.synthesis.check [FILES]` names file, place, template and fault."""

from __future__ import annotations

__all__ = ["check_file", "main"]

import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentopt.assets import shipped
from agentopt.errors import UsageError
from agentopt.reader.network.decoding import Chances, Decoded, decode
from agentopt.reader.network.targets import targets
from agentopt.reader.program import optimum, program
from agentopt.reader.reading import Mix, Row
from agentopt.reader.tokens import tokenize
from agentopt.synthesis.banks import (
    EVERYWHERE,
    SECTIONS,
    Attribute,
    Domain,
    read_attributes,
    read_domains,
    read_phrases,
)
from agentopt.synthesis.comparing import find_comparing
from agentopt.synthesis.mix.mapping import mapped
from agentopt.synthesis.mix.tellings import draw_text, parse_tellings
from agentopt.synthesis.templates import TemplateError, draw, least_of, literals, parse, slot_counts

_AGENT = frozenset({"name"})
_OPENING = EVERYWHERE | {"vlist", "vlist_or", "v", "vs", "a_v", "unit", "units", "goal", "res"}
_CHATTER = EVERYWHERE | {
    "vlist",
    "v",
    "vs",
    "a_v",
    "w",
    "ws",
    "a_w",
    "year",
    "age",
    "count",
    "date",
    "name",
    "goal",
}
_PHRASE = EVERYWHERE | {"n", "unit", "units", "res"}
_CLAUSE = _PHRASE | {"v", "vs", "a_v"}
_LIMIT = _PHRASE | {"amount", "vlist", "vlist_or", "goal"}
_V = frozenset({"v", "vs", "a_v"})
_VERB = EVERYWHERE | {"res", "unit"}
_SMALL = frozenset({"one", "half", "double", "a half", "twice", "dozen", "third"})


def check_file(path: Path) -> list[str]:
    """The faults of a bank, a line each; none for a good one.

    A file is a bank of phrases or of tellings if it stands in a folder of that name, else one of domains.
    """
    try:
        if path.parent.name == "tellings":
            return list(_telling_faults(path))
        if path.parent.name == "phrases":
            return list(_phrase_faults(path))
        if path.name == "attributes.toml":
            entries = read_attributes(path).items()
            return [
                fault
                for kind, found in entries
                for entry in found
                for fault in _attribute_faults(
                    f"{path.name}: {kind} {entry.res[0]!r}", "goal" if entry.goal else "use", entry
                )
            ]
        return [fault for domain in read_domains(path) for fault in _domain_faults(path.name, domain)]
    except UsageError as error:
        return error.message.splitlines()


def _telling_faults(path: Path) -> Iterator[str]:
    """Whether each telling, as it is written, can be read by number, is one problem and has an optimum."""
    for telling in parse_tellings(path):
        place = f"{telling.place} ({telling.text[:40]!r}…)"
        try:
            told = draw_text(telling, random.Random(0), as_written=True)
            drawn = mapped(told.meaning, told.marked)
            for seed in range(20):
                draw_text(telling, random.Random(seed))
        except (ValueError, KeyError) as error:
            yield f"{place}: {error}"
            continue
        if drawn is None:
            yield f"{place}: some number is not one number of the text, or a mark cuts a word"
        elif (wanted := targets(drawn.tokens, drawn.reading)) is None:
            yield f"{place}: one number stands for constraints of two kinds, or for a coefficient and a limit"
        elif not _same(decode(drawn.tokens, Chances.certain(wanted)), drawn.reading):
            yield f"{place}: cannot be read back; has a decision two numbers of one sign in one sum?"
        elif all(
            optimum(program(drawn.reading, drawn.tokens, whole=w))[0] != "optimal" for w in (True, False)
        ):
            yield f"{place}: as written it has no optimum"


def _same(decoded: Decoded | None, reading: Mix) -> bool:
    """Whether a reading came through the heads of the network as it was."""
    return decoded is not None and (
        frozenset(decoded.mix.objective) == frozenset(reading.objective)
        and Counter(map(_row, decoded.mix.rows)) == Counter(map(_row, reading.rows))
    )


def _row(row: Row) -> tuple[object, ...]:
    return row.form, frozenset(row.left), row.relation, row.token, frozenset(row.right), row.strict


def _phrase_faults(path: Path) -> Iterator[str]:
    for name, content in read_phrases(path).items():
        section = SECTIONS.get(name)
        if section is None:
            yield f"{path.name}: [{name}] is no section; known are {', '.join(SECTIONS)}"
            continue
        templates, pairs = content.get("templates", []), content.get("pair", [])
        place = f"{path.name}: [{name}]"
        if pairs and not section.paired:
            yield f"{place}: has no use for `pair`"
        allowed = section.slots | EVERYWHERE
        some = (*section.some, *(frozenset(each.split("|")) for each in content.get("slots", [])))
        for text in templates:
            yield from _faults(place, text, allowed, section.groups, dict.fromkeys(some))
            if section.compares and not _problem(text):
                yield from _comparing(place, text)
            if section.paired and not pairs and not _problem(text) and "pairs" in slot_counts(parse(text)):
                yield f"{place}: `{text}` holds {{pairs}}, but the section lists no `pair`"
        numbers = (
            [frozenset({"lo"}), frozenset({"hi"})] if name == "range_many" else [frozenset({"n", "amount"})]
        )
        for text in pairs:
            yield from _faults(f"{place} pair", text, allowed - {"pairs"} | _V, numbers, [_V])


def _comparing(place: str, text: str) -> Iterator[str]:
    rng = random.Random(0)
    for _ in range(20):
        pieces = draw(parse(text), rng)
        if find_comparing(pieces) is None:
            shown = "".join(each if isinstance(each, str) else f"{{{each.name}}}" for each in pieces)
            yield f"{place}: `{shown}` holds no comparing word (more, fewer, less, exceed, as, equal, ...)"
            return


def _domain_faults(file: str, domain: Domain) -> Iterator[str]:
    place = f"{file}: {domain.name}"
    for text in domain.agents:
        yield from _faults(f"{place}: agents", text, _AGENT)
    for text in domain.opening:
        yield from _faults(f"{place}: opening", text, _OPENING | _AGENT)
    for text in domain.chatter:
        yield from _faults(f"{place}: chatter", text, _CHATTER, ordinals=True)
    for text in domain.kinds:
        if len(text.split("/")) > 3 or not all(part.strip() for part in text.split("/")):
            yield f"{place}: kinds: `{text}` is not singular/plural/short"
    if domain.words.keys() - {"because"}:
        yield f"{place}: words: only `because` is known, not {sorted(domain.words.keys() - {'because'})}"
    for text in domain.words.get("because", []):
        yield from _faults(f"{place}: words.because", text, EVERYWHERE | _V | {"w", "ws", "a_w"})
    if len(domain.use) < 2 and len(domain.use) + len(domain.need) < 2:
        yield f"{place}: at least two [[domain.use]] or [[domain.need]] are expected"
    for kind, entries in (("use", domain.use), ("need", domain.need), ("goal", domain.goal)):
        for entry in entries:
            yield from _attribute_faults(f"{place}: {kind} {entry.res[0]!r}", kind, entry)


def _attribute_faults(place: str, kind: str, entry: Attribute) -> Iterator[str]:
    n = [frozenset({"n"})]
    for text in entry.phrase:
        yield from _faults(f"{place}: phrase", text, _PHRASE, n)
    for text in entry.verbs:
        yield from _faults(f"{place}: verbs", text, _VERB)
    for text in entry.clause:
        yield from _faults(f"{place}: clause", text, _CLAUSE, n, [_V])
    for text in entry.limit:
        yield from _faults(f"{place}: limit", text, _LIMIT, [frozenset({"n", "amount"})])
    for text in entry.goal:
        yield from _faults(f"{place}: goal", text, EVERYWHERE | {"res", "unit", "units"})
    if not entry.verbs and not entry.clause:
        yield f"{place}: `verbs` or `clause` must say how a decision has it"
    if kind == "goal" and (entry.sense is None or not entry.goal):
        yield f"{place}: `sense` and `goal` are expected"
    if kind != "goal" and not entry.limit:
        yield f"{place}: `limit` is expected"
    if kind != "goal" and (entry.sense or entry.goal):
        yield f"{place}: `sense` and `goal` belong to a [[domain.goal]]"
    if not 0 <= entry.range[0] < entry.range[1]:
        yield f"{place}: range {list(entry.range)} is not [low, high] with 0 <= low < high"


def _problem(text: str) -> str:
    try:
        parse(text)
    except TemplateError as error:
        return error.message
    return ""


def _faults(
    place: str,
    text: str,
    allowed: frozenset[str],
    groups: Iterable[frozenset[str]] = (),
    some: Iterable[frozenset[str]] = (),
    *,
    ordinals: bool = False,
) -> Iterator[str]:
    """What is wrong with one template."""
    shown = f"{place}: `{text}`"
    if problem := _problem(text):
        yield f"{shown}: {problem}"
        return
    template = parse(text)
    for name in sorted(slot_counts(template).keys() - allowed):
        yield f"{shown}: {{{name}}} is no slot here; allowed are {', '.join(sorted(allowed)) or 'none'}"
    for group in groups:
        counts = least_of(template, group)
        if counts != (1, 1):
            yield f"{shown}: {_times(counts)} of {_slots(group)}, exactly one is expected whatever is drawn"
    for group in some:
        if least_of(template, group)[0] < 1:
            yield f"{shown}: some alternative holds none of {_slots(group)}"
    pieces = " ".join(literals(template))
    if re.search(r"\d", pieces):
        yield f"{shown}: digits are never written literally"
    numbers = [
        each.text
        for each in tokenize(pieces)
        if each.is_number and each.kind != "one" and each.text.lower() not in _SMALL
    ]
    if numbers and not ordinals and not re.search(r"\d", pieces):
        yield f"{shown}: the number {numbers[0]!r} is written literally"
    if text.rstrip().endswith(".") and not text.endswith((" etc.", "...")):
        yield f"{shown}: no full stop at the end"


def _slots(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names))


def _times(counts: tuple[int, int]) -> str:
    return str(counts[0]) if counts[0] == counts[1] else f"{counts[0]} to {counts[1]}"


def main(arguments: list[str]) -> int:
    """Check files, or all shipped ones; 0 if all are good."""
    root = shipped("datasets") / "synthesis"
    paths = [Path(each).resolve() for each in arguments] or [
        *sorted((root / "domains").glob("*.toml")),
        *sorted((root / "phrases").glob("*.toml")),
        *sorted((root / "tellings").glob("*.txt")),
        *root.glob("attributes.toml"),
    ]
    faults = [fault for path in paths for fault in check_file(path)]
    for fault in faults:
        sys.stdout.write(fault + "\n")
    sys.stdout.write(f"{len(paths)} files, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
