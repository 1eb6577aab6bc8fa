"""A folder that looks like a model, and a stand-in for vLLM that does as told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

VLLM = '''#!{python}
"""Takes what `vllm serve` takes; `--mode` says how it behaves, `--notes` where it says what it got."""
import argparse, json, os, signal, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("model")
parser.add_argument("--served-model-name")
parser.add_argument("--host")
parser.add_argument("--port", type=int)
parser.add_argument("--mode", default="good")
parser.add_argument("--notes")
given, rest = parser.parse_known_args()
if given.mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = None
if given.mode in ("children", "stubborn", "dies-leaving"):
    child = subprocess.Popen([sys.executable, "-c", "import signal, time;"
        + ("signal.signal(signal.SIGTERM, signal.SIG_IGN);" if given.mode == "stubborn" else "")
        + "time.sleep(300)"])
if given.notes:
    with open(given.notes + ".part", "w") as file:
        json.dump({{"command": sys.argv[1:], "process": os.getpid(), "child": child and child.pid,
                   "usage_stats": os.environ.get("VLLM_NO_USAGE_STATS")}}, file)
    os.rename(given.notes + ".part", given.notes)
print("\\x1b[32mINFO\\x1b[0m loading", given.model, flush=True)
if given.mode.startswith("dies"):
    for number in range(30):
        print("line", number)
    print("No module named 'flashinfer'" if given.mode == "dies" else "the end", flush=True)
    sys.exit(7)
if given.mode == "silent":
    time.sleep(300)

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def say(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/die":
            print("Killed by a request", flush=True)
            os._exit(9)
        self.say(200, {{"data": [{{"id": given.served_model_name}}]}})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        if given.mode == "refuses":
            self.say(400, {{"error": {{"message": "As of now, a chat template must be given"}}}})
        else:
            print("one chat", flush=True)
            self.say(200, {{"choices": [{{"message": {{"content": "Hi"}}, "finish_reason": "length"}}]}})

ThreadingHTTPServer((given.host, given.port), Handler).serve_forever()
'''


@pytest.fixture
def vllm(tmp_path: Path) -> Path:
    path = tmp_path / "vllm"
    path.write_text(VLLM.format(python=sys.executable))
    path.chmod(0o755)
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Everything a chat model's folder has, by name."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}')
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text('{"chat_template": "{{ messages }}"}')
    return folder
