"""An answer as data: the stable shape of `agentopt solve --json`, of `answer.json`, and of listings."""

from __future__ import annotations

__all__ = ["FORMAT", "answer_json", "spend_json"]

import numpy as np
from pydantic import JsonValue

from agentopt.agents.answer import Answer
from agentopt.budget import Spend
from agentopt.compiling.arrays import RowBlock
from agentopt.display.decisions import decisions
from agentopt.display.diagnoses import diagnosis_json
from agentopt.formulation.instance import Codes, Instance, Values
from agentopt.runs.plain import plain
from agentopt.verification.certificate import Certificate, Finding

FORMAT = 1
"""Raised when a field changes its meaning or goes; fields may be added."""


def answer_json(answer: Answer, *, run: str | None = None) -> dict[str, JsonValue]:
    """An answer as JSON can say it, every key always there; numbers that are not finite never appear.

    format: 1.
    status: optimal, locally optimal, feasible, infeasible, unbounded, infeasible or unbounded, not solved,
        formulated, no formulation (`agentopt.agents.answer.Status` says what each means).
    ok: whether there is an answer to act on, or the formulation that was asked for.
    objective: its value, or null without a point.
    bound, gap: the proved bound on the objective and the relative gap, or null.
    variables: by name; a number, or for an indexed variable a list of `{"index": [...], "value": ...}` in the
        order of its sets, zeros included. Integer variables have whole numbers.
    duals, reduced_costs: the same by constraint and by variable, empty where the engine gives none. A dual
        is d objective / d right-hand side.
    report: the further quantities asked for, by name.
    explanation: the answer in words.
    formulation: as `agentopt.formulation.io` reads it, or null.
    reading: how each number was read, a sentence each.
    certificate: `verdict` (verified, checked, failed, unknown), `num_tests`, and the lists `proved`,
        `not_falsified`, `unknown`, `failed` of `{"check", "statement", "element", "data"}`; or null.
    conflict: of an infeasible problem the names of `constraints` and `bounds` that contradict each other, or
        null where that was not found out; of several conflicts the first.
    diagnosis: why there is no answer (`agentopt.display.diagnoses.diagnosis_json` documents it), or null.
    problem_class, engine, engine_version, termination, message, seconds: what was solved, by what, why it
        stopped and its wall time; or null.
    spend: on language models: calls, prompt_tokens, completion_tokens, tokens, dollars (null: a price is
        unknown), seconds.
    repairs: how often the formulation was mended.
    verdict: of the built-in reader where it read the problem: solve, check or decline; or null.
    reasons: why it was not sure, a sentence each.
    account: how it read each number: `{"number", "meaning", "place"}` each, of the text in order (`number` as
        written, `place` the words around it), then of the tables (`number` empty, `place` the cell).
    program: the Python program the formulation was taken from where a strategy writes one, or null.
    votes: `{"agree", "of"}`, or null where there was no vote.
    questions: `{"question", "answer"}` each.
    findings: what is still wrong with the formulation.
    warnings: a sentence each.
    run: the name of the run, or null.

    >>> from agentopt.agents.answer import Answer
    >>> found = answer_json(Answer("no formulation"))
    >>> found["status"], found["objective"], found["variables"], found["spend"]["calls"]
    ('no formulation', None, {}, 0)
    """
    solution, formulation, certificate = answer.solution, answer.formulation, answer.certificate
    found: dict[str, object] = {
        "format": FORMAT,
        "status": answer.status,
        "ok": answer.ok,
        "objective": answer.objective,
        "bound": None if solution is None else solution.bound,
        "gap": None if solution is None else solution.gap,
        "variables": None,
        "duals": None,
        "reduced_costs": None,
        "report": dict(answer.report),
        "explanation": answer.explanation,
        "formulation": None
        if formulation is None
        else formulation.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "reading": answer.reading,
        "certificate": None if certificate is None else _certificate(certificate),
        "conflict": _conflict(answer),
        "diagnosis": None
        if answer.compiled is None or answer.diagnosis is None
        else diagnosis_json(answer.compiled, answer.diagnosis),
        "problem_class": None if answer.compiled is None else answer.compiled.problem_class,
        "engine": None if solution is None else solution.engine,
        "engine_version": None if solution is None else solution.version,
        "termination": None if solution is None else solution.termination,
        "message": None if solution is None else solution.message,
        "seconds": None if solution is None else solution.seconds,
        "spend": spend_json(answer.spend),
        "repairs": answer.repairs,
        "verdict": answer.verdict or None,
        "reasons": answer.reasons,
        "account": [each.model_dump() for each in answer.account],
        "program": answer.program or None,
        "votes": None if answer.votes is None else {"agree": answer.votes[0], "of": answer.votes[1]},
        "questions": [{"question": question, "answer": given} for question, given in answer.questions],
        "findings": answer.findings,
        "warnings": answer.warnings,
        "run": run,
    }
    kept = plain(found)
    assert isinstance(kept, dict)
    # These are plain already, and there may be millions of them.
    kept["variables"] = {
        each.name: _indexed(each.instance, each.codes, each.values, integer=each.integer)
        for each in decisions(answer)
    }
    kept["duals"] = _duals(answer)
    kept["reduced_costs"] = _reduced_costs(answer)
    return kept


def spend_json(spend: Spend) -> dict[str, object]:
    """What was spent on language models."""
    return {
        "calls": spend.calls,
        "prompt_tokens": spend.prompt_tokens,
        "completion_tokens": spend.completion_tokens,
        "tokens": spend.tokens,
        "dollars": spend.dollars,
        "seconds": spend.seconds,
    }


def _indexed(instance: Instance, codes: Codes, values: Values, *, integer: bool = False) -> JsonValue:
    """A number where there is no index, otherwise a list of index and value."""
    numbers: list[JsonValue] = (values + 0.0).tolist()
    if integer:
        numbers = [int(v) if isinstance(v, float) and v.is_integer() else v for v in numbers]
    for place in np.flatnonzero(~np.isfinite(values)).tolist():
        numbers[place] = None
    if codes.shape[1] == 0:
        return numbers[0] if numbers else None
    labels = {code: plain(instance.labels[code]) for code in np.unique(codes).tolist()}
    columns = [[labels[code] for code in codes[:, k].tolist()] for k in range(codes.shape[1])]
    rows = zip(*columns, strict=True)
    return [{"index": list(row), "value": value} for row, value in zip(rows, numbers, strict=True)]


def _duals(answer: Answer) -> dict[str, JsonValue]:
    compiled, solution = answer.compiled, answer.solution
    if compiled is None or solution is None or solution.duals is None or not solution.has_point:
        return {}
    parts: dict[str, list[RowBlock]] = {}
    for block in compiled.rows:
        if not block.auxiliary:
            parts.setdefault(block.name, []).append(block)
    found: dict[str, JsonValue] = {}
    for name, blocks in parts.items():
        if len({block.codes.shape[1] for block in blocks}) > 1:
            continue  # rows of one constraint with different indices have no common shape
        codes = np.concatenate([block.codes for block in blocks])
        duals = [solution.duals[block.start : block.start + len(block.codes)] for block in blocks]
        found[name] = _indexed(compiled.instance, codes, np.concatenate(duals))
    return found


def _reduced_costs(answer: Answer) -> dict[str, JsonValue]:
    compiled, solution = answer.compiled, answer.solution
    if compiled is None or solution is None or solution.reduced_costs is None or not solution.has_point:
        return {}
    return {
        block.name: _indexed(
            compiled.instance,
            block.codes,
            solution.reduced_costs[block.start : block.start + len(block.codes)],
        )
        for block in compiled.variables
        if not block.auxiliary
    }


def _certificate(certificate: Certificate) -> dict[str, object]:
    return {
        "verdict": certificate.verdict,
        "num_tests": certificate.num_tests,
        "proved": [_finding(each) for each in certificate.proved],
        "not_falsified": [_finding(each) for each in certificate.not_falsified],
        "unknown": [_finding(each) for each in certificate.unknown],
        "failed": [_finding(each) for each in certificate.failed],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "statement": finding.statement,
        "element": finding.element,
        "data": finding.data,
    }


def _conflict(answer: Answer) -> dict[str, object] | None:
    diagnosis = answer.diagnosis
    if diagnosis is not None and diagnosis.conflicts is not None and diagnosis.conflicts.found:
        members = diagnosis.conflicts.found[0].members
        return {
            "constraints": [each.label for each in members if each.kind == "constraint"],
            "bounds": list(dict.fromkeys(each.label for each in members if each.kind in ("lower", "upper"))),
        }
    return None
