"""Programs for the problem of `conftest.TEXT`, as a model would reply with them."""

from __future__ import annotations

RIGHT = '''"""Benches and shelves to make for the highest earnings."""
import pyomo.environ as pyo

earn = {"bench": 50, "shelf": 30}
hours = {"bench": 4, "shelf": 2}
time, sold = 40, 12

model = pyo.ConcreteModel()
model.make = pyo.Var(list(earn), domain=pyo.NonNegativeIntegers)
model.earnings = pyo.Objective(expr=sum(earn[p] * model.make[p] for p in earn), sense=pyo.maximize)
model.workshop = pyo.Constraint(expr=sum(hours[p] * model.make[p] for p in earn) <= time)
model.market = pyo.Constraint(expr=model.make["shelf"] <= sold)
pyo.SolverFactory("appsi_highs").solve(model)
answer = {"make": {p: pyo.value(model.make[p]) for p in earn}}
objective = pyo.value(model.earnings)
print(objective)
'''

HIGHSPY = '''"""Benches and shelves to make for the highest earnings."""
import highspy

h = highspy.Highs()
bench = h.addIntegral(name="bench")
shelf = h.addIntegral(ub=12, name="shelf")
h.addConstr(4 * bench + 2 * shelf <= 40, name="workshop")
h.maximize(50 * bench + 30 * shelf)
'''


def fenced(source: str) -> str:
    """A reply with a program."""
    return f"Here is the program.\n\n```python\n{source}```\n"


def changed(old: str, new: str) -> str:
    """The reply with the right program, one place of it changed."""
    assert old in RIGHT
    return fenced(RIGHT.replace(old, new))
