"""Optimizers by name: one table of cards, and the entry points of the group `agentopt.optimizers`.

A card says what a method needs, which source it follows and where it departs from it; its settings are the
fields of its class. An entry point names a `Card`.
"""

from __future__ import annotations

__all__ = ["OPTIMIZERS", "Card", "Need", "Setting", "card", "cards", "method"]

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Literal, cast

from agentopt.errors import UsageError, nearest
from agentopt.optimizers.search import Method

Need = Literal["model", "traces", "graph", "logprobs", "weights"]
"""What a method needs beside scores: a model to ask, the calls of an example, the graph that they form, the
log-probabilities of replies, the weights of the model."""

_GROUP = "agentopt.optimizers"


@dataclass(frozen=True)
class Setting:
    """A field of a method: its default, and what it means."""

    name: str
    default: object
    means: str


@dataclass(frozen=True)
class Card:
    """What is known of an optimizer.

    Attributes:
        name: in lower case, with hyphens.
        place: where its class is, `module:Class`.
        summary: one line for a listing.
        source: the paper, with its section or algorithm, and the program it was checked against.
        needs: what it cannot do without.
        departs: where it differs from its source; empty where there is none to differ from.
    """

    name: str
    place: str
    summary: str
    source: str
    needs: tuple[Need, ...] = ("model",)
    departs: str = ""

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings with their defaults, in the order of the class."""
        kind = _loaded(self.place)
        means = _described(kind.__doc__ or "")
        return tuple(
            Setting(each.name, _default(each), means.get(each.name, "")) for each in dataclasses.fields(kind)
        )


_PLUM = "Pan et al., Plum, arXiv 2311.08364, {}; github.com/research4pan/Plum"
_EVO = "Guo et al., EvoPrompt, arXiv 2309.08532, {}; github.com/beeevita/EvoPrompt"
_EDITS = (
    "phrases are cut by a rule instead of a parser and paraphrased by the optimizer model; the score is the "
    "mean on the validation split, without the term for balanced predictions"
)
_BEGINS = "begins with paraphrases of one text instead of a file of prompts"
_METHODS = "agentopt.optimizers.methods"

OPTIMIZERS: Mapping[str, Card] = {
    each.name: each
    for each in (
        Card(
            "opro",
            f"{_METHODS}.opro:Opro",
            "shows the model the best texts with their scores and asks for better ones",
            "Yang et al., Large Language Models as Optimizers, arXiv 2309.03409, sections 2 and 4",
            departs="replies without a text in tags are dropped, not asked for again without end",
        ),
        Card(
            "opro-values",
            f"{_METHODS}.opro_values:OproValues",
            "OPRO's two showcases: a line and a round tour, from values alone",
            "Yang et al., Large Language Models as Optimizers, arXiv 2309.03409, section 3",
            departs="replies without a pair or a whole tour are dropped, not asked for again without end",
        ),
        Card(
            "best-of-n",
            f"{_METHODS}.best_of_n:BestOfN",
            "independent proposals without memory, the best is taken; a baseline",
            "a baseline of this project",
        ),
        Card(
            "random-paraphrase",
            f"{_METHODS}.random_paraphrase:RandomParaphrase",
            "paraphrases that never look at a score; the control of all others",
            "a control of this project",
        ),
        Card(
            "hill-climbing",
            f"{_METHODS}.hill_climbing:HillClimbing",
            "edits of phrases; moves to the best mutant where it is better",
            _PLUM.format("algorithm HC"),
            departs=_EDITS,
        ),
        Card(
            "annealing",
            f"{_METHODS}.annealing:Annealing",
            "as hill climbing, but a worse text may be accepted, the less the later",
            _PLUM.format("algorithm SA"),
            departs=f"the best text is not forgotten once a worse one is accepted; {_EDITS}",
        ),
        Card(
            "genetic",
            f"{_METHODS}.genetic:Genetic",
            "mutants of parents drawn by tournament from a growing population",
            _PLUM.format("algorithm GA-M"),
            departs=_EDITS,
        ),
        Card(
            "genetic-crossover",
            f"{_METHODS}.genetic_crossover:GeneticCrossover",
            "crossover of tournament winners at one phrase, then mutation",
            _PLUM.format("algorithm GA-C"),
            departs=f"the offspring of an iteration are drawn and tried at once; {_EDITS}",
        ),
        Card(
            "tabu",
            f"{_METHODS}.tabu:Tabu",
            "as hill climbing, but what won lately is mostly left out",
            _PLUM.format("algorithm TB"),
            departs=f"an iteration that is all tabu counts against patience; {_EDITS}",
        ),
        Card(
            "harmony",
            f"{_METHODS}.harmony:Harmony",
            "new texts out of segments of remembered ones, some of them edited",
            _PLUM.format("algorithm HS"),
            departs=f"segments keep their last phrase; {_EDITS}",
        ),
        Card(
            "evoprompt-ga",
            f"{_METHODS}.evoprompt_ga:EvoPromptGa",
            "the model crosses and mutates two parents drawn by roulette",
            _EVO.format("section 3.2"),
            departs=_BEGINS,
        ),
        Card(
            "evoprompt-de",
            f"{_METHODS}.evoprompt_de:EvoPromptDe",
            "the model changes what two texts differ in, into the best, and crosses that with each",
            _EVO.format("section 3.3"),
            departs=f"{_BEGINS}; a generation is asked for and tried at once, against the best before it",
        ),
        Card(
            "gepa",
            f"{_METHODS}.gepa:Gepa",
            "a model reads traces and rewrites texts of the Pareto front; lines of descent are merged",
            "Agrawal et al., GEPA, arXiv 2507.19457, algorithms 1 to 4; github.com/gepa-ai/gepa",
            ("model", "traces"),
            departs="merges are drawn in the order of the pool, not of sets; what could not be measured "
            "counts for neither side of a gate; ends after rounds in a row with nothing to try",
        ),
        Card(
            "protegi",
            f"{_METHODS}.protegi:Protegi",
            "reasons for errors, texts rewritten against them, and a beam that a bandit selects",
            "Pryzant et al., Automatic Prompt Optimization with Gradient Descent and Beam Search, "
            "arXiv 2305.03495, algorithms 1 to 3; github.com/microsoft/LMOps",
            ("model", "traces"),
            departs="the beam is validated after every round, and validation picks; an example drawn twice "
            "counts once in the bandit's estimate",
        ),
        Card(
            "vml",
            f"{_METHODS}.vml:Vml",
            "the model is a text, rewritten batch by batch from its predictions and their targets",
            "Xiao et al., Verbalized Machine Learning, arXiv 2406.04344, section 3; "
            "github.com/timxzz/VML_Examples",
            ("model", "traces"),
            departs="texts are validated as they come and the best is taken, not the last; replies without "
            "a text are not asked for again without end",
        ),
    )
}
"""The optimizers that come with agentopt."""


def cards() -> dict[str, Card]:
    """Every optimizer there is; those of agentopt go before plug-ins of the same name.

    >>> cards()["opro"].needs
    ('model',)
    """
    found = dict(OPTIMIZERS)
    for point in entry_points(group=_GROUP):
        if point.name not in found:
            found[point.name] = cast(Card, point.load())
    return found


def card(name: str) -> Card:
    """The card of an optimizer.

    Raises:
        UsageError: there is none of that name.
    """
    known = cards()
    if name not in known:
        raise UsageError(
            f"there is no optimizer `{name}`", hint=nearest(name, known) or "see `agentopt optimizers list`"
        )
    return known[name]


def method(name: str, settings: Mapping[str, object] | None = None) -> Method:
    """An optimizer with some of its settings changed.

    Raises:
        UsageError: there is no such optimizer, or no such setting.

    >>> method("opro", {"children": 4}).children
    4
    """
    known = card(name)
    names = [each.name for each in known.settings]
    for setting in settings or {}:
        if setting not in names:
            raise UsageError(
                f"`{name}` has no setting `{setting}`",
                hint=nearest(setting, names) or f"see `agentopt optimizers show {name}`",
            )
    return cast(Method, _loaded(known.place)(**(settings or {})))


def _loaded(place: str) -> type:
    module, _, name = place.partition(":")
    return cast(type, getattr(import_module(module), name))


def _default(field: dataclasses.Field[object]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None


def _described(docstring: str) -> dict[str, str]:
    """What the `Attributes:` of a docstring say, by name; an entry `a, b: …` speaks of both."""
    _, _, attributes = docstring.partition("Attributes:\n")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in attributes.splitlines():
        entry = re.match(r" {8}(\w+(?:, \w+)*): (.+)", line)
        if entry:
            names = entry[1].split(", ")
            found |= dict.fromkeys(names, entry[2].strip())
        elif line.startswith(" " * 12) and names:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        elif line.strip():
            break
    return found
