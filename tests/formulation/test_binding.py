"""Sets and parameters are bound from every source, and what does not fit is named with its place."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.errors import BindingError, CompileError, FormulationError
from agentopt.formulation import io
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance

EXAMPLES = Path(__file__).parents[2] / "datasets" / "examples"


def formulation(**elements: object) -> Formulation:
    return Formulation.model_validate(elements)


def elements(instance: Instance, name: str) -> list[object]:
    found = instance.labels.tuples(instance.sets[name].codes)
    return [e[0] if len(e) == 1 else e for e in found]


def values(instance: Instance, name: str) -> dict[object, float]:
    bound = instance.parameters[name]
    keys = instance.labels.tuples(bound.codes)
    return {(k[0] if len(k) == 1 else k): v for k, v in zip(keys, bound.values.tolist(), strict=True)}


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def refused(f: Formulation, data: dict[str, object] | None = None, where: Path | None = None) -> BindingError:
    with pytest.raises(BindingError) as error:
        bind(f, data, folder=where)
    return error.value


# -- sets --------------------------------------------------------------------------------------------------


def test_sets_are_listed_ranged_multiplied_filtered_and_combined():
    f = formulation(
        sets={
            "I": {"elements": ["b", "a", "12", "b"]},
            "T": {"first": 0, "last": "horizon", "step": 2},
            "N": {"last": 3},
            "DOWN": {"first": 3, "last": 1, "step": -1},
            "PAIRS": {"of": ["N", "N"], "with": ["i", "j"], "where": "i < j"},
            "ALL": {"of": ["I", "N"]},
            "EDGES": {"elements": [["a", 1], ["b", 2]]},
            "LATE": {"of": "T", "with": "t", "where": "t >= 3 and t != horizon"},
            "U": {"formula": "N | T"},
            "D": {"formula": "N - T"},
            "B": {"formula": "N & T"},
            "P": {"formula": "B * D"},
        },
        parameters={"horizon": {"value": 7}},
    )
    instance = bind(f)
    assert elements(instance, "I") == ["b", "a", 12]
    assert elements(instance, "T") == [0, 2, 4, 6]
    assert elements(instance, "DOWN") == [3, 2, 1]
    assert elements(instance, "PAIRS") == [(1, 2), (1, 3), (2, 3)]
    assert elements(instance, "ALL") == list(itertools.product(["b", "a", 12], [1, 2, 3]))
    assert elements(instance, "EDGES") == [("a", 1), ("b", 2)]
    assert elements(instance, "LATE") == [4, 6]
    assert (elements(instance, "U"), elements(instance, "D")) == ([1, 2, 3, 0, 4, 6], [1, 3])
    assert (elements(instance, "B"), elements(instance, "P")) == ([2], [(2, 1), (2, 3)])
    assert instance.sets["PAIRS"].components == ("N", "N")


def test_a_filter_across_three_sets_keeps_the_order_of_the_product():
    f = formulation(
        sets={
            "A": {"last": 3},
            "B": {"elements": ["x", "y"]},
            "S": {"of": ["A", "B", "A"], "with": ["i", "b", "j"], "where": "i == j"},
            "L": {"elements": [[3, 1], [1, 2], [2, 2]]},
            "R": {"of": ["A", "B", "A"], "with": ["i", "b", "j"], "where": "(i, j) in L"},
        }
    )
    instance = bind(f)
    assert elements(instance, "S") == [(i, b, i) for i in (1, 2, 3) for b in ("x", "y")]
    assert elements(instance, "R") == [
        (i, b, j)
        for i in (1, 2, 3)
        for b in ("x", "y")
        for j in (1, 2, 3)
        if [i, j] in [[3, 1], [1, 2], [2, 2]]
    ]


def test_sets_come_from_columns_each_element_once_in_order(tmp_path):
    where = folder(tmp_path, t="plant,day\nb,02\na,1\nb,02\nb,1\n", one="only\nx\ny\n")
    f = formulation(
        sets={
            "PLANTS": {"from": "t.csv"},
            "VISITS": {"from": "t.csv", "column": ["plant", "day"]},
            "WHATEVER": {"from": "one.csv"},
        }
    )
    instance = bind(f, folder=where)
    assert elements(instance, "PLANTS") == ["b", "a"]
    assert elements(instance, "VISITS") == [("b", "02"), ("a", 1), ("b", 1)]
    assert elements(instance, "WHATEVER") == ["x", "y"]
    assert instance.sources["PLANTS"] == "t.csv"


def test_an_empty_set_is_a_warning():
    instance = bind(formulation(sets={"I": {"elements": []}}, parameters={"c": {"over": "I", "values": {}}}))
    assert instance.warnings == ("the set `I` is empty",)
    assert len(instance.parameters["c"].values) == 0


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({}, "sets.S: the set has no elements"),
        ({"first": 1, "last": "m"}, "sets.S.last: `m` is neither an integer nor a parameter"),
        ({"last": "n"}, "sets.S.last: `n` is 2.5, not an integer"),
        ({"last": 3, "step": 0}, "a step of 0"),
        ({"last": 10**12}, "a range of 1,000,000,000,000 elements"),
        ({"of": ["I", "J"]}, "sets.S.of: `J` is not a set"),
        ({"of": ["I", "I"], "with": ["i"], "where": "i == 1"}, "sets.S.with: `i` for the index over I, I"),
        ({"of": ["I"], "with": ["i"], "where": "c[i] > 0"}, "sets.S.where: `c` is not a parameter"),
        ({"of": ["I"], "with": ["i"], "where": "i >"}, "sets.S.where: .* does not parse"),
        ({"formula": "I - K"}, "sets.S.formula: `K` is not a set"),
        ({"elements": [["a", "b"], "c"]}, "sets.S: element 2 of `S`, `c`, has 1 label, but element 1 has 2"),
        ({"elements": ["a", ""]}, "element 2 of `S` is ``, not a label"),
        ({"from": "t.csv", "column": "q"}, "sets.S: t.csv has no column `q`"),
        ({"from": "t.csv"}, "sets.S: which column of t.csv holds the elements"),
        ({"from": "t.csv", "column": "b"}, "t.csv, row 3, column `b`: the cell is empty"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused(declared, message, tmp_path):
    where = folder(tmp_path, t="a,b\n1,2\n3,\n")
    f = formulation(sets={"I": {"elements": [1, 2]}, "S": declared}, parameters={"n": {"value": 2.5}})
    with pytest.raises((BindingError, FormulationError), match=message):
        bind(f, folder=where)


# -- parameters from values --------------------------------------------------------------------------------

GRID = {("a", 1): 1.0, ("a", 2): 2.0, ("a", 3): 3.0, ("b", 1): 4.0, ("b", 2): 5.0, ("b", 3): 6.0}
SPELLINGS = {
    "nested": {"a": {"1": 1, "2": 2, "3": 3}, "b": {"1": 4, "2": 5, "3": 6}},
    "commas": {f"{i}, {t}": v for (i, t), v in GRID.items()},
    "brackets": {f"('{i}',{t})": v for (i, t), v in GRID.items()},
    "lists": [[1, 2, 3], [4, 5, 6]],
    "mixed": {"a": [1, 2, 3], "b": {"3": 6, "1": 4, "2": 5}},
    "rows": [[i, t, v] for (i, t), v in reversed(GRID.items())],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_table_of_numbers_means_the_same(spelling):
    sets = {"I": {"elements": ["a", "b"]}, "T": {"last": 3}}
    f = formulation(sets=sets, parameters={"c": {"over": ["I", "T"], "values": SPELLINGS[spelling]}})
    instance = bind(f)
    assert values(instance, "c") == GRID
    assert instance.parameters["c"].shape == (2, 3)


class Frame:
    """As much of a pandas DataFrame as is looked at."""

    def __init__(self, array: np.ndarray, index: list[object], columns: list[object]) -> None:
        self.index, self.columns = np.array(index, dtype=object), np.array(columns, dtype=object)
        self.array = array

    def to_numpy(self) -> np.ndarray:
        return self.array


class Series:
    """As much of a pandas Series as is looked at."""

    def __init__(self, data: dict[object, float]) -> None:
        self.data = data
        self.index = np.empty(len(data), dtype=object)
        self.index[:] = list(data)

    def to_numpy(self) -> np.ndarray:
        return np.array(list(self.data.values()))


ARRAY = np.arange(1.0, 7.0).reshape(2, 3)


@pytest.mark.parametrize(
    "data",
    [
        GRID,
        ARRAY,
        ARRAY.astype(int),
        ARRAY.tolist(),
        Series(GRID),
        Frame(ARRAY[:, ::-1], ["a", "b"], [3, 2, 1]),
    ],
    ids=["dict", "float array", "integer array", "lists", "series", "frame"],
)
def test_data_from_python_replaces_what_the_formulation_says(data):
    sets = {"I": {"from": "nowhere.csv"}, "T": {"last": 99}}
    f = formulation(sets=sets, parameters={"c": {"over": ["I", "T"], "value": 0}})
    instance = bind(f, {"I": np.array(["a", "b"]), "T": range(1, 4), "c": data})
    assert values(instance, "c") == GRID
    assert instance.sources == {"I": "the data given", "T": "the data given", "c": "the data given"}


def test_one_number_stands_for_every_index():
    f = formulation(sets={"I": {"last": 3}}, parameters={"c": {"over": "I", "value": 4}, "d": {"over": "I"}})
    instance = bind(f, {"d": np.float32(2)})
    assert instance.parameters["c"].values.tolist() == [4, 4, 4]
    assert instance.parameters["d"].values.tolist() == [2, 2, 2]


def test_a_default_stands_for_what_is_not_given():
    sets = {"I": {"elements": ["a", "b"]}}
    f = formulation(sets=sets, parameters={"c": {"over": "I", "values": {"b": 2}, "default": 7}})
    bound = bind(f).parameters["c"]
    assert (bound.codes.tolist(), bound.values.tolist(), bound.default, bound.shape) == ([[1]], [2], 7, None)


def test_tuple_sets_take_nested_and_whole_keys():
    f = formulation(
        sets={"E": {"elements": [["a", "b"], ["b", "c"]]}, "T": {"last": 2}},
        parameters={
            "c": {"over": "E", "values": {"a": {"b": 1}, "b": {"c": 2}}},
            "d": {"over": ["E", "T"], "values": {"a, b": [1, 2], "b, c": [3, 4]}},
            "e": {"over": ["E", "T"]},
        },
    )
    instance = bind(f, {"e": {((a, b), t): t for a, b in (("a", "b"), ("b", "c")) for t in (1, 2)}})
    assert values(instance, "c") == {("a", "b"): 1, ("b", "c"): 2}
    assert instance.parameters["d"].values.tolist() == [1, 2, 3, 4]
    assert instance.parameters["e"].values.tolist() == [1, 2, 1, 2]


def test_a_label_may_hold_a_comma():
    f = formulation(
        sets={"I": {"elements": ["Springfield, IL", "Reno"]}, "T": {"last": 1}},
        parameters={
            "c": {"over": "I", "values": {"Springfield, IL": 1, "Reno": 2}},
            "d": {"over": ["I", "T"], "values": {"Springfield, IL": {"1": 1}, "Reno": {"1": 2}}},
        },
    )
    instance = bind(f)
    assert instance.parameters["c"].values.tolist() == instance.parameters["d"].values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"over": "I"}, "parameters.c: the parameter has no numbers"),
        ({"over": "J", "value": 1}, "parameters.c.over: `J` is not a set"),
        ({"over": "I", "values": {"a": 1}}, r"parameters.c.values: 1 index has no value: `c\[b\]`"),
        (
            {"over": "I", "values": {"a": 1, "b": 2, "d": 3}},
            r"value for `d`, which is not in the set `I` \(a, b\)",
        ),
        ({"over": "I", "values": {"a": 1, "b": "2"}}, r"`c\[b\]` is the text `2`, not a number"),
        ({"over": "I", "values": {"a": 1, "b": None}}, r"`c\[b\]` is empty, not a number"),
        ({"over": "I", "values": {"a": 1, "b": True}}, r"`c\[b\]` is true, not a number"),
        ({"over": "I", "values": [1, 2, 3]}, r"the lists of `c` are 3, expected 2 \(`I`\)"),
        ({"over": ["I", "I"], "values": [[1, 2], [3]]}, "lists of different lengths, expected 2"),
        ({"over": ["I", "I"], "values": {"a": [1], "b": [2, 3]}}, "a list of 1 at `a`, expected 2"),
        ({"over": ["I", "I"], "values": {"a": 1}}, "the key `a` of `c` has 1 label, expected 2"),
        ({"over": ["I", "I"], "values": {"a, b, c": 1}}, "has 3 labels, expected 2"),
        ({"over": "I", "values": {"a": {"b": 1}}}, "has a mapping at `a`, where a number is expected"),
        ({"values": [1, 2]}, "has a list, where a number is expected"),
        ({"over": "I", "values": "many"}, "given as the text `many`, not as numbers"),
        (
            {"over": "I", "values": [["a", 1], ["a", 2], ["b", 1]]},
            r"`c\[a\]` is 2, but parameters.c.values says 1",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused(declared, message):
    f = formulation(sets={"I": {"elements": ["a", "b"]}}, parameters={"c": declared})
    with pytest.raises(BindingError, match=message):
        bind(f)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"c": {"a": float("nan"), "b": 1}}, r"`c\[a\]` is nan, not a finite number"),
        ({"c": [1, float("inf")]}, r"`c\[b\]` is inf, not a finite number"),
        ({"c": np.array([1, np.nan])}, r"`c\[b\]` is nan, not a finite number"),
        ({"c": np.ones((2, 1))}, r"has the shape 2 x 1, expected 2 \(`I`\)"),
        ({"c": np.array(["1", "2"])}, "is the text `1`, not a number"),
        ({"c": {("a",): 1, ("b", "b"): 2}}, "has 2 labels, expected 1"),
        ({"c": object()}, "given as a `object`, not as numbers"),
        ({"d": 1}, "data was given for `d`, which is neither a set nor a parameter"),
        ({"I": "ab"}, "`I` is the text `ab`, not a list of elements"),
        ({"I": 3}, "`I` is a number, not a list of elements"),
        ({"I": [None]}, "element 1 of `I` is `None`, not a label"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, message):
    f = formulation(sets={"I": {"elements": ["a", "b"]}}, parameters={"c": {"over": "I", "value": 1}})
    with pytest.raises(BindingError, match=message):
        bind(f, data)


def test_the_nearest_element_is_offered_for_a_misspelt_one():
    f = formulation(
        sets={"I": {"elements": ["new-york", "topeka"]}},
        parameters={"c": {"over": "I", "values": {"newyork": 1, "topeka": 2}}},
    )
    assert refused(f).hint == "did you mean `new-york`?"


def test_the_first_missing_indices_and_their_number_are_listed():
    f = formulation(sets={"I": {"last": 40}, "J": {"last": 50}}, parameters={"c": {"over": ["I", "J"]}})
    data = {(i, j): 1 for i in range(1, 41) for j in range(1, 51) if not (i == 2 and j % 2)}
    message = refused(f, {"c": data}).message
    assert "25 indices have no value: `c[2, 1]`, `c[2, 3]`, `c[2, 5]`, `c[2, 7]`, `c[2, 9]`, ..." in message


def test_problems_with_several_elements_are_told_together():
    f = formulation(
        sets={"I": {"elements": ["a"]}, "J": {}},
        parameters={"c": {"over": "I", "values": {}}, "d": {"over": "J"}, "e": {}},
    )
    message = refused(f).message
    assert message.startswith("3 things do not fit:")
    assert "sets.J" in message
    assert "`c[a]`" in message
    assert "parameters.e" in message
    assert "parameters.d" not in message  # it could not be tried


def test_an_index_space_beyond_64_bits_is_refused_not_wrapped():
    f = formulation(sets={"I": {"last": 100_000}}, parameters={"c": {"over": ["I"] * 4, "default": 0}})
    assert "`c` ranges over 1e+20 indices" in refused(f, {"c": {(1, 2, 3, 4): 5}}).message
    wide = [[k + 10_000 * column for column in range(5)] for k in range(9_000)]
    f = formulation(sets={"W": {}}, parameters={"c": {"over": "W", "value": 1}})
    with pytest.raises(CompileError, match="9,000 elements with 5 labels each is too wide"):
        bind(f, {"W": wide})


def test_a_circle_of_definitions_is_named():
    f = formulation(parameters={"a": {"formula": "b + 1"}, "b": {"formula": "2*a"}})
    assert (
        "in a circle: `a` needs `b` needs `a`" in refused(f).message
        or "`b` needs `a` needs `b`" in refused(f).message
    )


# -- parameters from tables --------------------------------------------------------------------------------

LONG = {
    "sets": {"PLANTS": {"from": "plants.csv", "column": "plant"}, "MARKETS": {"elements": ["x", "y"]}},
    "parameters": {"miles": {"over": ["PLANTS", "MARKETS"], "from": "miles.csv", "column": "miles"}},
}
PLANTS = "plant\na\nb\n"
MILES = "plant,market,miles\na,x,1\na,y,2\nb,x,3\nb,y,4\n"


@pytest.mark.parametrize(
    ("table", "key", "warned"),
    [
        (MILES, None, False),
        (MILES.replace("market", "MARKETS").replace("plant", "Plant"), None, False),
        (MILES.replace("plant,market", "from,to"), ["from", "to"], False),
        (MILES.replace("plant,market", "plant,to"), None, True),
        (MILES.replace("plant,market", "origin,goal"), None, True),
        ("x,miles,market,note,plant\n0,1,x,n,a\n0,2,y,n,a\n0,3,x,n,b\n0,4,y,n,b\n", None, False),
    ],
)
def test_key_columns_are_found_by_name_and_else_by_what_they_hold(table, key, warned, tmp_path):
    elements = {**LONG, "parameters": {"miles": {**LONG["parameters"]["miles"], "key": key}}}
    instance = bind(formulation(**elements), folder=folder(tmp_path, plants=PLANTS, miles=table))
    assert values(instance, "miles") == {("a", "x"): 1, ("a", "y"): 2, ("b", "x"): 3, ("b", "y"): 4}
    assert bool(instance.warnings) == warned


def test_a_wide_table_has_a_column_for_every_element_of_the_last_set(tmp_path):
    sets = {"I": {"elements": ["a", "b"]}, "T": {"last": 2}}
    f = formulation(
        sets=sets,
        parameters={
            "d": {"over": ["I", "T"], "from": "d.csv", "key": "name"},
            "w": {"over": "T", "from": "w.csv"},
        },
    )
    where = folder(tmp_path, d="name,1,2,note\nb,3,4,n\na,1,2,n\n", w="2,1\n20,10\n")
    instance = bind(f, folder=where)
    assert values(instance, "d") == {("a", 1): 1, ("a", 2): 2, ("b", 1): 3, ("b", 2): 4}
    assert values(instance, "w") == {1: 10, 2: 20}
    assert [w for w in instance.warnings if "note" in w] == [
        "parameters.d: d.csv was read as one column per element of `T`; not used: `note`"
    ]


def test_a_scalar_comes_from_a_table_of_one_row(tmp_path):
    f = formulation(parameters={"budget": {"from": "t.csv"}, "n": {"from": "t.csv", "column": "number"}})
    instance = bind(f, folder=folder(tmp_path, t="Budget,number\n10,3\n"))
    assert (values(instance, "budget"), values(instance, "n")) == ({(): 10}, {(): 3})


def test_a_scalar_comes_from_the_row_that_names_it(tmp_path):
    f = formulation(parameters={"max_hours": {"from": "t.csv", "column": "value"}})
    where = folder(tmp_path, t="name,value\nbudget,lots\nMax hours,3.5\n")
    instance = bind(f, folder=where)
    assert values(instance, "max_hours") == {(): 3.5}
    assert instance.warnings == (
        "t.csv, row 3, column `value`: `max_hours` is read from the row that names it",
    )


def test_a_table_given_and_not_read_is_a_warning(tmp_path):
    folder(tmp_path, plants=PLANTS, spare="a\n1\n")
    f = formulation(sets={"PLANTS": {"from": "plants.csv"}})
    instance = bind(f, tables=[tmp_path / "plants.csv", tmp_path / "spare.csv"])
    assert instance.warnings == ("spare.csv was given, but nothing is read from it",)


def test_empty_cells_are_the_default_and_said_so(tmp_path):
    parameters = {"c": {"over": "I", "from": "t.csv", "column": "v", "key": "k", "default": 5}}
    f = formulation(sets={"I": {"elements": ["a", "b", "c"]}}, parameters=parameters)
    instance = bind(f, folder=folder(tmp_path, t="k,v\na,1\nb,\n"))
    assert values(instance, "c") == {"a": 1}
    assert instance.warnings == ("t.csv, row 3, column `v`: an empty cell is the default 5",)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("k,v\na,1\nb,\n", "t.csv, row 3, column `v`: the cell is empty, where a number is expected"),
        ("k,v\na,1\nb,2\n,3\n", "t.csv, row 4, column `k`: the cell is empty, where a label is expected"),
        ("k,v\na,1\nb,x\n", "t.csv, row 3, column `v`: `x` is not a number"),
        ("k,v\na,1\n", r"t.csv: 1 index has no value: `c\[b\]`"),
        (
            "k,v\na,1\nb,2\nzz,3\n",
            "t.csv, row 4, column `v`: `c` has a value for `zz`, which is not in the set `I`",
        ),
        (
            "k,v\na,1\nb,2\na,3\n",
            r"t.csv, row 4, column `v`: `c\[a\]` is 3, but t.csv, row 2, column `v` says 1",
        ),
        ("q,v\na,1\nb,2\n", "parameters.c.key: t.csv has no column `k`"),
        ("k,w\na,1\nb,2\n", "parameters.c: t.csv has no column `v`"),
    ],
)
def test_a_fault_in_a_table_is_named_with_file_row_column_and_value(table, message, tmp_path):
    f = formulation(
        sets={"I": {"elements": ["a", "b"]}},
        parameters={"c": {"over": "I", "from": "t.csv", "column": "v", "key": "k"}},
    )
    with pytest.raises(BindingError, match=message):
        bind(f, folder=folder(tmp_path, t=table))


def test_an_index_given_twice_with_one_value_is_a_warning(tmp_path):
    f = formulation(
        sets={"I": {"elements": ["a"]}},
        parameters={"c": {"over": "I", "from": "t.csv", "column": "v", "key": "k"}},
    )
    instance = bind(f, folder=folder(tmp_path, t="k,v\na,1\na,1\n"))
    assert instance.warnings == ("t.csv, row 3, column `v`: `c[a]` is given again with the same value",)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"over": ["I", "I"], "column": "v", "key": ["k"]}, "1 columns are named, expected 2"),
        ({"over": "I", "key": "k"}, "which column of t.csv holds the numbers"),
        ({"over": ["I", "I"], "column": "v"}, "which column of t.csv holds the elements of `I`"),
        ({"column": "v"}, "t.csv has 2 rows, and 0 of them name `c`"),
    ],
)
def test_a_table_that_can_be_read_in_several_ways_asks_which(declared, message, tmp_path):
    f = formulation(sets={"I": {"elements": ["a", "b"]}}, parameters={"c": {"from": "t.csv", **declared}})
    where = folder(tmp_path, t="k,v,w\na,1,5\nb,2,6\n")
    with pytest.raises(BindingError, match=message):
        bind(f, folder=where)


def test_a_table_may_list_more_than_a_filtered_set_and_nothing_that_is_no_element(tmp_path):
    f = formulation(
        sets={
            "I": {"elements": ["a", "b", "c"]},
            "S": {"of": "I", "with": "i", "where": 'i != "b"'},
            "D": {"formula": "I - S"},
            "T": {"of": ["S", "I"]},
        },
        parameters={
            name: {"over": over, "from": "t.csv", "column": "v", "key": "k"}
            for name, over in {"s": "S", "d": "D"}.items()
        }
        | {"t": {"over": "T", "from": "u.csv", "key": ["k", "l"], "column": "v"}},
    )
    pairs = "k,l,v\n" + "".join(f"{i},{j},1\n" for i in "abc" for j in "abc")
    instance = bind(f, folder=folder(tmp_path, t="k,v\na,1\nb,2\nc,3\n", u=pairs))
    assert (values(instance, "s"), values(instance, "d")) == ({"a": 1, "c": 3}, {"b": 2})
    assert len(values(instance, "t")) == 6
    assert not instance.warnings
    folder(tmp_path, t="k,v\na,1\nb,2\nc,3\nbb,4\n")
    error = refused(f, where=tmp_path)
    assert "t.csv, row 5, column `v`: `s` has a value for `bb`" in error.message


# -- derived parameters ------------------------------------------------------------------------------------


def test_derived_parameters_are_computed_in_order_of_need():
    f = formulation(
        sets={
            "T": {"last": 4},
            "M": {"elements": ["jan", "feb", "mar"]},
            "E": {"elements": [["jan", 1], ["mar", 2]]},
        },
        parameters={
            "total": {"formula": "sum(twice[t] for t in T if t > 1)"},
            "twice": {"over": "T", "with": "t", "formula": "2*base[t] + (1 if t == first(T) else 0)"},
            "base": {"over": "T", "values": [1, 2, 3, 4]},
            "grown": {"over": "T", "with": "t", "formula": "base[t] - (base[t-1] if t > 1 else 0)"},
            "place": {"over": "M", "with": "m", "formula": "ord(m) + len(M)"},
            "after": {"over": "M", "with": "m", "formula": "place[next(m)] if m != last(M) else 0"},
            "most": {"formula": "max(base[t] for t in T)"},
            "edge": {"over": "E", "with": ["m", "t"], "formula": "base[t] * place[m]"},
            "pairs": {"formula": "sum(base[t] for t in T for (m, s) in E if s == t)"},
            "share": {"over": "T", "with": "t", "formula": "base[t] / sum(base[s] for s in T)"},
            "known": {"over": "T", "with": "t", "formula": "count(s == t for (m, s) in E)"},
        },
    )
    instance = bind(f)
    listed = {name: bound.values.tolist() for name, bound in instance.parameters.items()}
    assert listed["twice"] == [3, 4, 6, 8]
    assert listed["total"] == [18]
    assert listed["grown"] == [1, 1, 1, 1]
    assert listed["place"] == [4, 5, 6]
    assert listed["after"] == [5, 6, 0]
    assert listed["most"] == [4]
    assert listed["edge"] == [4, 12]
    assert listed["pairs"] == [3]
    assert listed["share"] == [0.1, 0.2, 0.3, 0.4]
    assert listed["known"] == [1, 1, 0, 0]
    assert instance.sources["share"] == "derived"


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            {"over": "T", "with": "t", "formula": "base[t-1]"},
            r"parameters.x.formula: `base\[t-1\]` \(t is 1\) has no value",
        ),
        ({"formula": "1 / zero"}, "parameters.x.formula: a division by zero"),
        ({"formula": "log(zero)"}, "has no finite value"),
        ({"over": "T", "with": "t", "formula": "1e200 * 1e200 * t"}, r"`x\[1\]` is inf, not a finite number"),
        (
            {"over": "M", "with": "m", "formula": "2 * m"},
            "the index `m` is used as a number, but `jan` is not one",
        ),
        ({"formula": "nothing + 1"}, "`nothing` is not a number here"),
        ({"over": "T", "formula": "1"}, "parameters.x.with: no names for the index over T"),
        ({"over": "T", "with": ["t", "t"], "formula": "t"}, "expected 1 different names"),
    ],
)
def test_a_formula_without_a_value_is_refused(declared, message):
    f = formulation(
        sets={"T": {"last": 2}, "M": {"elements": ["jan"]}},
        parameters={"base": {"over": "T", "value": 1}, "zero": {"value": 0}, "x": declared},
    )
    with pytest.raises(BindingError, match=message):
        bind(f)


# -- properties --------------------------------------------------------------------------------------------

LABELS = st.one_of(
    st.integers(-50, 50), st.text("abc xyz-_é", min_size=1, max_size=4).map(str.strip).filter(bool)
)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_dictionary_comes_back_as_it_went_in_and_equals_the_array(data):
    first = data.draw(st.lists(LABELS, min_size=1, max_size=5, unique=True))
    second = data.draw(st.lists(LABELS, min_size=1, max_size=5, unique=True))
    array = np.array(
        data.draw(st.lists(NUMBERS, min_size=len(first) * len(second), max_size=len(first) * len(second)))
    ).reshape(len(first), len(second))
    f = formulation(sets={"I": {}, "J": {}}, parameters={"c": {"over": ["I", "J"]}})
    keyed = {(i, j): float(array[a, b]) for a, i in enumerate(first) for b, j in enumerate(second)}
    shuffled = dict(data.draw(st.permutations(list(keyed.items()))))
    nested = {i: {j: keyed[i, j] for j in reversed(second)} for i in reversed(first)}
    expected = bind(f, {"I": first, "J": second, "c": array})
    for given_data in (keyed, shuffled, nested):
        instance = bind(f, {"I": first, "J": second, "c": given_data})
        assert values(instance, "c") == keyed
        assert np.array_equal(instance.parameters["c"].values, expected.parameters["c"].values)
        assert np.array_equal(instance.parameters["c"].codes, expected.parameters["c"].codes)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(1, 6),
    kept=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6))),
)
def test_a_sparse_dictionary_with_a_default_keeps_exactly_what_was_given(size, kept):
    f = formulation(sets={"I": {"last": size}}, parameters={"c": {"over": ["I", "I"], "default": 0}})
    given_data = {(i, j): i + 10.0 * j for i, j in sorted(kept) if i <= size and j <= size}
    instance = bind(f, {"c": given_data})
    assert values(instance, "c") == given_data


# -- whole formulations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bakery", "shipping", "production"])
def test_the_shipped_examples_bind_without_a_warning(name):
    path = EXAMPLES / name / "formulation.yaml"
    instance = bind(io.load(path), folder=path.parent)
    assert instance.warnings == ()
    assert set(instance.parameters) == set(instance.formulation.parameters)


def test_a_formulation_binds_again_to_other_tables(tmp_path):
    path = EXAMPLES / "shipping" / "formulation.yaml"
    f = io.load(path)
    folder(
        tmp_path,
        plants="plant,supply\nlisbon,10\n",
        markets="market,demand\nrome,4\nparis,5\noslo,1\n",
        distances="plant,market,miles\nlisbon,rome,1158\nlisbon,paris,903\nlisbon,oslo,2600\n",
    )
    instance = bind(f, tables=[tmp_path], folder=path.parent)
    assert elements(instance, "LANES") == [("lisbon", "rome"), ("lisbon", "paris")]
    only_plants = bind(f, {"longest_haul": 99_999}, tables=[tmp_path / "markets.csv"], folder=tmp_path)
    assert len(only_plants.sets["LANES"]) == 3


def test_without_a_folder_no_file_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(folder(tmp_path, plants=PLANTS))
    f = formulation(sets={"PLANTS": {"from": "plants.csv"}})
    assert "there is no table `plants.csv`" in refused(f).message


def test_accents_are_one_label_however_they_are_written(tmp_path):
    where = folder(tmp_path, t="city,n\nZu\u0308rich,3\n")
    f = formulation(
        sets={"C": {"elements": ["Z\u00fcrich"]}},
        parameters={"n": {"over": "C", "from": "t.csv", "key": "city", "column": "n"}},
    )
    assert values(bind(f, folder=where), "n") == {"Z\u00fcrich": 3}


@pytest.mark.parametrize("elements", [[[], "a"], ["a", " "], [["a", ""]]])
def test_an_element_without_a_label_is_refused(elements):
    assert "not a label" in refused(formulation(sets={"I": {"elements": elements}})).message


def test_an_item_that_does_not_exist_is_not_missed_where_nothing_is_asked():
    f = formulation(
        sets={"I": {"elements": ["a"]}},
        parameters={
            "c": {"over": "I", "values": {"a": 1}},
            "none": {"formula": "sum(c[t] for t in range(5, 1))"},
            "filtered": {"formula": "sum(c[3] for i in I if 0 > 1)"},
        },
    )
    bound = bind(f)
    assert (values(bound, "none"), values(bound, "filtered")) == ({(): 0.0}, {(): 0.0})
