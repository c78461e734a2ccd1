"""Renders the benchmark's template with Jinja2's sandbox, and prints renders and compilations per second as JSON."""

import json
import sys
import time
from pathlib import Path

from jinja2 import ChainableUndefined, __version__
from jinja2.sandbox import ImmutableSandboxedEnvironment

here = Path(__file__).parent
source = (here / "template.jinja").read_text()
context = json.loads((here / "context.json").read_text())
environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined)
environment.cache = None


def rate(work, seconds):
    for _ in range(50):
        work()
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for _ in range(20):
            work()
        count += 20
    return count / (time.process_time() - start)


template = environment.from_string(source)
json.dump(
    {
        "version": __version__,
        "renders": rate(lambda: template.render(context), float(sys.argv[1])),
        "compiles": rate(lambda: environment.from_string(source), float(sys.argv[1]) / 2),
    },
    sys.stdout,
)
