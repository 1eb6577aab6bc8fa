"""What can be set, and where each value came from.

Sources, later ones winning: defaults, the user's file (`~/.config/agentopt/config.toml`), the project's
(`./agentopt.toml` or `./.agentopt/config.toml`), environment variables (`AGENTOPT_TIME_LIMIT`), the command
line (`--time-limit`). Every source is read by the same types, and an error names its file and line. Relative
paths are relative to the file they stand in.
"""

from __future__ import annotations

__all__ = ["Origin", "Settings", "Source", "load", "project_file", "user_file"]

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from agentopt.budget import Budget
from agentopt.errors import SettingsError, UsageError, nearest

Source = Literal["default", "user file", "project file", "environment", "command line"]

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_MEGABYTES = {"": 1.0, "mb": 1.0, "m": 1.0, "gb": 1024.0, "g": 1024.0, "kb": 1 / 1024, "k": 1 / 1024}
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_MOST = 1 << 20


@dataclass(frozen=True)
class Origin:
    """Where a value came from: the source, and its place in it (`agentopt.toml:3`, `AGENTOPT_MODEL`)."""

    source: Source
    place: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.place}" if self.place else self.source


def _whole(least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d[\d_]{0,17}\s*", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"a whole number of at least {least}")
        return value

    return read


def _measure(words: str, units: Mapping[str, float], least: float = 0.0) -> Callable[[object], float]:
    """Reads a number, alone or with units: `90`, `1h30m`, `4GB`."""

    def read(value: object) -> float:
        found: float | None = None
        if isinstance(value, str):
            text = value.strip().casefold().replace(" ", "")
            parts = re.findall(r"(\d+(?:\.\d+)?)([a-z%]*)", text)
            if parts and "".join(number + unit for number, unit in parts) == text:
                known = all(unit in units for _, unit in parts)
                single = len(parts) == 1 or all(unit for _, unit in parts)
                found = sum(float(n) * units[unit] for n, unit in parts) if known and single else None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = float(value)
        if found is None or not least <= found < float("inf"):
            raise ValueError(words)
        return found

    return read


def _share(value: object) -> float:
    words = "a share below 1, such as 0.001 or 0.1%"
    found = _measure(words, {"": 1.0, "%": 0.01})(_scientific(value))
    if found >= 1:
        raise ValueError(words)
    return found


def _warmth(value: object) -> float:
    words = "a number from 0 to 2"
    found = _measure(words, {"": 1.0})(_scientific(value))
    if found > 2:
        raise ValueError(words)
    return found


def _scientific(value: object) -> object:
    """Lets `1e-4` through as the number it is."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d+(\.\d*)?[eE][+-]?\d{1,3}\s*", value):
        return float(value)
    return value


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().casefold() in (*_YES, *_NO):
        return value.strip().casefold() in _YES
    raise ValueError("true or false")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text")
    return value.strip()


def _path(value: object) -> Path:
    text = str(value).strip() if isinstance(value, str | Path) else ""
    if not text or "\0" in text:
        raise ValueError("a path")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("a path below a home folder that exists") from error


def _path_or_off(value: object) -> Path | None:
    if (
        value is None
        or value is False
        or (isinstance(value, str) and value.strip().casefold() in ("off", "none"))
    ):
        return None
    if value is True:
        raise ValueError('a path, or "off"')
    return _path(value)


def _budget(value: object) -> Budget:
    if isinstance(value, Budget):
        return value
    if not isinstance(value, str):
        raise ValueError('a budget such as "calls=200, dollars=2, time=10m"')
    try:
        return Budget.parse(value)
    except UsageError as error:
        raise ValueError(f"a budget such as calls=200,dollars=2,time=10m ({error.message})") from error


Whole0 = Annotated[int, BeforeValidator(_whole(0))]
Whole1 = Annotated[int, BeforeValidator(_whole(1))]
Text = Annotated[str, BeforeValidator(_text)]
Place = Annotated[Path, BeforeValidator(_path)]
Duration = Annotated[float, BeforeValidator(_measure("a time such as 90, 10m or 1h30m", _SECONDS))]
Memory = Annotated[float, BeforeValidator(_measure("an amount such as 4GB or 800MB", _MEGABYTES, 1.0))]


class Settings(BaseModel):
    """Every value that can be set. None leaves it to the part that uses it, as its description says."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    model: Text | None = Field(None, description="builtin, or a language model: PROVIDER:NAME or URL#NAME")
    engine: Text | None = Field(None, description="the engine; by default chosen by the problem's class")
    strategy: Text = Field("direct", description="how a formulation is got from words")
    prompts: Place | None = Field(None, description="a folder of prompts that replace shipped ones")
    budget: Annotated[Budget, BeforeValidator(_budget)] = Field(
        Budget(), description="caps on calls, tokens, dollars and time for language models"
    )
    race: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="solve mixed-integer problems that take long with two engines at once"
    )
    time_limit: Duration | None = Field(None, description="seconds of one solve; by default no limit")
    mip_gap: Annotated[float, BeforeValidator(_share)] | None = Field(
        None, description="relative gap at which optimality is claimed; by default the engine card's"
    )
    threads: Whole1 | None = Field(None, description="threads of an engine; by default the engine card's")
    memory_limit: Memory | None = Field(None, description="megabytes of one solve; by default no limit")
    runs: Place = Field(Path("runs"), description="the folder that holds the run folders")
    cache: Annotated[Path | None, BeforeValidator(_path_or_off)] = Field(
        None, description='the file of kept replies, or "off"'
    )
    seed: Whole0 = Field(0, description="what random choices start from")
    vote: Whole1 = Field(1, description="how many formulations are drawn and voted over")
    repairs: Whole0 = Field(3, description="how often a formulation may be mended")
    unsafe: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="run programs a model writes without a sandbox, where the system has none"
    )
    ask: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="ask the person where the answer changes the model"
    )
    cross_check: Literal["builtin"] | None = Field(
        None, description="a second reader whose optimum is compared with the model's"
    )
    temperature: Annotated[float, BeforeValidator(_warmth)] = Field(
        0.0, description="of single replies; samples of a vote are drawn warmer"
    )
    max_tokens: Whole1 | None = Field(None, description="of one reply; by default the server's own")
    battery: Annotated[bool, BeforeValidator(_flag)] = Field(True, description="run the falsification tests")
    verify_seconds: Duration = Field(20.0, description="seconds the falsification tests may take")

    _origins: Mapping[str, Origin] = PrivateAttr(default_factory=dict)

    def origin(self, name: str) -> Origin:
        """Where the value called `name` came from."""
        return self._origins.get(name, Origin("default"))

    def rows(self) -> Iterator[tuple[str, object, Origin, str]]:
        """Name, value, origin and meaning of each, in order."""
        for name, declared in type(self).model_fields.items():
            yield name, getattr(self, name), self.origin(name), declared.description or ""


def user_file(environment: Mapping[str, str] | None = None) -> Path:
    """The user's file: `agentopt/config.toml` under `$XDG_CONFIG_HOME` or `~/.config`."""
    return _home(environment, "XDG_CONFIG_HOME", ".config") / "agentopt" / "config.toml"


def project_file(folder: Path) -> Path | None:
    """The project's file, if it has one.

    Raises:
        SettingsError: it has two.
    """
    found = [
        path for path in (folder / "agentopt.toml", folder / ".agentopt" / "config.toml") if path.is_file()
    ]
    if len(found) > 1:
        raise SettingsError(
            f"there are two files of settings, {found[0]} and {found[1]}", hint="keep one of them"
        )
    return found[0] if found else None


def load(
    given: Mapping[str, object] | None = None,
    *,
    project: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force.

    Args:
        given: from the command line, by name; None for what was not given there.
        project: the project's folder, by default the current one.
        environment: instead of the process's own.

    Raises:
        SettingsError: a file or variable holds an unknown name or a value of another kind.
        UsageError: the command line does.

    >>> from pathlib import Path
    >>> found = load({"time_limit": "5m"}, project=Path("/nonexistent"), environment={"AGENTOPT_SEED": "7"})
    >>> found.time_limit, found.seed, str(found.origin("time_limit")), str(found.origin("seed"))
    (300.0, 7, 'command line, --time-limit', 'environment, AGENTOPT_SEED')
    """
    surroundings = os.environ if environment is None else environment
    values: dict[str, object] = {
        "runs": _home(surroundings, "XDG_DATA_HOME", ".local/share") / "agentopt" / "runs",
        "cache": _home(surroundings, "XDG_CACHE_HOME", ".cache") / "agentopt" / "replies.sqlite",
    }
    origins: dict[str, Origin] = {}
    sources = [_from_file("user file", user_file(surroundings))]
    own = project_file(project or Path())
    if own is not None:
        sources.append(_from_file("project file", own))
    sources += [_from_environment(surroundings), _from_command_line(given or {})]
    for found in sources:
        for name, (value, origin) in found.items():
            values[name], origins[name] = value, origin
    settings = Settings.model_validate(values)
    settings._origins = origins
    return settings


Found = Mapping[str, tuple[object, Origin]]


def _from_file(source: Source, path: Path) -> Found:
    """What a file sets; nothing when it is not there."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
        if len(content) > _MOST:
            raise SettingsError(f"{path} is too large for a file of settings", hint="is it another file?")
        text = content.decode("utf-8")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{path} is not TOML: {error}", hint='one line a setting: engine = "highs"'
        ) from error
    found: dict[str, tuple[object, Origin]] = {}
    for written, value in raw.items():
        origin = Origin(source, f"{path}:{_line(text, written)}")
        name = _known(written, origin)
        if name in found:
            raise SettingsError(f"{origin.place}: `{name}` is set twice", hint="leave one out")
        read = _read(name, value, origin)
        found[name] = (path.parent / read if isinstance(read, Path) else read, origin)
    return found


def _from_environment(environment: Mapping[str, str]) -> Found:
    """What variables set; ones that resemble no setting belong to somebody else."""
    found: dict[str, tuple[object, Origin]] = {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith("AGENTOPT_") or not value.strip():
            continue
        name = variable.removeprefix("AGENTOPT_").casefold()
        origin = Origin("environment", variable)
        if name not in Settings.model_fields:
            close = re.search(r"`(\w+)`", nearest(name, Settings.model_fields))
            if close is None:
                continue
            raise SettingsError(
                f"the environment variable {variable} sets nothing",
                hint=f"did you mean AGENTOPT_{close[1].upper()}?",
            )
        found[name] = (_read(name, value, origin), origin)
    return found


def _from_command_line(given: Mapping[str, object]) -> Found:
    found: dict[str, tuple[object, Origin]] = {}
    for name, value in given.items():
        if value is None:
            continue
        origin = Origin("command line", f"--{name.replace('_', '-')}")
        _known(name, origin)
        found[name] = (_read(name, value, origin), origin)
    return found


def _known(written: str, origin: Origin) -> str:
    name = written.replace("-", "_")
    if name not in Settings.model_fields:
        raise SettingsError(
            f"{origin.place}: there is no setting `{written}`",
            hint=nearest(name, Settings.model_fields) or "`agentopt config show` lists them",
        )
    return name


def _read(name: str, value: object, origin: Origin) -> object:
    """A value by the type of its setting."""
    try:
        return getattr(Settings.model_validate({name: value}), name)
    except ValidationError as error:
        expected = error.errors()[0]["msg"].removeprefix("Value error, ")
        kind: type[SettingsError | UsageError] = (
            UsageError if origin.source == "command line" else SettingsError
        )
        what = f"`{name}`" if origin.source.endswith("file") else "the value"
        raise kind(
            f"{origin.place}: {what} is {_shown(value)}; expected {expected}",
            hint="`agentopt config show` lists every setting and where it came from",
        ) from error


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _line(text: str, key: str) -> int:
    """The line a key of a file stands in, 1-based; a table's is its heading."""
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 1


def _home(environment: Mapping[str, str] | None, variable: str, usual: str) -> Path:
    surroundings = os.environ if environment is None else environment
    named = surroundings.get(variable, "")
    return Path(named) if named else Path(surroundings.get("HOME") or "~").expanduser() / usual
