"""`agentopt models`: what can be connected, what a server serves, and what it does with a request."""

from __future__ import annotations

__all__ = ["app"]

import getpass
import sys
from typing import Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson
from agentopt.display.listing import bold, card, columns, listing
from agentopt.display.terminal import write_json, write_out
from agentopt.errors import AgentoptError, UsageError

app = typer.Typer(rich_markup_mode=None)

_Model = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]", autocompletion=completing.models, help="The connected one if left out."
    ),
]


_BUILTIN = {
    "builtin": "the reader inside agentopt, for short problems; the default, and it costs nothing",
    "builtin,MODEL": "the same first; what it is not sure of goes to MODEL, any of the following",
}


@app.command("list", help="List a server's models; without one, every way to name a model.")
def list_(
    server: Annotated[
        str | None, typer.Argument(metavar="[SERVER]", help="An address, such as http://localhost:8000/v1.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forms of a specification, or names."""
    from agentopt.models.registry import schemes
    from agentopt.settings import load

    if server is not None:
        rows = [{"model": f"{server.partition('#')[0]}#{name}", "name": name} for name in _served(server)]
        listing(rows, {"model": "model"}, as_json=as_json, empty=f"{server} lists no model")
        return
    settings = load()
    forms = [{"form": form, "meaning": meaning} for form, meaning in {**_BUILTIN, **schemes()}.items()]
    if as_json:
        origin = str(settings.origin("model")) if settings.model else None
        write_json({"connected": settings.model, "origin": origin, "forms": forms})
        return
    write_out(columns(["--model", "means"], [[each["form"], each["meaning"]] for each in forms]))
    if settings.model:
        write_out(f"\nconnected: {settings.model} (from {settings.origin('model')})")
    else:
        write_out(
            "\nno language model is connected, so the built-in reader reads; name one with `--model`, "
            "AGENTOPT_MODEL, or `model = ` in a settings file"
        )


@app.command(help="Show what is known of a model, without asking it anything.")
def show(model: _Model = None, as_json: AsJson = False) -> None:
    """Address, key, price, what a probe found."""
    from agentopt.agents.consulting import stages
    from agentopt.models.capabilities import load as probed
    from agentopt.models.prices import price_of
    from agentopt.models.registry import connect

    builtin, spec = stages(_named(model))
    if spec is None:
        _show_builtin(as_json=as_json)
        return
    found = connect(spec)
    address, name = str(getattr(found, "address", "")), str(getattr(found, "model", ""))
    price = price_of(found)
    kept = probed(address, name) if address else None
    facts: dict[str, object] = {
        "name": f"builtin,{found.name}" if builtin else found.name,
        "address": address or None,
        "key": bool(getattr(found, "_key", None)) if address else None,
        "price": None if price is None else price.model_dump(mode="json"),
        "probed": kept is not None,
        "schema": None if kept is None else kept.schema,
        "findings": [] if kept is None else [_finding(each) for each in kept.findings],
    }
    found.close()
    if as_json:
        write_json(facts)
        return
    write_out(bold(str(facts["name"])))
    lines = {
        "address": address or "none: it is not a server",
        "key": ("found" if facts["key"] else "none") if address else "-",
        "price": "not known"
        if price is None
        else f"${price.input:g} read, ${price.output:g} written, per 1M tokens",
        "probed": "yes"
        if kept is not None
        else f"no; `agentopt models probe {spec}` finds out what it honours",
    }
    write_out(card(lines))
    if kept is not None:
        write_out("\n" + _findings([_finding(each) for each in kept.findings]))


@app.command(help="Find out what a server honours, in about twenty short calls.")
def probe(model: _Model = None, as_json: AsJson = False) -> None:
    """Probe, and keep the findings for later calls."""
    from agentopt.models.capabilities import Finding, capabilities_file, save
    from agentopt.models.probing import probe as ask
    from agentopt.models.registry import endpoint

    spec = _server(model)
    if not spec.startswith(("http://", "https://", "openai:")):
        raise UsageError(f"`{spec}` is not a server, and only servers are probed", hint="name one: URL#NAME")

    def told(finding: Finding) -> None:
        if not as_json:
            write_out(str(finding))
            sys.stdout.flush()

    with endpoint(spec) as asked:
        found = ask(asked, report=told)
        save(asked.address, asked.model, found)
        name = asked.name
    if as_json:
        write_json(
            {
                "name": name,
                "schema": found.schema,
                "tokens_field": found.tokens_field,
                "refused": sorted(found.refused),
                "ignored": sorted(found.ignored),
                "findings": [_finding(each) for each in found.findings],
                "file": str(capabilities_file()),
            }
        )
    else:
        write_out(f"\nkept in {capabilities_file()}; later calls are put accordingly")


@app.command(help="Keep a key in a file only you can read; without a name, list.")
def key(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="`openai`, or the address of a server.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the key away.")] = False,
    as_json: AsJson = False,
) -> None:
    """The key is read from standard input, or asked for without being shown."""
    from agentopt.models.key_file import keep_key, kept_names
    from agentopt.models.keys import keys_file
    from agentopt.secret import Secret

    if name is None:
        rows = [{"name": each} for each in kept_names()]
        listing(rows, {"name": "key for"}, as_json=as_json, empty=f"there are no keys in {keys_file()}")
        return
    known = _key_name(name)
    if remove:
        if known not in kept_names():
            raise UsageError(f"there is no key for `{known}`", hint="`agentopt models key` lists them")
        done, path = "removed from", keep_key(known, None)
    else:
        said = getpass.getpass(f"key for {known}: ") if sys.stdin.isatty() else sys.stdin.readline()
        if not said.strip():
            raise UsageError("the key is empty", hint=f"type `agentopt models key {name}` and paste it")
        done, path = "kept in", keep_key(known, Secret(said.strip()))
    if as_json:
        write_json({"name": known, "file": str(path), "removed": remove})
    else:
        write_out(f"the key for {known} is {done} {path}")


def _key_name(name: str) -> str:
    """`openai`, or an address as the client looks it up."""
    from agentopt.models.registry import endpoint

    if "://" not in name:
        if name != "openai":
            raise UsageError(
                f"`{name}` is neither `openai` nor an address",
                hint="`agentopt models key openai`, or `agentopt models key https://HOST/v1`",
            )
        return name
    return endpoint(f"{name.partition('#')[0]}#any").address


def _show_builtin(*, as_json: bool) -> None:
    """What the built-in reader reads, and how its weights came to be."""
    from agentopt.agents.consulting import BUILTIN, COVERS
    from agentopt.reader.families import READERS
    from agentopt.reader.network.weights import shipped

    classes = ["mix", *READERS]
    try:
        weights, fault = dict(shipped().manifest), ""
    except AgentoptError as error:
        weights, fault = None, error.message
    if as_json:
        write_json({"name": BUILTIN, "covers": COVERS, "classes": classes, "weights": weights})
        return
    write_out(bold(BUILTIN))
    write_out(COVERS)
    lines = {"classes": ", ".join(classes), "price": "none: it runs in this process"}
    if weights is None:
        lines["weights"] = f"missing, so its rules alone read, and every reading is to be checked ({fault})"
    else:
        lines |= {name.replace("_", " "): _inline(value) for name, value in weights.items()}
    write_out(card(lines))


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_inline(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_inline, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _named(model: str | None) -> str | None:
    from agentopt.settings import load

    return load({"model": model}).model


def _server(model: str | None) -> str:
    from agentopt.agents.consulting import stages

    spec = _named(model)
    if spec is None:
        raise UsageError("no model is named, and none is connected", hint="see `agentopt models list`")
    return stages(spec)[1] or spec


def _served(server: str) -> list[str]:
    from agentopt.models.registry import endpoint

    spec = server if "#" in server or server.startswith("openai:") else f"{server}#any"
    with endpoint(spec) as asked:
        return asked.models()


def _finding(finding: object) -> dict[str, object]:
    from dataclasses import asdict, is_dataclass

    return asdict(finding) if is_dataclass(finding) and not isinstance(finding, type) else {}


def _findings(found: list[dict[str, object]]) -> str:
    rows = [[str(value) for value in each.values()] for each in found]
    return columns(["feature", "verdict", "detail"], rows)
