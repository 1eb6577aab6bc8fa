"""From the model a program stated, an LP or MPS file or a spelled-out one, to a formulation.

Columns become variables under the names their author gave, grouped by component where these have indices;
every row becomes a constraint written out. So a program's model is checked, solved, verified and told like
any other, and nothing of the program but its statement is left in it.
"""

from __future__ import annotations

__all__ = ["formulation_of"]

import json
import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import ValidationError

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.model_file import ModelFile
from agentopt.errors import FormulationError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.scope import reserved
from agentopt.sandbox import CapturedModel
from agentopt.sandbox.spelled import SpelledModel

MAX_TERMS = 60_000
"""Coefficients a program's model may have to be written out."""
MAX_NAME = 60

_CONSTANT = "ONE_VAR_CONSTANT"
"""The column, always 1, by which Pyomo's writer states constants."""
_NO_OBJECTIVE = "no_objective"
_DOMAINS = {
    Integrality.CONTINUOUS: "real",
    Integrality.INTEGER: "integer",
    Integrality.SEMICONTINUOUS: "semicontinuous",
    Integrality.SEMIINTEGER: "semiinteger",
}
_INDEXED = re.compile(r"(.+?)[\[(]([^\[\]()]+)[\])]\Z")
_NUMBERED = re.compile(r"(.*?[^\W\d_])_?(\d{1,6})\Z")
_LABEL = re.compile(r"[^\x00-\x1f\"'\\]{1,100}\Z")

_Name = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class _Column:
    name: _Name
    lower: float
    upper: float
    domain: str


@dataclass
class _Statement:
    """A formulation being written: what is in it so far, by name."""

    title: str
    sets: dict[str, object] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)
    variables: dict[str, object] = field(default_factory=dict)
    constraints: dict[str, dict[str, str]] = field(default_factory=dict)
    objective: dict[str, str] | None = None
    taken: set[str] = field(default_factory=set)

    def formulation(self) -> Formulation:
        return Formulation.model_validate(
            {
                "title": self.title,
                "sets": self.sets,
                "parameters": self.parameters,
                "variables": self.variables,
                "objective": self.objective,
                "constraints": self.constraints,
            }
        )

    def name(self, wanted: str) -> str:
        """A legal name like the one wanted, not taken yet."""
        plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", wanted)).strip("_")[:MAX_NAME] or "x"
        plain = f"x_{plain}" if not plain[0].isalpha() else plain
        if keyword.iskeyword(plain) or plain in reserved():
            plain = f"{plain}_"
        found, count = plain, 1
        while found in self.taken:
            count += 1
            found = f"{plain}_{count}"
        self.taken.add(found)
        return found

    def constrain(self, name: _Name, that: str) -> None:
        """Add a constraint, with its name in the program as the reason."""
        owner, index = name
        shown = f"{owner}[{', '.join(map(str, index))}]" if index else owner
        key = self.name("_".join(map(str, (owner, *index))))
        self.constraints[key] = {"that": that, **({"because": shown} if shown != key else {})}

    def declare(self, columns: Sequence[_Column]) -> list[str]:
        """Add variables for columns; how each is written in an expression."""
        families: dict[tuple[str, str, int], list[int]] = {}
        for place, column in enumerate(columns):
            key = (column.name[0], column.domain, len(column.name[1]))
            families.setdefault(key, []).append(place)
        written = [""] * len(columns)
        for (owner, domain, arity), places in families.items():
            chosen = [columns[place] for place in places]
            indices = [column.name[1] for column in chosen] if arity else []
            if not arity and len(chosen) > 1:  # one name for several columns: told apart by their place
                indices = [(f"c{place + 1}",) for place in places]
            name = self.name(owner)
            references = [f"{name}[{', '.join(map(repr, index))}]" for index in indices] or [name]
            for place, reference in zip(places, references, strict=True):
                written[place] = reference
            over = self.add_set(name, indices) if indices else None
            self.add_variable(name, over, domain, chosen, indices, references)
        return written

    def add_set(self, variable: str, indices: Sequence[tuple[str | int, ...]]) -> str:
        name = self.name(variable.upper() if variable.upper() != variable else f"{variable}_INDEX")
        self.sets[name] = {"elements": [i[0] if len(i) == 1 else list(i) for i in indices]}
        return name

    def add_variable(
        self,
        name: str,
        over: str | None,
        domain: str,
        columns: Sequence[_Column],
        indices: Sequence[tuple[str | int, ...]],
        references: Sequence[str],
    ) -> None:
        """Add a variable with its bounds: alike for all, by a parameter, or as constraints of some."""
        stated: dict[str, object] = {"domain": domain, **({} if over is None else {"over": [over]})}
        if domain == "integer" and all((c.lower, c.upper) == (0, 1) for c in columns):
            self.variables[name] = {**stated, "domain": "binary"}
            return
        arity = len(indices[0]) if indices else 0
        letters = [f"i{k + 1}" for k in range(arity)]
        for side, sign in (("lower", ">="), ("upper", "<=")):
            values = [getattr(column, side) for column in columns]
            finite = [math.isfinite(value) for value in values]
            if len(set(values)) == 1:
                stated[side] = _plain(values[0]) if finite[0] else None
            elif all(finite):
                parameter = self.name(f"{name}_{side}")
                rows = [[*index, _plain(value)] for index, value in zip(indices, values, strict=True)]
                self.parameters[parameter] = {"over": [over], "values": rows, "role": "bound"}
                stated |= {side: f"{parameter}[{', '.join(letters)}]", "with": letters}
            else:
                stated[side] = None
                for column, reference in zip(columns, references, strict=True):
                    value = getattr(column, side)
                    if math.isfinite(value):
                        owner, index = column.name
                        self.constrain((f"{owner}_{side}", index), f"{reference} {sign} {_number(value)}")
        self.variables[name] = stated


def formulation_of(model: CapturedModel, title: str) -> Formulation:
    """The formulation of a program's model.

    Raises:
        FormulationError: it is no model, or too large to be written out.

    >>> rows = b"max", b"gain: 2 bread + 7 cake", b"st", b"work: 15 bread + 45 cake <= 3600", b"end"
    >>> found = formulation_of(CapturedModel("model.lp", bytes([10]).join(rows)), "Bread and cake")
    >>> found.objective.maximize, found.constraints["work"].that
    ('2*bread + 7*cake', '15*bread + 45*cake <= 3600')
    """
    try:
        if model.name.endswith(".json"):
            return _of_spelled(SpelledModel.model_validate_json(model.text), title)
        return _of_file(_parsed(model), model.names, title)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise FormulationError(f"the program's model is damaged: {place}: {first['msg']}") from error


def _parsed(model: CapturedModel) -> ModelFile:
    from agentopt.compiling import lp_reader, mps_reader

    text = model.text.decode("utf-8", "replace")
    if "\0" in text:
        raise FormulationError("the program's model is no text")
    if model.name.endswith(".lp"):
        return lp_reader.parse(text, model.name)
    return mps_reader.parse(text, model.name)


def _of_file(file: ModelFile, names: Mapping[str, _Name], title: str) -> Formulation:
    """Every part of an LP or MPS file."""
    size = len(file.matrix.values) + sum(len(part.values) for part in file.quadratic_rows)
    _check_size(size + len(file.columns))
    written = _Statement(title)
    listed = _file_names(file.columns, names)
    columns = [
        _Column(name, float(low), float(high), _DOMAINS[Integrality(kind)])
        for name, low, high, kind in zip(listed, *file.bounds, file.integrality.tolist(), strict=True)
    ]
    kept = [place for place, name in enumerate(file.columns) if name != _CONSTANT]
    references = [""] * len(columns)
    for place, reference in zip(kept, written.declare([columns[p] for p in kept]), strict=True):
        references[place] = reference
    owners = {name[0] for name in names.values()}
    linear = [(references[j], float(c)) for j, c in enumerate(file.cost.tolist()) if c]
    products = [] if file.quadratic is None else _products(references, *file.quadratic, halved=True)
    text = _sum([*linear, *products], file.offset)
    if _NO_OBJECTIVE not in owners and (linear or products or file.offset):
        written.objective = {file.sense: text}
    for row, (name, text) in enumerate(
        zip(_row_names(file, names), _row_texts(file, references), strict=True)
    ):
        condition = next((each for each in file.indicators if each.row == row), None)
        low, high = (float(side[row]) for side in file.row_bounds)
        stated = _compared(low, text, high)
        if stated is None:
            continue
        if condition is not None:
            stated = f"implies({references[condition.column]} == {condition.value}, {stated})"
        written.constrain(name, stated)
    for each in file.special:
        members = ", ".join(references[j] for j in each.members.tolist())
        written.constrain((each.name or "special", ()), f"sos{each.kind}({members})")
    return written.formulation()


def _row_names(file: ModelFile, names: Mapping[str, _Name]) -> list[_Name]:
    """Pyomo writes a range as two rows, of which it keeps one name."""
    found = []
    for row in file.rows:
        twin = re.sub(r"^([cr])_[leu]_(.*)_$", r"\2", row)
        found.append(names.get(row) or _split(twin))
    return found


def _row_texts(file: ModelFile, references: Sequence[str]) -> list[str]:
    """The left side of every row."""
    terms: list[list[tuple[str, float]]] = [[] for _ in file.rows]
    matrix = file.matrix
    columns = np.repeat(np.arange(len(references)), np.diff(matrix.starts)).tolist()
    for row, column, value in zip(matrix.indices.tolist(), columns, matrix.values.tolist(), strict=True):
        terms[row].append((references[column], value))
    for part in file.quadratic_rows:
        terms[part.row] += _products(references, part.first, part.second, part.values, halved=False)
    return [_sum(each, 0.0) for each in terms]


def _products(
    references: Sequence[str],
    first: Iterable[int],
    second: Iterable[int],
    values: Iterable[float],
    *,
    halved: bool,
) -> list[tuple[str, float]]:
    """Products of two columns; those of an objective's Q count half on its diagonal."""
    found = []
    for one, two, value in zip(first, second, values, strict=True):
        same = one == two
        text = f"{references[one]}**2" if same else f"{references[two]}*{references[one]}"
        found.append((text, float(value) / 2 if same and halved else float(value)))
    return found


def _of_spelled(model: SpelledModel, title: str) -> Formulation:
    """A nonlinear model: its texts with the columns' names put in."""
    _check_size(len(model.objective) // 4 + sum(len(row.body) for row in model.rows) // 4)
    written = _Statement(title)
    columns = [
        _Column(
            _labelled(*each.name),
            -math.inf if each.lower is None else each.lower,
            math.inf if each.upper is None else each.upper,
            "integer" if each.domain == "binary" else each.domain,
        )
        for each in model.columns.values()
    ]
    references = dict(zip(model.columns, written.declare(columns), strict=True))

    def named(text: str) -> str:
        return re.sub(r"\bv\d+\b", lambda found: references.get(found[0], found[0]), text)

    if model.sense is not None:
        written.objective = {model.sense: named(model.objective)}
    for row in model.rows:
        low = -math.inf if row.lower is None else row.lower
        high = math.inf if row.upper is None else row.upper
        stated = _compared(low, named(row.body), high)
        if stated is not None:
            written.constrain(row.name, stated)
    return written.formulation()


def _file_names(columns: Sequence[str], names: Mapping[str, _Name]) -> list[_Name]:
    """Component and index of each column: as kept beside the file, else as its name suggests."""
    found = [_labelled(*names[name]) if name in names else _split(name) for name in columns]
    if not any(index for _, index in found):
        numbered = [_NUMBERED.match(name) for name in columns]
        if len(columns) > 2 and all(numbered):
            found = [(each[1], (int(each[2]),)) for each in numbered if each is not None]
    # Where two columns come to the same name, every one is told apart by its place.
    if len(set(found)) < len(found):
        return [(owner, (f"c{place + 1}",)) for place, (owner, _) in enumerate(found)]
    return found


def _split(name: str) -> _Name:
    """A name such as `make[bench,2]` or `make(bench_2)` as component and index."""
    match = _INDEXED.match(name)
    if match is None:
        return name, ()
    return _labelled(match[1], tuple(part.strip().strip("'\"") for part in match[2].split(",")))


def _labelled(owner: str, index: tuple[str | int, ...]) -> _Name:
    """A name with labels as a formulation reads them: digits are a number."""
    labels: list[str | int] = []
    for each in index:
        label = each if isinstance(each, int) else each.strip()
        if isinstance(label, str) and re.fullmatch(r"-?\d{1,15}", label):
            label = int(label)
        elif isinstance(label, str) and not _LABEL.match(label):
            label = re.sub(r"\W+", "_", label)[:100] or "_"
        labels.append(label)
    return owner, tuple(labels)


def _compared(low: float, text: str, high: float) -> str | None:
    """A row as a statement; None where it demands nothing."""
    if math.isinf(low) and math.isinf(high):
        return None
    try:
        constant = float(text)
    except ValueError:
        constant = None
    if constant is not None and low <= constant <= high:
        return None
    if low == high:
        return f"{text} == {_number(low)}"
    if math.isinf(low):
        return f"{text} <= {_number(high)}"
    if math.isinf(high):
        return f"{text} >= {_number(low)}"
    return f"{_number(low)} <= {text} <= {_number(high)}"


def _sum(terms: Sequence[tuple[str, float]], constant: float) -> str:
    """Terms and a constant, signs between; an empty reference is the column that is always 1."""
    constant += sum(value for reference, value in terms if not reference)
    pieces = list(_signed((r, v) for r, v in terms if r))
    if constant or not pieces:
        pieces.append(f"{'-' if constant < 0 else '+'} {_number(abs(constant))}")
    first, *rest = pieces
    first = first.removeprefix("+ ")
    return " ".join([f"-{first[2:]}" if first.startswith("- ") else first, *rest])


def _signed(terms: Iterable[tuple[str, float]]) -> Iterator[str]:
    for reference, value in terms:
        size = abs(value)
        yield f"{'-' if value < 0 else '+'} {'' if size == 1 else f'{_number(size)}*'}{reference}"


def _number(value: float) -> str:
    return json.dumps(_plain(value))


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _check_size(count: int) -> None:
    if count > MAX_TERMS:
        raise FormulationError(
            f"the program's model has about {count:,} coefficients; at most {MAX_TERMS:,} are taken over",
            hint="another strategy states the model over sets and tables, at any size",
        )
