from __future__ import annotations

from pathlib import Path

import pytest

from agentopt.budget import Budget
from agentopt.errors import SettingsError, UsageError
from agentopt.settings import Settings, load


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose files of settings lie in a folder of the test."""
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def _user(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config" / "agentopt" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _project(tmp_path: Path, text: str, name: str = "agentopt.toml") -> Path:
    path = tmp_path / "project" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _load(tmp_path: Path, home: dict[str, str], **given: object) -> Settings:
    return load(given, project=tmp_path / "project", environment=home)


def test_without_any_source_everything_is_a_default(tmp_path: Path, home: dict[str, str]) -> None:
    settings = _load(tmp_path, home)
    assert {origin.source for _, _, origin, _ in settings.rows()} == {"default"}
    assert settings.runs == tmp_path / "home" / ".local/share/agentopt/runs"
    assert settings.cache == tmp_path / "home" / ".cache/agentopt/replies.sqlite"
    assert settings.model is None
    assert settings.strategy == "direct"


def test_later_sources_win_and_each_value_knows_its_own(tmp_path: Path, home: dict[str, str]) -> None:
    user = _user(tmp_path, 'seed = 1\nthreads = 1\nvote = 1\nengine = "highs"\n')
    project = _project(tmp_path, "\nthreads = 2\nvote = 2\nseed = 2\n")
    settings = _load(tmp_path, home | {"AGENTOPT_VOTE": "3", "AGENTOPT_SEED": "3"}, seed=4)
    assert (settings.engine, settings.threads, settings.vote, settings.seed) == ("highs", 2, 3, 4)
    assert str(settings.origin("engine")) == f"user file, {user}:4"
    assert str(settings.origin("threads")) == f"project file, {project}:2"
    assert str(settings.origin("vote")) == "environment, AGENTOPT_VOTE"
    assert str(settings.origin("seed")) == "command line, --seed"
    assert str(settings.origin("repairs")) == "default"


def test_what_the_command_line_leaves_out_changes_nothing(tmp_path: Path, home: dict[str, str]) -> None:
    _project(tmp_path, "threads = 2")
    assert _load(tmp_path, home, threads=None).threads == 2


def test_the_other_place_of_a_project_file(tmp_path: Path, home: dict[str, str]) -> None:
    _project(tmp_path, "seed = 5", ".agentopt/config.toml")
    assert _load(tmp_path, home).seed == 5
    _project(tmp_path, "seed = 6")
    with pytest.raises(SettingsError, match="two files of settings"):
        _load(tmp_path, home)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("time_limit", "90", 90.0),
        ("time_limit", "1h30m", 5400.0),
        ("time_limit", "0.5s", 0.5),
        ("mip_gap", "1e-4", 1e-4),
        ("mip_gap", "0.5%", 0.005),
        ("memory_limit", "2GB", 2048.0),
        ("memory_limit", "500", 500.0),
        ("threads", " 4 ", 4),
        ("ask", "yes", True),
        ("battery", "off", False),
        ("budget", "calls=5,dollars=0.5", Budget(calls=5, dollars=0.5)),
        ("cache", "off", None),
        ("cache", "/var/replies", Path("/var/replies")),
        ("runs", "~/runs", Path("~/runs").expanduser()),
    ],
)
def test_texts_are_read_by_the_type_of_the_setting(
    tmp_path: Path, home: dict[str, str], name: str, text: str, value: object
) -> None:
    assert getattr(_load(tmp_path, home | {f"AGENTOPT_{name.upper()}": text}), name) == value
    _project(tmp_path, f'{name} = "{text}"')
    assert getattr(_load(tmp_path, home), name) == value
    assert getattr(_load(tmp_path, home, **{name: text}), name) == value


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('threads = "many"', 'is "many"; expected a whole number of at least 1'),
        ("threads = 0", "is 0; expected a whole number of at least 1"),
        ("threads = true", "is true; expected a whole number"),
        ("threads = 1.5", "is 1.5; expected a whole number"),
        ('time_limit = "1h30"', "expected a time such as 90, 10m or 1h30m"),
        ('time_limit = "-5"', "expected a time"),
        ("time_limit = -5", "expected a time"),
        ("time_limit = nan", "expected a time"),
        ("time_limit = inf", "expected a time"),
        ("mip_gap = 1", "expected a share below 1"),
        ("temperature = 3", "expected a number from 0 to 2"),
        ("ask = 1", "expected true or false"),
        ("model = 5", "expected a text"),
        ('model = " "', "expected a text"),
        ("runs = 5", "expected a path"),
        ('runs = "~nobody-of-this-name/x"', "expected a path"),
        ("cache = true", "expected a path"),
        ('budget = "calls"', "expected a budget such as"),
        ("budget = {calls = 5}", "expected a budget such as"),
    ],
)
def test_a_value_of_another_kind_names_file_line_and_what_was_expected(
    tmp_path: Path, home: dict[str, str], line: str, expected: str
) -> None:
    path = _project(tmp_path, f"\n# a comment\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, home)
    assert caught.value.message.startswith(f"{path}:3: `{line.split()[0]}` is ")
    assert expected in caught.value.message


def test_a_value_that_is_overridden_is_checked_all_the_same(tmp_path: Path, home: dict[str, str]) -> None:
    _project(tmp_path, 'threads = "many"')
    with pytest.raises(SettingsError, match="many"):
        _load(tmp_path, home, threads=2)


def test_an_unknown_name_in_a_file_gets_the_nearest(tmp_path: Path, home: dict[str, str]) -> None:
    path = _project(tmp_path, 'seed = 1\nengin = "highs"\n')
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, home)
    assert caught.value.message == f"{path}:2: there is no setting `engin`"
    assert caught.value.hint == "did you mean `engine`?"


def test_an_unknown_table_in_a_file_is_named_with_its_line(tmp_path: Path, home: dict[str, str]) -> None:
    path = _project(tmp_path, "seed = 1\n\n[solving]\nthreads = 2\n")
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, home)
    assert caught.value.message == f"{path}:3: there is no setting `solving`"


def test_a_misspelt_variable_is_an_error_and_a_foreign_one_is_not(
    tmp_path: Path, home: dict[str, str]
) -> None:
    assert _load(tmp_path, home | {"AGENTOPT_API_KEY": "secret", "AGENTOPT_SEED": " "}).seed == 0
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, home | {"AGENTOPT_ENGIN": "highs"})
    assert caught.value.hint == "did you mean AGENTOPT_ENGINE?"


def test_a_variable_of_another_kind_is_named(tmp_path: Path, home: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match='AGENTOPT_THREADS: the value is "many"; expected a whole'):
        _load(tmp_path, home | {"AGENTOPT_THREADS": "many"})


def test_what_the_command_line_gets_wrong_is_a_matter_of_usage(tmp_path: Path, home: dict[str, str]) -> None:
    with pytest.raises(UsageError, match='--time-limit: the value is "soon"; expected a time'):
        _load(tmp_path, home, time_limit="soon")


def test_hyphens_in_a_file_are_the_same_as_underscores(tmp_path: Path, home: dict[str, str]) -> None:
    _project(tmp_path, "time-limit = 5")
    assert _load(tmp_path, home).time_limit == 5
    _project(tmp_path, "time-limit = 5\ntime_limit = 6")
    with pytest.raises(SettingsError, match="set twice"):
        _load(tmp_path, home)


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path, home: dict[str, str]) -> None:
    _project(tmp_path, 'runs = "here"\nprompts = "/elsewhere"', ".agentopt/config.toml")
    settings = _load(tmp_path, home)
    assert settings.runs == tmp_path / "project" / ".agentopt" / "here"
    assert settings.prompts == Path("/elsewhere")


@pytest.mark.parametrize("content", [b"seed = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"#" * 1_100_000])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, home: dict[str, str], content: bytes) -> None:
    path = _project(tmp_path, "")
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, home)
    assert str(path) in caught.value.message


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().seed = 2  # type: ignore[misc]  # the point of the test


def test_every_setting_says_what_it_means() -> None:
    assert all(meaning for _, _, _, meaning in Settings().rows())
