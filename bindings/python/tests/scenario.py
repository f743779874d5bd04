"""Runs a shared scenario: `tests/scenarios/README.md` says what its steps mean."""

import asyncio
import json
import os
import pathlib
import re
import subprocess
import tempfile

import steps
import tallystick as t

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "tests/scenarios"


class Town:
    """The program around the phones."""

    def __init__(self):
        program = os.environ["TALLYSTICK_TOWN"]
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "ok" not in answer:
            raise AssertionError(f"the town: {answer}, for {order}")
        return answer["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Scenario:
    def __init__(self, file):
        self.steps = json.loads(file.read_text(encoding="utf-8"))["steps"]
        self.saved, self.phones = {}, {}

    async def run(self):
        self.town = Town()
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.folder = pathlib.Path(folder)
                for number, step in enumerate(self.steps, 1):
                    await self.take(number, self.filled(step))
                for phone in self.phones.values():
                    await phone.put_away()
        finally:
            self.town.close()

    async def take(self, number, step):
        told = f"step {number}, {step}"
        try:
            given = self.town.tell(step["town"]) if "town" in step else await steps.take(self, step)
        except t.WalletError as error:
            given = failed(error)
            assert "error" in step, f"{told}: it failed: {given}"
            differs(step["error"], given, told)
            return
        assert "error" not in step, f"{told}: it should have failed, and gave {given}"
        differs(step.get("expect", {}), given, told)
        for name, path in step.get("save", {}).items():
            value = given
            for part in path.split("."):
                value = value[int(part)] if isinstance(value, list) else value[part]
            assert value is not None, f"{told}: nothing to save as {name}"
            self.saved[name] = value

    def filled(self, step):
        if isinstance(step, dict):
            return {name: self.filled(value) for name, value in step.items()}
        if isinstance(step, list):
            return [self.filled(value) for value in step]
        if not isinstance(step, str):
            return step
        whole = re.fullmatch(r"\$\{(\w+)\}", step)
        if whole:
            return self.saved[whole[1]]
        return re.sub(r"\$\{(\w+)\}", lambda found: self.saved[found[1]], step)


def failed(error):
    return {"kind": type(error).__name__, "code": error.stable_code(), "field": getattr(error, "field", None)}


def differs(expected, given, at):
    """Fails where what was given is not what is expected."""
    if isinstance(expected, dict) and isinstance(given, dict):
        for name, value in expected.items():
            assert name in given, f"{at}: nothing is called {name} in {given}"
            differs(value, given[name], f"{at}: {name}")
    elif isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        for index, (one, other) in enumerate(zip(expected, given)):
            differs(one, other, f"{at}[{index}]")
    elif expected == "*" and given is not None:
        pass
    else:
        assert expected == given, f"{at}: expected {expected!r}, given {given!r}"


def report(name, passed):
    file = os.environ.get("TALLYSTICK_SCENARIO_REPORT")
    if file:
        with open(file, "a", encoding="utf-8") as lines:
            lines.write(f"scenario {name} {'ok' if passed else 'failed'}\n")


def run(file):
    passed = False
    try:
        asyncio.run(Scenario(file).run())
        passed = True
    finally:
        report(file.stem, passed)
