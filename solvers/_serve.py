"""Answers over pipes: one JSON object a line, in and out.

Request   {"id": 7, "asks": [{"solver": "convolution.layer", "inputs": {…}, "stated": {…}}, …]}
Reply     {"id": 7, "answers": [{"solution": {…}} or {"error": {"kind": …, "message": …}}, …]}
Refusal   {"id": 7 or null, "error": {"kind": "bad-request", "message": …}}
Events    {"event": "started"}
          {"event": "torch", "state": "ready", "device": "cpu"}
          {"event": "torch", "state": "missing", "installed": true, "reason": …}
          {"event": "confirmed", "id": 7, "device": "cpu"}
          {"event": "disagreement" or "unconfirmed", "id": 7, "ask": 0, "message": …}

Until torch is up the reference answers alone, and events confirm those answers later. From then
on an answer leaves only after the kernel agreed. The process ends when its input does, so that
nothing outlives the program that started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, BinaryIO, NoReturn

from solvers import find
from solvers.contract import LINE_LIMIT, Disagreement, Solution, SolverError
from solvers.device import Device, choose, wake

# What a mistake in one solver can raise: one refused question, not the end of the process.
_BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)


# Importing torch holds everything else up, so the first answer goes before it, if one is asked
# for within this many seconds.
_FIRST_ANSWER = 0.25


class _BadRequest(Exception):
    """A line that is no request."""


def serve(device: str) -> NoReturn:
    """Answer until the input ends or nobody reads the output."""
    # Ctrl-C reaches the whole terminal group; what it means is decided by the program in front.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write between our lines
    server = _Server(out, device)
    try:
        import numpy  # noqa: F401  # before "started", so that the first answer is fast

        server.send({"event": "started"})
        if device == "none":
            server.go_without_torch("the kernels are turned off")
        else:
            threading.Thread(target=server.load_torch, daemon=True).start()
        server.run(sys.stdin.buffer)
    except BrokenPipeError:
        pass
    # Not sys.exit: it would wait for a half-imported torch.
    os._exit(0)


class _Server:
    def __init__(self, out: BinaryIO, device: str) -> None:
        self._out = out
        self._writing = threading.Lock()
        self._answered = threading.Event()
        self._device_name = device
        self._device: Device | None = None
        self._loading = True
        self._waiting: list[tuple[object, list[Solution | None]]] = []
        self._state = threading.Lock()  # guards the three above

    def send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, default=_as_object)
        line = text.encode(errors="replace") + b"\n"
        with self._writing:
            self._out.write(line)
            self._out.flush()

    # ------------------------------------------------------------------------- requests

    def run(self, lines: BinaryIO) -> None:
        while line := lines.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT:
                while line and not line.endswith(b"\n"):
                    line = lines.readline(LINE_LIMIT)
                self._refuse(None, f"a line is longer than {LINE_LIMIT} bytes")
            elif line.strip():
                self._handle(line)
                self._answered.set()

    def _refuse(self, request_id: object, message: str) -> None:
        self.send({"id": request_id, "error": {"kind": "bad-request", "message": message}})

    def _handle(self, line: bytes) -> None:
        request_id = None
        try:
            request = _object(line)
            request_id = request.get("id")
            asks = _asks(request)
        except _BadRequest as problem:
            self._refuse(request_id, str(problem))
            return
        device = self._device
        solutions, answers = [], []
        for position, ask in enumerate(asks):
            solution, answer = self._answer(request_id, position, ask, device)
            solutions.append(solution)
            answers.append(answer)
        self.send({"id": request_id, "answers": answers})
        if device is None:
            self._confirm_when_ready(request_id, solutions)

    def _answer(
        self, request_id: object, position: int, ask: Mapping[str, Any], device: Device | None
    ) -> tuple[Solution | None, dict[str, Any]]:
        """A solution still to be confirmed, if it is, and the answer to send."""
        try:
            stated = ask.get("stated") or {}
            solution = find(ask["solver"]).solve(ask["inputs"], stated=stated)
        except SolverError as refused:
            return None, _error(refused.kind, str(refused))
        except _BUGS as bug:
            return None, _error("internal", f"{ask['solver']}: {type(bug).__name__}: {bug}")
        if stated:  # the kernel knows nothing of what a learner stated
            return None, {"solution": solution}
        if device is not None:
            try:
                solution = find(solution.solver).verify(solution, device)
            except Disagreement as disagreement:
                return None, _error(disagreement.kind, str(disagreement))
            except _BUGS as bug:
                self._say_unconfirmed(request_id, position, solution, bug)
        return solution, {"solution": solution}

    # -------------------------------------------------------------------------- kernels

    def load_torch(self) -> None:
        """Import torch, then confirm what was answered meanwhile; runs in its own thread."""
        self._answered.wait(_FIRST_ANSWER)
        try:
            import torch

            torch.set_num_threads(1)
            device = choose(self._device_name)
            wake(device)
        except (ImportError, OSError, RuntimeError, ValueError) as problem:
            installed = not (isinstance(problem, ModuleNotFoundError) and problem.name == "torch")
            reason = next(iter(str(problem).splitlines()), "") or type(problem).__name__
            self.go_without_torch(reason, installed=installed)
            return
        while waiting := self._take_waiting(device):
            for request_id, solutions in waiting:
                self._confirm(request_id, solutions, device)
        self._send_quietly({"event": "torch", "state": "ready", "device": device.name})

    def go_without_torch(self, reason: str, *, installed: bool = True) -> None:
        """Let the reference answer alone from now on."""
        with self._state:
            self._loading = False
            self._waiting = []
        missing = {"event": "torch", "state": "missing", "installed": installed}
        self._send_quietly({**missing, "reason": reason})

    def _take_waiting(self, device: Device) -> list[tuple[object, list[Solution | None]]]:
        """What still has to be confirmed; once that is nothing, the kernels are ready."""
        with self._state:
            waiting, self._waiting = self._waiting, []
            if not waiting:
                self._device, self._loading = device, False
        return waiting

    def _confirm_when_ready(self, request_id: object, solutions: list[Solution | None]) -> None:
        with self._state:
            if self._loading:
                self._waiting.append((request_id, solutions))
                return
            device = self._device
        if device is not None:
            self._confirm(request_id, solutions, device)

    def _confirm(
        self, request_id: object, solutions: list[Solution | None], device: Device
    ) -> None:
        agreed = True
        for position, solution in enumerate(solutions):
            if solution is None:
                continue
            try:
                find(solution.solver).verify(solution, device)
            except Disagreement as disagreement:
                agreed = False
                event = {"event": "disagreement", "id": request_id, "ask": position}
                self._send_quietly({**event, "message": str(disagreement)})
            except _BUGS as bug:
                agreed = False
                self._say_unconfirmed(request_id, position, solution, bug)
        if agreed:
            self._send_quietly({"event": "confirmed", "id": request_id, "device": device.name})

    def _say_unconfirmed(
        self, request_id: object, position: int, solution: Solution, bug: BaseException
    ) -> None:
        message = f"{solution.solver}: the kernel failed: {type(bug).__name__}: {bug}"
        event = {"event": "unconfirmed", "id": request_id, "ask": position, "message": message}
        self._send_quietly(event)

    def _send_quietly(self, message: Mapping[str, Any]) -> None:
        """Send from the thread of the kernels; when nobody reads, the whole process ends."""
        try:
            self.send(message)
        except BrokenPipeError:
            os._exit(0)


def _as_object(value: Any) -> dict[str, Any]:
    """A dataclass as JSON; `dataclasses.asdict` would copy every tensor first."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"kind": kind, "message": message}}


def _object(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadRequest("a line is not JSON") from None
    if not isinstance(request, dict):
        raise _BadRequest("a request is an object with id and asks")
    return request


def _asks(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    asks = request.get("asks")
    if not isinstance(asks, list):
        raise _BadRequest("asks is a list")
    for ask in asks:
        if not (
            isinstance(ask, dict)
            and isinstance(ask.get("solver"), str)
            and isinstance(ask.get("inputs"), dict)
            and isinstance(ask.get("stated", {}), dict)
        ):
            raise _BadRequest("an ask has solver (a word), inputs and stated (objects)")
    return asks
