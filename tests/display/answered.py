"""Answers to small problems of every shape, solved for the tests of what is shown of them."""

from __future__ import annotations

from agentopt.agents.answer import Answer
from agentopt.api import solve
from agentopt.formulation.elements import Formulation
from agentopt.formulation.io import loads

TEXTS = {
    "scalars": """
        title: Bake bread and cake <at most profit>
        parameters:
          flour: {value: 100, unit: kg, role: capacity, quote: 100 kg of flour}
          rate: {value: 1, unit: kg/loaf, role: rate}
        variables:
          bread: {unit: loaf, meaning: loaves baked}
          cake: {unit: loaf, meaning: "cakes & pies", upper: 12.5}
        objective: {maximize: 3*bread + 7*cake, unit: dollar, meaning: profit}
        constraints:
          kitchen: {that: rate*(bread + 2*cake) <= flour, because: flour is short}
        report: {batches: bread + cake}
        assumptions: [Loaves may be split.]
    """,
    "flows": """
        title: Ship cases
        sets:
          PLANTS: {elements: [seattle, "san-diego"]}
          MARKETS: {elements: [new-york, chicago, topeka]}
        parameters:
          supply: {over: [PLANTS], values: {seattle: 350, san-diego: 600}}
          demand: {over: [MARKETS], values: {new-york: 325, chicago: 300, topeka: 275}}
          cost: {over: [PLANTS, MARKETS], values: {seattle: {new-york: 2.5, chicago: 1.7, topeka: 1.8},
                 san-diego: {new-york: 2.5, chicago: 1.8, topeka: 1.4}}}
        variables:
          ship: {over: [PLANTS, MARKETS], unit: case, meaning: cases shipped}
        objective: {minimize: "sum(cost[p,m]*ship[p,m] for p in PLANTS for m in MARKETS)", unit: dollar}
        constraints:
          within: {for: p in PLANTS, that: "sum(ship[p,m] for m in MARKETS) <= supply[p]"}
          meet: {for: m in MARKETS, that: "sum(ship[p,m] for p in PLANTS) >= demand[m]"}
    """,
    "periods": """
        title: Produce and store over the year
        sets:
          MONTHS: {first: 1, last: 6}
        parameters:
          demand: {over: [MONTHS], values: [10, 40, 20, 60, 10, 30]}
        variables:
          make: {over: [MONTHS], unit: tonne, upper: 35, meaning: tonnes produced}
          store: {over: [MONTHS], unit: tonne, meaning: tonnes in store at the end}
        objective: {minimize: "sum(make[t] + 0.1*store[t] for t in MONTHS)"}
        constraints:
          first: {that: "make[1] == demand[1] + store[1]"}
          balance: {for: t in MONTHS if t > 1, that: "store[t-1] + make[t] == demand[t] + store[t]"}
    """,
    "schedule": """
        title: One machine, four jobs
        sets:
          JOBS: {elements: [cut, drill, paint, pack]}
        parameters:
          duration: {over: [JOBS], unit: hour, values: {cut: 3, drill: 2, paint: 4, pack: 1}}
        variables:
          start: {over: [JOBS], unit: hour, meaning: when a job begins}
          makespan: {unit: hour}
        objective: {minimize: makespan}
        constraints:
          after_drill: {that: "start['drill'] >= start['cut'] + duration['cut']"}
          after_paint: {that: "start['paint'] >= start['cut'] + duration['cut']"}
          after_pack: {that: "start['pack'] >= start['paint'] + duration['paint']"}
          finish: {for: j in JOBS, that: "start[j] + duration[j] <= makespan"}
    """,
    "assignment": """
        title: Who does what
        sets:
          PEOPLE: {elements: [Ann, Bob, Cem]}
          TASKS: {elements: [wash, cook, shop]}
        parameters:
          hours: {over: [PEOPLE, TASKS], values: [[4, 2, 8], [4, 3, 7], [3, 1, 6]]}
        variables:
          assign: {over: [PEOPLE, TASKS], domain: binary}
        objective: {minimize: "sum(hours[p,t]*assign[p,t] for p in PEOPLE for t in TASKS)"}
        constraints:
          one_task: {for: p in PEOPLE, that: "sum(assign[p,t] for t in TASKS) == 1"}
          one_person: {for: t in TASKS, that: "sum(assign[p,t] for p in PEOPLE) == 1"}
    """,
    "tour": """
        title: Visit four towns
        sets:
          TOWNS: {elements: [Ulm, Rom, Bern, Wien]}
        parameters:
          miles: {over: [TOWNS, TOWNS], values: [[0, 5, 2, 4], [5, 0, 4, 6], [2, 4, 0, 5], [4, 6, 5, 0]]}
        variables:
          go: {over: [TOWNS, TOWNS], domain: binary, meaning: the tour goes from a town to the next}
          place: {over: [TOWNS], lower: 1, upper: 4}
        objective: {minimize: "sum(miles[i,j]*go[i,j] for i in TOWNS for j in TOWNS)", unit: mile}
        constraints:
          leave: {for: i in TOWNS, that: "sum(go[i,j] for j in TOWNS if j != i) == 1"}
          enter: {for: j in TOWNS, that: "sum(go[i,j] for i in TOWNS if j != i) == 1"}
          stay: {for: i in TOWNS, that: "go[i,i] == 0"}
          follow: {for: "i in TOWNS, j in TOWNS if i != j and j != 'Ulm'",
                   that: "place[j] >= place[i] + 1 - 4*(1 - go[i,j])"}
    """,
    "shop": """
        title: Two machines, three jobs
        sets:
          JOBS: {elements: [a, b, c]}
          MACHINES: {elements: [lathe, mill]}
        parameters:
          processing: {over: [JOBS, MACHINES], unit: hour, values: [[3, 2], [2, 4], [4, 1]]}
          due: {over: [JOBS], unit: hour, values: [20, 20, 20]}
        variables:
          start: {over: [JOBS, MACHINES], unit: hour}
          ahead: {over: [JOBS, JOBS, MACHINES], domain: binary}
          makespan: {unit: hour}
        objective: {minimize: makespan, unit: hour, meaning: time until all is done}
        constraints:
          route: {for: j in JOBS, that: "start[j,'mill'] >= start[j,'lathe'] + processing[j,'lathe']"}
          apart: {for: "i in JOBS, j in JOBS, m in MACHINES if i != j",
                  that: "start[j,m] >= start[i,m] + processing[i,m] - 50*(1 - ahead[i,j,m])"}
          order: {for: "i in JOBS, j in JOBS, m in MACHINES if i != j",
                  that: "ahead[i,j,m] + ahead[j,i,m] == 1"}
          done: {for: "j in JOBS, m in MACHINES", that: "start[j,m] + processing[j,m] <= makespan"}
    """,
    "mixture": """
        title: Blend of feeds
        sets:
          FEEDS: {elements: [maize, soy, wheat, fish meal, lime]}
          SITES: {elements: [north, south, coast]}
        parameters:
          price: {over: [FEEDS, SITES], values: [[2, 3, 4], [5, 4, 3], [3, 3, 3], [9, 9, 5], [1, 1, 1]]}
          need: {over: [SITES], values: [100.5, 80, 60]}
        variables:
          use: {over: [FEEDS, SITES], upper: 45.25, unit: kg}
        objective: {minimize: "sum(price[f,s]*use[f,s] for f in FEEDS for s in SITES)", unit: euro}
        constraints:
          fill: {for: s in SITES, that: "sum(use[f,s] for f in FEEDS) >= need[s]"}
    """,
    "knapsack": """
        title: What to pack
        sets:
          THINGS: {elements: [tent, stove, lamp, rope]}
        parameters:
          worth: {over: [THINGS], values: [10, 6, 4, 3]}
          weight: {over: [THINGS], values: [5, 3, 2, 2]}
        variables:
          pack: {over: [THINGS], domain: binary, meaning: whether it comes along}
        objective: {maximize: "sum(worth[i]*pack[i] for i in THINGS)"}
        constraints:
          carry: {that: "sum(weight[i]*pack[i] for i in THINGS) <= 8"}
    """,
    "infeasible": """
        variables: {x: {}}
        objective: {minimize: x}
        constraints: {low: {that: "x <= 1"}, high: {that: "x >= 2"}}
    """,
    "unbounded": """
        variables: {x: {}}
        objective: {maximize: x}
        constraints: {low: {that: "x >= 2"}}
    """,
}


def formulation(name: str) -> Formulation:
    """One of the problems."""
    return loads(TEXTS[name])


def answered(name: str) -> Answer:
    """The answer to one of them."""
    return solve(formulation(name))
