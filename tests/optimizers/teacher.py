"""An optimizer model that reads traces: a program that writes what the prompts of such methods ask for."""

from __future__ import annotations

from agentopt.benchmarks.optimizers import HIDDEN, chance_of
from agentopt.models.base import Request
from tests.optimizers.writer import Writer, _inside


class Teacher(Writer):
    """Adds a hidden instruction to a text that it saw fail, and now and then loses one."""

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        chance = chance_of(said + str(request.sampling.index))
        hint = HIDDEN[int(chance * 1e6) % len(HIDDEN)]
        match request.component:
            case "gepa/reflect":
                return f"It went wrong.\n<text>{_changed(_inside(said, 'text')[0], hint, chance)}</text>"
            case "protegi/gradient":
                assert "<feedback>" in said
                return f"<reason>It does not say: {hint}.</reason>"
            case "protegi/edit":
                (reason,) = _inside(said, "reason")
                return f"<text>{_inside(said, 'text')[0]} {reason.removeprefix('It does not say: ')}</text>"
            case "vml/learn":
                return f"<text>{_changed(_inside(said, 'text')[-2], hint, chance)}</text>"
        return super()._say(request)


def _changed(text: str, hint: str, chance: float) -> str:
    """With the hint, and in one case of five without one of those that it held."""
    held = [each for each in HIDDEN if each in text]
    if held and chance < 0.2:
        text = text.replace(f"{held[0]}.", "").strip()
    return f"{text} {hint}."
