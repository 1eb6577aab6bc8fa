"""Scattered Forest Search over programs (SFS, arXiv 2411.05010).

Code space is searched as a forest: several first programs, each asked for in another way (foresting); from
the most promising one, by UCT, a change in one of several directions the model sees (scattering); and notes
on what changes taught, shared by all trees (scouting). A program's score is the share of its tests passed:
those the model wrote from the problem before any program, and four of ours, which need no model to be right.

Every program is a whole try of the `code` strategy; the best one's model is what the solve goes on with.
"""

from __future__ import annotations

__all__ = ["Node", "Score", "search", "select"]

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from agentopt.agents import coding
from agentopt.agents.coding import Tried, program_of, try_program
from agentopt.agents.findings import negative, why_negative
from agentopt.agents.nodes import MAX_SHOWN, send_back, shown_answers
from agentopt.agents.reading import written
from agentopt.agents.session import Session
from agentopt.agents.state import State, Update
from agentopt.diagnosis import diagnose
from agentopt.errors import AgentoptError, BudgetExceeded, ModelError, ReplyError
from agentopt.prompts.replies import extract_json, extract_tags
from agentopt.sandbox import Outcome

NUM_SEEDS = 5
NUM_ITERATIONS = 5
NUM_DIRECTIONS = 3
NUM_PROGRAMS = NUM_SEEDS + NUM_ITERATIONS
"""As in the paper; fewer where one passes every test."""
EXPLORATION = math.sqrt(2.0)
MAX_INSIGHTS = 4000
DIAGNOSIS_SECONDS = 5.0
MAX_FEEDBACK = 6000
_AGREES = 1e-6


@dataclass(frozen=True)
class Score:
    """How many tests a program passed, of how many, and what the others said."""

    passed: int
    total: int
    feedback: str

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.passed / self.total

    @property
    def is_full(self) -> bool:
        """Whether every test was passed."""
        return self.passed == self.total


@dataclass
class Node:
    """A program in the forest; the root holds none.

    Attributes:
        value: its score, and what its descendants gained upon it.
        visits: how often the search went through it.
        directions: what was seen and is not tried yet.
    """

    tried: Tried | None
    score: Score
    value: float = 0.0
    visits: int = 1
    directions: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)


def search(state: State, session: Session) -> Update:
    """The best program of a forest, as the `code` strategy would have it."""
    forest = _Forest(state, session)
    note = []
    try:
        forest.grow()
    except BudgetExceeded as error:
        if not forest.nodes:
            raise
        note = [f"the search ended at {len(forest.nodes)} of {NUM_PROGRAMS} programs: {error.message}"]
    if not forest.nodes:
        return send_back(state, session, "reply", ["no reply held a program"]) | {"reply": ""}
    best = max(forest.nodes, key=lambda node: node.score.share)
    assert best.tried is not None
    session.emit("progress", f"the best of {len(forest.nodes)} programs passes {_shown(best.score)}")
    update = coding.taken(state, session, best.tried)
    told = [line for line in best.score.feedback.splitlines() if line.startswith("failed: test")]
    doubts = [f"a test the model wrote fails on its answer: {line.removeprefix('failed: ')}" for line in told]
    kept = update.get("warnings", state.warnings)
    assert isinstance(kept, list)
    return {**update, "warnings": [*kept, *note, *doubts]}


def select(root: Node) -> list[Node]:
    """The path from the root to the node to improve, by UCT.

    It goes down until a node has a direction that is not tried, or no child better than itself.
    """
    path, node = [root], root
    while node.children:
        parent = node
        best = max(
            node.children,
            key=lambda child: child.value + EXPLORATION * math.sqrt(math.log(parent.visits) / child.visits),
        )
        if node is not root and (node.directions or best.value <= node.value):
            break
        path.append(best)
        node = best
    return path


class _Forest:
    """The search, with all it has seen."""

    def __init__(self, state: State, session: Session) -> None:
        self.state, self.session = state, session
        self.root = Node(None, Score(0, 1, ""))
        self.nodes: list[Node] = []
        self.insights = ""
        self.tests = self.interface = ""

    def grow(self) -> None:
        """The algorithm of the paper: tests, seeds, and iterations until all tests pass."""
        self.tests, self.interface = self.write_tests()
        # Foresting: a first program for each of several ways of going about it.
        for style in _styles(self.session)[:NUM_SEEDS]:
            node = self.program([self.root], "formulate", style=style)
            if node is not None and node.score.is_full:
                return
        for _ in range(NUM_ITERATIONS if self.nodes else 0):
            path = select(self.root)
            node = path[-1]
            # Scattering: several directions at once, so that they differ; one of them is tried.
            if not node.directions:
                node.directions = self.directions(node)
            direction = node.directions.pop(0)
            child = self.program(path, "improve", direction=direction, **self.of(node))
            if child is None:
                continue
            # Scouting: what this change taught is told to all trees.
            self.insights = self.scout(node, child, direction)
            if child.score.is_full:
                return

    def program(self, path: list[Node], component: str, **values: object) -> Node | None:
        """Ask for a program, score it, and let all above it know; None where the reply holds none."""
        reply = self.session.ask(
            component,
            problem=self.session.problem.text,
            tables=self.state.tables,
            answers=shown_answers(self.state),
            interface=self.interface,
            schema=None,
            **values,
        )
        for node in path:
            node.visits += 1
        try:
            source = program_of(reply)
        except ReplyError as error:
            self.session.emit("warning", error.message)
            return None
        tried = try_program(self.session, source, self.tests)
        score = scored(self.session, tried)
        child = Node(tried, score, value=score.share)
        parent = path[-1]
        if parent is not self.root:
            gain = max(0.0, child.score.share - parent.score.share)
            for node in path[1:]:
                node.value += gain
        parent.children.append(child)
        self.nodes.append(child)
        place = f"program {len(self.nodes)} of at most {NUM_PROGRAMS}"
        self.session.emit("progress", f"{place}: {_shown(score)}")
        return child

    def write_tests(self) -> tuple[str, str]:
        """The tests the model writes, and what it says programs must leave; none where they do not parse."""
        reply = self.session.ask(
            "tests",
            problem=self.session.problem.text,
            tables=self.state.tables,
            answers=shown_answers(self.state),
        )
        try:
            source = program_of(reply)
            tree = ast.parse(source)
        except (ReplyError, SyntaxError, ValueError, RecursionError) as error:
            self.session.emit("warning", f"the tests were not used: {error}")
            return "", ""
        return source, next(_told_interface(tree), "")

    def directions(self, node: Node) -> list[str]:
        """Ways of improving a program."""
        reply = self.session.ask(
            "directions",
            problem=self.session.problem.text,
            tables=self.state.tables,
            insights=self.insights,
            count=NUM_DIRECTIONS,
            schema=None,
            **self.of(node),
        )
        try:
            value = extract_json(reply.text).value
        except ReplyError:
            value = None
        listed = value.get("directions") if isinstance(value, dict) else None
        given = listed if isinstance(listed, list) else []
        found = [each[:2000] for each in given if isinstance(each, str) and each.strip()]
        return found[:NUM_DIRECTIONS] or ["Mend what the failed tests show, if they are right."]

    def scout(self, node: Node, child: Node, direction: str) -> str:
        """The notes with what a change taught; as they were where the reply holds none."""
        reply = self.session.ask(
            "insights",
            direction=direction,
            old=node.score.feedback,
            new=child.score.feedback,
            change=f"{node.score.share:.2f} before, {child.score.share:.2f} after",
            insights=self.insights,
        )
        try:
            return extract_tags(reply.text, ["insights"])["insights"][:MAX_INSIGHTS]
        except ReplyError:
            return self.insights

    def of(self, node: Node) -> dict[str, str]:
        """A program and what is known of it, for a prompt."""
        assert node.tried is not None
        return {"program": node.tried.source[:MAX_SHOWN], "feedback": node.score.feedback}


def scored(session: Session, tried: Tried) -> Score:
    """Four tests of ours, then those the model wrote."""
    results = [*_own_tests(session, tried), *_written_tests(tried.outcome)]
    passed = sum(not message for _, message in results)
    lines = [f"failed: {name}: {message}" if message else f"passed: {name}" for name, message in results]
    return Score(passed, len(results), "\n".join(lines)[:MAX_FEEDBACK])


def _own_tests(session: Session, tried: Tried) -> Iterator[tuple[str, str]]:
    """Name and fault, which is empty where there is none."""
    outcome = tried.outcome
    yield (
        "the program comes to its end",
        "" if outcome.ok else (outcome.error or f"it ended by {outcome.ending}"),
    )
    yield "it states a model", "; ".join(tried.findings)
    value, fault = _solved(session, tried)
    yield "its model has an optimum", fault
    told = ""
    if value is None or outcome.claimed is None:
        told = "one of the two is missing"
    elif not math.isclose(value, outcome.claimed, rel_tol=_AGREES, abs_tol=_AGREES):
        told = f"its solver came to {outcome.claimed:.10g}, its model solved here to {value:.10g}"
    yield "its own solver comes to the optimum of its model", told


def _solved(session: Session, tried: Tried) -> tuple[float | None, str]:
    """The optimum of a program's model, or why there is none."""
    if tried.formulation is None:
        return None, "there is no model"
    found = written(tried.formulation)
    try:
        solution = session.solution(session.solve(found), found)
    except ModelError:
        raise
    except AgentoptError as error:
        return None, error.message
    if negative(solution) is not None:
        compiled = session.compiled(found)
        why = diagnose(compiled, solution, DIAGNOSIS_SECONDS)
        return None, " ".join(why_negative(compiled, solution, why))
    return solution.objective, "" if solution.has_point else f"the engine stopped: {solution.termination}"


def _written_tests(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for each in outcome.tests or ():
        yield each.name, "" if each.passed else (each.message.splitlines() or ["it raised"])[-1]


def _told_interface(tree: ast.Module) -> Iterator[str]:
    """The text `ANSWER` of the tests."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="ANSWER")], value=ast.Constant(value=str(text))):
                yield text


def _styles(session: Session) -> list[str]:
    """The ways of going about it, a line each in their prompt file."""
    lines = session.prompt("styles").sections[0].template.splitlines()
    return [line.removeprefix("- ").strip() for line in lines if line.startswith("- ")]


def _shown(score: Score) -> str:
    return f"{score.passed} of {score.total} tests"
