"""Prints generated problems with their rows in words: `python -m agentopt.synthesis.show --seed 5 --n 10`."""

from __future__ import annotations

__all__ = ["main"]

import argparse
import sys

from agentopt.reader.reading import IMPLIED, Row, Term
from agentopt.synthesis.mix.generating import generate
from agentopt.synthesis.mix.mapping import Drawn


def main(arguments: list[str]) -> int:
    """Print problems for a person to read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--n", type=int, default=5)
    parser.add_argument("--difficulty", type=int, default=0, help="1 to 5; 0 for a mixture")
    chosen = parser.parse_args(arguments)
    for seed in range(chosen.seed, chosen.seed + chosen.n):
        difficulty = chosen.difficulty or 1 + seed % 5
        drawn = generate(difficulty=difficulty, seed=seed)
        sys.stdout.write(f"--- seed {seed}, difficulty {difficulty}\n{_shown(drawn)}\n")
    return 0


def _shown(drawn: Drawn) -> str:
    mix = drawn.reading
    lines = [drawn.text, "  decisions: " + "; ".join(each.name for each in mix.decisions)]
    lines.append(f"  {mix.sense} {_sum(drawn, mix.objective)}")
    for row in mix.rows:
        lines.append("  " + _row(drawn, row))
    used = mix.tokens()
    rest = [f"{token.text}" for at, token in enumerate(drawn.tokens) if token.is_number and at not in used]
    if rest:
        lines.append("  no data: " + ", ".join(rest))
    return "\n".join(lines)


def _sum(drawn: Drawn, terms: tuple[Term, ...]) -> str:
    found = []
    for term in terms:
        name = drawn.reading.decisions[term.decision].name
        number = "" if term.token == IMPLIED else f"{drawn.tokens[term.token].value} "
        found.append(f"{'-' if term.sign < 0 else '+'} {number}[{name}]")
    return " ".join(found)


def _row(drawn: Drawn, row: Row) -> str:
    number = "" if row.token == IMPLIED else str(drawn.tokens[row.token].value)
    relation = row.relation.replace("=", "") if row.strict else row.relation
    right = _sum(drawn, row.right)
    if row.form == "ratio":
        right = f"{number} * ({right})" if number else right
    elif row.form == "difference":
        right = f"{right} + {number}"
    else:
        right = number
    return f"{_sum(drawn, row.left)} {relation} {right}   @{drawn.tokens[row.anchor].text}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
