"""Renders templates with Jinja2, set up as Prefect does: one JSON request a line in, one JSON answer a line out."""

import json
import sys

from jinja2 import ChainableUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined)

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"output": environment.from_string(request["template"]).render(request["context"])}
    except RecursionError:
        answer = {"error": "RecursionError", "message": ""}
    except Exception as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer), flush=True)
