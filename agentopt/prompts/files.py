"""A prompt is a file: YAML front matter that declares what goes in and comes out, and a body in sections.

The body is split at its `# system`, `# user` and `# assistant` lines *before* anything is filled in, and
values are inserted as values, so no problem text, table or model reply can open a section or become
template code. Templates run in jinja2's immutable sandbox with strict undefined names. Three kinds of names
may stand in a template, all declared: `inputs` (given at each rendering), `slots` (named texts with a
default, which an optimizer may change; a slot is a value, never template code) and `parts` (bodies of other
prompt files).
"""

from __future__ import annotations

__all__ = ["Output", "Prompt", "Section", "parse"]

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from agentopt.errors import PromptError, nearest
from agentopt.models.base import Message

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

Output = Literal["json", "fence", "tags", "text", "part"]
"""What a reply holds: JSON, a code fence, tagged passages, text; `part`: a file other prompts include."""

Role = Literal["system", "user", "assistant"]

MAX_BYTES = 512_000
_SECTION = re.compile(r"#[ \t]+(system|user|assistant)[ \t]*\Z")
_FIELDS = ("description", "inputs", "output", "since", "slots", "parts")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Section:
    """One message of a prompt: its role, the line its template starts at (from 1), and the template."""

    role: Role
    line: int
    template: str


@dataclass(frozen=True)
class Prompt:
    """A checked prompt.

    Attributes:
        name: `folder/file` without the suffix, as in `direct/formulate`.
        path: the file it was read from.
        inputs: what a rendering must be given, each with a word on what it is.
        slots: named texts an optimizer may change.
        parts: bodies of the prompt files it includes, by the name the template uses.
    """

    name: str
    path: Path
    description: str
    output: Output
    since: str
    sections: tuple[Section, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """SHA-256 (hex) of everything that can change a rendering."""
        body = [[s.role, s.template] for s in self.sections]
        whole = [body, sorted(self.inputs), dict(self.slots), dict(self.parts), self.output]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def with_slots(self, slots: Mapping[str, str]) -> Prompt:
        """The same prompt with some slots changed.

        Raises:
            PromptError: it has no slot of that name.
        """
        for name in slots:
            if name not in self.slots:
                raise PromptError(f"{self.path}: has no slot `{name}`", hint=nearest(name, self.slots))
        return replace(self, slots={**self.slots, **slots})

    def render(self, **inputs: object) -> tuple[Message, ...]:
        """The messages, every declared input filled in; sections that come out empty are left out.

        Raises:
            PromptError: an input is missing or unknown, or the template failed on the values.
        """
        for name in inputs:
            if name not in self.inputs:
                raise PromptError(
                    f"{self.path}: `{name}` is not one of the inputs {', '.join(self.inputs) or '(none)'}",
                    hint=nearest(name, self.inputs),
                )
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise PromptError(f"{self.path}: rendered without its input `{missing[0]}`")
        values = {**self.parts, **self.slots, **inputs}
        filled = [(s.role, self._fill(s, values)) for s in self.sections]
        return tuple(Message(role, content) for role, content in filled if content)

    def _fill(self, section: Section, values: Mapping[str, object]) -> str:
        from jinja2 import TemplateError

        try:
            return _template(section.template).render(values).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, MemoryError) as error:
            at = f"{self.path}, section `{section.role}` (line {section.line})"
            raise PromptError(f"{at}: cannot be filled in: {error}") from error


def parse(text: str, *, name: str, path: Path, parts: Mapping[str, str] | None = None) -> Prompt:
    """A prompt from the text of its file, checked whole.

    Args:
        text: the whole file.
        name: `folder/file`.
        path: where it stands, for messages.
        parts: bodies for the parts the front matter declares, by their name in the template; None leaves the
            declared prompt names in their place (the loader fills them in).

    Raises:
        PromptError: the front matter or a template is malformed, or a name is used and not declared or
            declared and not used; the message names file and line.
    """
    if len(text.encode()) > MAX_BYTES:
        raise PromptError(f"{path}: is larger than {MAX_BYTES // 1000} kB", hint="shorten the prompt")
    head, body, body_line = _split(text, path)
    fields = _front_matter(head, path)
    sections = _sections(body, body_line, path, part=fields["output"] == "part")
    prompt = Prompt(
        name=name,
        path=path,
        description=cast(str, fields["description"]),
        output=cast(Output, fields["output"]),
        since=str(fields["since"]),
        sections=sections,
        inputs=cast("dict[str, str]", fields["inputs"]),
        slots=cast("dict[str, str]", fields["slots"]),
        parts=dict(parts) if parts is not None else cast("dict[str, str]", fields["parts"]),
    )
    _check_names(prompt, head)
    return prompt


def _split(text: str, path: Path) -> tuple[str, str, int]:
    """Front matter, body, and the line the body starts at."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        raise PromptError(
            f"{path}, line 1: a prompt file starts with `---`, its front matter, and `---`",
            hint="see `agentopt prompts show direct/formulate`",
        )
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    raise PromptError(f"{path}: the front matter is not closed by a line `---`")


def _front_matter(head: str, path: Path) -> dict[str, object]:
    """The declared fields, typed, defaults filled in."""
    import yaml

    try:
        found = yaml.safe_load(head)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark is not None else 2
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise PromptError(f"{path}, line {line}: the front matter does not parse: {problem}") from error
    if not isinstance(found, dict):
        raise PromptError(f"{path}, line 2: the front matter must be fields, as in `description: ...`")
    for key in found:
        if key not in _FIELDS:
            raise PromptError(
                f"{path}, line {_line_of(head, str(key))}: unknown field `{key}` in the front matter; "
                f"the fields are {', '.join(_FIELDS)}",
                hint=nearest(str(key), _FIELDS),
            )
    if not isinstance(found.get("description"), str):
        raise PromptError(f"{path}: the front matter has no `description`, a sentence on what it is for")
    output = found.get("output", "text")
    if output not in get_args(Output):
        raise PromptError(
            f"{path}, line {_line_of(head, 'output')}: output `{output}` is not one of "
            f"{', '.join(get_args(Output))}"
        )
    kinds = {kind: _texts(found.get(kind), kind, head, path) for kind in ("inputs", "slots", "parts")}
    names = [name for kind in kinds.values() for name in kind]
    for each in names:
        if names.count(each) > 1:
            raise PromptError(f"{path}, line {_line_of(head, each)}: `{each}` is declared twice")
    return {**found, **kinds, "output": output, "since": found.get("since", "")}


def _texts(value: object, kind: str, head: str, path: Path) -> dict[str, str]:
    """A mapping of names to texts; a bare list of names is taken as names without a description."""
    if value is None:
        return {}
    if isinstance(value, list) and kind == "inputs":
        value = dict.fromkeys(value, "")
    if not isinstance(value, dict):
        raise PromptError(
            f"{path}, line {_line_of(head, kind)}: `{kind}` must be a mapping of names to texts, "
            f"not a {type(value).__name__}"
        )
    for name, text in value.items():
        if not isinstance(name, str) or not _NAME.match(name):
            raise PromptError(
                f"{path}, line {_line_of(head, str(name))}: `{name}` is not a name (lower case, digits, `_`)"
            )
        if not isinstance(text, str):
            raise PromptError(f"{path}, line {_line_of(head, name)}: `{kind}.{name}` must be a text")
    return dict(value)


def _line_of(head: str, name: str) -> int:
    """The line of the file on which the front matter names `name`."""
    for number, line in enumerate(head.splitlines(), start=2):
        if re.match(rf"\s*(?:-\s+)?[{{\[]?\s*{re.escape(name)}\s*(?::|$)", line):
            return number
    for number, line in enumerate(head.splitlines(), start=2):
        if re.search(rf"\b{re.escape(name)}\b", line):
            return number
    return 2


def _sections(body: str, first_line: int, path: Path, *, part: bool) -> tuple[Section, ...]:
    """The body split at its section lines; a part is one section of no consequence to its role."""
    if part:
        return (Section("user", first_line, body.strip()),)
    found: list[tuple[Role, int, list[str]]] = []
    for number, line in enumerate(body.splitlines(), start=first_line):
        mark = _SECTION.match(line)
        if mark:
            found.append((cast(Role, mark[1]), number + 1, []))
        elif found:
            found[-1][2].append(line)
        elif line.strip():
            raise PromptError(
                f"{path}, line {number}: text before the first section",
                hint="start the body with a line `# system` or `# user`",
            )
    if not any(role == "user" for role, _, _ in found):
        raise PromptError(f"{path}: the body has no line `# user`")
    if [role for role, _, _ in found].count("system") > 1 or any(r == "system" for r, _, _ in found[1:]):
        raise PromptError(f"{path}: `# system` may stand once, as the first section")
    return tuple(Section(role, line, "\n".join(lines)) for role, line, lines in found)


def _check_names(prompt: Prompt, head: str) -> None:
    """Every name a template uses is declared, every declared name is used."""
    from jinja2 import TemplateSyntaxError, meta, nodes

    declared = {**prompt.inputs, **prompt.slots, **prompt.parts}
    used: set[str] = set()
    for section in prompt.sections:
        try:
            tree = _environment().parse(section.template)
        except TemplateSyntaxError as error:
            line = section.line + error.lineno - 1
            raise PromptError(f"{prompt.path}, line {line}: {error.message}") from error
        outside = next(
            iter(tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport))), None
        )
        if outside is not None:
            raise PromptError(
                f"{prompt.path}, line {section.line + outside.lineno - 1}: a prompt cannot include files",
                hint="declare the file under `parts:`",
            )
        free = meta.find_undeclared_variables(tree)
        used |= free
        for name in sorted(free - set(declared)):
            at = min((n.lineno for n in tree.find_all(nodes.Name) if n.name == name), default=1)
            raise PromptError(
                f"{prompt.path}, line {section.line + at - 1}: `{name}` is used but not declared",
                hint=nearest(name, declared) or f"add `{name}` under `inputs:`",
            )
    for name in declared:
        if name not in used:
            raise PromptError(
                f"{prompt.path}, line {_line_of(head, name)}: `{name}` is declared but not used",
                hint=f"write `{{{{ {name} }}}}` in the body, or drop the declaration",
            )


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )
    environment.filters["inside"] = _inside
    return environment


def _inside(value: object, tag: str) -> str:
    """`value` between `<tag>` and `</tag>`, in which it cannot close the tag itself."""
    text = re.sub(rf"<(\s*/?\s*{re.escape(tag)}\b)", r"‹\1", str(value), flags=re.IGNORECASE)
    return f"<{tag}>\n{text.strip()}\n</{tag}>"


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    return _environment().from_string(text)
