"""YAML as formulations use it: read without surprises, written to be edited.

Reading follows YAML 1.2's core schema, so `no`, `on`, `12:30` and `2024-01-01` stay text (they are labels),
and digits with a leading zero do too. It works on the parser's events with a stack of its own: no recursion,
no objects by tag, no aliases, no duplicate keys. Writing keeps one line for what fits one line.
"""

from __future__ import annotations

__all__ = ["read_yaml", "scalar", "write_yaml"]

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentopt.errors import FormulationError

if TYPE_CHECKING:
    import yaml

MAX_NESTING = 100
MAX_DIGITS = 300
_LINE = 100
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def scalar(text: str) -> object:
    """The value of an unquoted scalar: null, true or false, a number, or the text itself.

    Raises:
        ValueError: an infinite number, one of more than `MAX_DIGITS` digits, or NaN.

    >>> [scalar(x) for x in ("12", "007", "1e3", "no", "null", "12:30")]
    [12, '007', 1000.0, 'no', None, '12:30']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(f"a number of {len(text):,} digits is too large")
        return int(text)
    if _INFINITE.match(text):
        raise ValueError(f"`{text}` is not a number; leave a bound out, or write null")
    if _FLOAT.match(text):
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"`{text}` is too large a number")
        return value
    return text


@dataclass
class _Open:
    """A collection being read: `key` waits for its value."""

    value: dict[object, object] | list[object]
    line: int
    key: object = None
    waiting: bool = False
    lines: dict[object, int] = field(default_factory=dict)


def read_yaml(text: str) -> object:
    """Read one YAML document.

    Raises:
        FormulationError: it is not YAML, or uses what a formulation does not: aliases, tags, several
            documents, duplicate keys. The message names the line.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader().read(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        hint = "quote texts that hold `: `, `#`, `{`, `[` or start with a sign"
        raise FormulationError(f"{place}not YAML: {error.problem or error}", hint=hint) from None
    except yaml.YAMLError as error:
        reason = re.sub(r"\s+", " ", str(error))
        raise FormulationError(f"not YAML: {reason}") from None
    except (RecursionError, MemoryError):
        raise FormulationError(f"not YAML: nested more than {MAX_NESTING} deep") from None


class _Reader:
    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.root: object = None
        self.documents = 0

    def read(self, events: Iterator[yaml.Event]) -> object:
        import yaml

        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 1
            match event:
                case yaml.AliasEvent():
                    raise FormulationError(f"line {line}: `*{event.anchor}` is an alias; write it out")
                case yaml.ScalarEvent():
                    self.add(self.value_of(event, line), line)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    if event.tag is not None and not event.implicit:
                        raise FormulationError(f"line {line}: the tag `{event.tag}` is not used here")
                    if len(self.stack) >= MAX_NESTING:
                        raise FormulationError(f"line {line}: nested more than {MAX_NESTING} deep")
                    mapping = isinstance(event, yaml.MappingStartEvent)
                    self.stack.append(_Open({} if mapping else [], line))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    closed = self.stack.pop()
                    self.add(closed.value, closed.line)
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        raise FormulationError(f"line {line}: a second document starts; one is read")
        return self.root

    def value_of(self, event: yaml.ScalarEvent, line: int) -> object:
        if event.tag not in (None, "!"):
            raise FormulationError(f"line {line}: the tag `{event.tag}` is not used here")
        text = event.value
        if event.style or event.tag == "!":
            return text
        try:
            return scalar(text)
        except ValueError as error:
            raise FormulationError(f"line {line}: {error}") from None

    def add(self, value: object, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.waiting:
            top.value[top.key] = value
            top.waiting = False
        else:
            if isinstance(value, dict | list):
                raise FormulationError(f"line {line}: a key is a name, not a list or a mapping")
            # Keys are names or labels; `12:` and `true:` label rows, so their text is what counts.
            key = value if isinstance(value, str) else "null" if value is None else _spelt(value)
            if key in top.lines:
                raise FormulationError(
                    f"line {line}: `{key}` is given twice, first in line {top.lines[key]}",
                    hint="rename or remove one of them",
                )
            top.key, top.waiting = key, True
            top.lines[key] = line


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_yaml(document: Mapping[str, object]) -> str:
    """Write a document of plain data so that `read_yaml` gives it back, in a form people edit.

    >>> print(write_yaml({"sets": {"T": {"first": 1, "last": 3}}, "title": "no"}), end="")
    sets:
      T: {first: 1, last: 3}
    title: "no"
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    Dumper.add_representer(str, _represent)
    dumper = Dumper
    node = _shaped(dumper, document)
    return str(yaml.serialize(node, Dumper=dumper, allow_unicode=True, width=1_000_000, indent=2))


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text:
        style = "|" if not re.search(r"(^|\n)\s|[^\S\n]\n|\n\n\Z|[^\S\n ]", text) else '"'
    elif not _plain(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _plain(text: str) -> bool:
    """Whether an unquoted text is read back as text, here and by readers of YAML 1.1."""
    import yaml

    try:
        if not isinstance(scalar(text), str):
            return False
    except ValueError:
        return False
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    candidates = resolvers.get(text[:1], []) + resolvers.get(None, [])
    return text.isprintable() and not any(pattern.match(text) for _, pattern in candidates)


def _shaped(dumper: type[yaml.SafeDumper], document: Mapping[str, object]) -> yaml.MappingNode:
    """The node tree, with one-line style for every collection below the sections that fits a line."""
    import io

    import yaml

    represented = dumper(io.StringIO(), sort_keys=False).represent_data(dict(document))
    assert isinstance(represented, yaml.MappingNode)
    represented.flow_style = False
    for key, section in represented.value:
        if isinstance(section, yaml.CollectionNode):
            open_ended = key.value in {"constraints", "objective", "report", "waived", "assumptions"}
            section.flow_style = False
            _shape(section, 2, open_levels=1 if open_ended else 0)
    return represented


def _shape(node: yaml.CollectionNode, indent: int, open_levels: int) -> None:
    import yaml

    for entry in node.value:
        key, child = entry if isinstance(entry, tuple) else (None, entry)
        if not isinstance(child, yaml.CollectionNode):
            continue
        used = indent + (len(key.value) + 4 if key is not None else 2)
        child.flow_style = open_levels == 0 and _width(child, _LINE - used) >= 0
        if not child.flow_style:
            _shape(child, indent + 2, max(0, open_levels - 1))
        else:
            _flow(child)


def _flow(node: yaml.CollectionNode) -> None:
    import yaml

    node.flow_style = True
    for entry in node.value:
        child = entry[1] if isinstance(entry, tuple) else entry
        if isinstance(child, yaml.CollectionNode):
            _flow(child)


def _width(node: yaml.Node, room: int) -> int:
    """What is left of `room` after writing the node on one line, or -1."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        left = room - len(node.value) - 3 * (node.style is not None)
        return left if left >= 0 and "\n" not in node.value else -1
    room -= 2
    for entry in node.value:
        for each in entry if isinstance(entry, tuple) else (entry,):
            room = _width(each, room - 2)
            if room < 0:
                return -1
    return room
