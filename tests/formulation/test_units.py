"""Units are read as people write them; plain mistakes are errors, and no right model is accused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.formulation.check import check
from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.elements import Formulation
from agentopt.formulation.measures import Unit, parse_unit, physical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dollar", "dollar"),
        ("$", "dollar"),
        ("USD", "dollar"),
        ("Dollars", "dollar"),
        ("£", "sterling"),
        ("€ per MWh", "euro/megawatt_hour"),
        ("dollars per case per mile", "dollar/(case*mile)"),
        ("$/(cases*mile)", "dollar/(case*mile)"),
        ("$/case/mile", "dollar/(case*mile)"),
        ("kg*m/s^2", "kilogram*meter/second**2"),
        ("kg m", "kilogram*meter"),
        ("per hour", "1/hour"),
        ("1/hour", "1/hour"),
        ("m**-1", "1/meter"),
        ("m^0.5", "meter**1/2"),
        ("m²", "meter**2"),
        ("m2", "meter**2"),
        ("square meters", "meter**2"),
        ("dollars per sq ft", "dollar/foot**2"),
        ("cubic feet", "foot**3"),
        ("cm3", "centimeter**3"),
        ("hours/week", "hour/week"),
        ("units", "dimensionless"),
        ("%", "dimensionless"),
        ("dollar/unit/week", "dollar/week"),
        ("loaves", "loaf"),
        ("cities", "city"),
        ("boxes", "box"),
        ("gas", "gas"),
        ("°C", "°c"),
        ("((kg))", "kilogram"),
        ("日", "日"),
    ],
)
def test_a_unit_is_read_as_people_write_it(text, expected):
    assert str(parse_unit(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "per",
        "m^",
        "m//s",
        "a lot!",
        "100 dollars",
        "m^99",
        "(m",
        "m)",
        "dollar-hour",
        "x" * 300,
        "(" * 150,
    ],
)
def test_a_text_that_is_no_unit_is_unknown(text):
    assert parse_unit(text) is None


WORDS = ["kg", "hour", "dollar", "case", "mile", "piece", "week", "liter"]


@st.composite
def unit_texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
    text = words[0]
    for word in words[1:]:
        power = draw(st.sampled_from(["", "**2", "^3", "²"]))
        text += draw(st.sampled_from(["*", "/", " per ", " ", "·"])) + word + power
    return draw(st.sampled_from([text, f"({text})", f" {text} "]))


@given(unit_texts(), unit_texts())
@settings(max_examples=200, deadline=None)
def test_units_multiply_divide_and_read_back(one, two):
    a, b = parse_unit(one), parse_unit(two)
    assert a is not None
    assert b is not None
    again = parse_unit(str(a))
    assert again is not None
    assert again.powers == a.powers
    assert ((a * b) / b).powers == a.powers
    assert (a ** Fraction(2)).powers == (a * a).powers
    assert (a / a).powers == {}
    together = parse_unit(f"({one})*({two})")
    assert together is not None
    assert together.powers == (a * b).powers
    hard, soft = physical(a * b)
    first, second = physical(a), physical(b)
    assert hard.powers == (first[0] * second[0]).powers
    assert soft.powers == (first[1] * second[1]).powers


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_unit_or_none(text):
    found = parse_unit(text)
    assert found is None or isinstance(physical(found)[0], Unit)


def test_the_size_of_a_unit_is_known():
    hour, minute = parse_unit("hour"), parse_unit("minutes")
    assert hour is not None
    assert minute is not None
    assert physical(hour)[0].powers == physical(minute)[0].powers
    assert physical(hour)[0].factor == 60 * physical(minute)[0].factor


# -- formulations ------------------------------------------------------------------------------------------

PARAMETERS: dict[str, Any] = {
    "price": {"value": 3, "unit": "dollar/kg", "role": "reward"},
    "wage": {"value": 20, "unit": "dollar/hour", "role": "cost"},
    "budget": {"value": 900, "unit": "dollar"},
    "pace": {"value": 2, "unit": "kg/hour", "role": "rate"},
    "shift": {"value": 40, "unit": "hour/week"},
    "pause": {"value": 30, "unit": "minute"},
    "field": {"value": 3, "unit": "acre"},
    "room": {"value": 50, "unit": "square meter"},
    "share": {"value": 0.2, "unit": "%", "role": "ratio"},
    "seats": {"value": 4, "unit": "seat"},
    "fee": {"value": 5, "unit": "dollar", "role": "cost"},
    "odd": {"value": 5, "unit": "a lot!"},
    "plain": {"value": 5},
    "load": {"value": 5, "unit": "pound"},
}
VARIABLES: dict[str, Any] = {
    "made": {"unit": "kg"},
    "work": {"unit": "hour"},
    "spent": {"unit": "dollar"},
    "chairs": {"unit": "chair"},
    "tables": {"unit": "table"},
    "area": {"unit": "m^2"},
    "bare": {},
}


def findings(that: str, **elements: Any) -> list[Diagnostic]:
    f = Formulation.model_validate(
        {
            "sets": {"T": {"last": 3}},
            "parameters": PARAMETERS,
            "variables": VARIABLES,
            "objective": {"minimize": "bare"},
            "constraints": {"c": {"that": that}},
            **elements,
        }
    )
    return [
        d for d in check(f) if d.element.startswith(("constraints", "objective")) and "holds" not in d.message
    ]


@pytest.mark.parametrize(
    "that",
    [
        "made <= pace*work",
        "price*made - wage*work >= spent",
        "wage*work <= budget",
        "sum(wage*work for t in T) <= budget",
        "chairs + tables <= 100",
        "4*chairs <= seats*tables",
        "made <= 100",
        "made <= plain*work",
        "made <= bare",
        "spent >= 0.1*budget",
        "spent >= share*budget",
        "fee*chairs + fee*tables <= budget",
        "work*60 <= pause",
        "area <= room",
        "area <= 4047*field",
        "sqrt(area)*sqrt(area) <= area",
        "area**2 <= room*area",
        "made/work <= pace",
        "max(made, pace*work) <= 10",
        "abs(made - pace*work) <= 1",
        "made <= (pace*work if plain > 1 else 0)",
        "implies(made >= 1, work >= 2)",
        "odd*work <= made",
        "1/made <= 1/(pace*work)",
        "spent <= load*fee",
        "2 <= made <= pace*work",
    ],
)
def test_a_right_statement_is_not_accused(that):
    assert findings(that) == []


@pytest.mark.parametrize(
    ("that", "message"),
    [
        ("work <= budget", "`work` is in hour and `budget` in dollar, and they are compared"),
        ("budget >= work", "`budget` is in dollar and `work` in hour, and they are compared"),
        ("made + work <= 10", "`made` is in kilogram and `work` in hour, and they are added or compared"),
        ("made <= wage*work", "`made` is in kilogram and `wage*work` in dollar"),
        ("sum(made for t in T) <= budget", "in kilogram and `budget` in dollar"),
        ("max(made, work) <= 10", "`made` is in kilogram and `work` in hour"),
        ("area <= made", "`area` is in meter**2 and `made` in kilogram"),
        ("sqrt(area) <= room", "`sqrt(area)` is in meter and `room` in meter**2"),
        ("made <= (work if plain > 1 else made)", "`work` is in hour and `made` in kilogram"),
        ("implies(made >= budget, work >= 2)", "`made` is in kilogram and `budget` in dollar"),
    ],
)
def test_a_mistake_of_units_is_an_error_at_its_place(that, message):
    found = findings(that)
    assert len(found) == 1
    assert (found[0].severity, found[0].element, found[0].text) == ("error", "constraints.c.that", that)
    assert message in found[0].message
    assert found[0].position is not None
    assert "rate" in found[0].hint


@pytest.mark.parametrize(
    ("that", "message"),
    [
        ("work <= shift", "`work` is in hour and `shift` in hour/week"),
        ("work <= pause", "`work` is in hour and `pause` in minute"),
        ("area <= field", "`area` is in meter**2 and `field` in acre"),
    ],
)
def test_a_period_or_a_size_left_out_is_a_warning(that, message):
    (found,) = findings(that)
    assert found.severity == "warning"
    assert message in found.message


def test_what_is_declared_is_compared_with_what_is_stated():
    (found,) = findings("bare <= 1", objective={"minimize": "wage*work", "unit": "hour"})
    assert found.message == "`wage*work` is in dollar, and hour is declared"
    assert found.element == "objective.minimize"
    assert findings("bare <= 1", objective={"minimize": "wage*work", "unit": "$"}) == []


def test_bounds_and_formulas_have_units_too():
    f = Formulation.model_validate(
        {
            "parameters": {**PARAMETERS, "derived": {"formula": "wage*pause", "unit": "kg"}},
            "variables": {"made": {"unit": "kg", "upper": "budget"}},
            "objective": {"minimize": "made"},
            "constraints": {"c": {"that": "made <= derived"}},
        }
    )
    paths = {d.element for d in check(f) if d.severity == "error"}
    assert paths == {"parameters.derived.formula", "variables.made.upper"}


def test_a_unit_that_cannot_be_read_is_a_warning_at_its_field():
    f = Formulation.model_validate(
        {
            "parameters": PARAMETERS,
            "variables": {"x": {"unit": "100 dollars"}},
            "objective": {"minimize": "odd*x", "unit": "who knows?"},
        }
    )
    found = {d.element: d.message for d in check(f) if d.element.endswith(".unit")}
    assert found == {
        "parameters.odd.unit": "`a lot!` is not read as a unit, so it is not checked",
        "variables.x.unit": "`100 dollars` is not read as a unit, so it is not checked",
        "objective.unit": "`who knows?` is not read as a unit, so it is not checked",
    }
