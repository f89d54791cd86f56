"""The solver process: start, ask, restart, close; and the same plans run in this process.

Work that needs solutions is a `Plan`: a generator that yields the asks it needs, receives their
solutions and returns its result. It knows nothing of processes, so it is tested in one line:

>>> from quizapp.solving import Ask, here
>>> def parameters():
...     (solution,) = yield (Ask("convolution.layer", CONV),)
...     return solution.quantities["parameters"]
>>> CONV = {"height": 32, "channels": 3, "filters": 16, "kernel": 5, "padding": 2}
>>> here(parameters())
1216

The process that paints the screen runs plans with `SolverProcess` and never imports numpy.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

import solvers
from quizapp.content.model import Given
from quizapp.errors import SolverRefused, SolverUnavailable
from solvers.contract import LINE_LIMIT, Solution, SolverError, Step, WrongAnswer

T = TypeVar("T")


class Ask(Struct, frozen=True):
    """One request to a solver."""

    solver: str
    inputs: dict[str, Given]
    stated: dict[str, Given] = {}  # quantities as the learner stated them (follow-through)


# A refused ask is thrown into the plan at its yield, as SolverRefused.
Plan: TypeAlias = Generator[tuple[Ask, ...], tuple[Solution, ...], T]
Reply: TypeAlias = "tuple[Solution, ...] | SolverRefused | None"


class SolverEvent(Struct, frozen=True):
    """Something that happened beside the answers; ``message`` is a sentence for the person."""

    kind: Literal["torch-ready", "torch-missing", "confirmed", "disagreement", "restarted"]
    message: str
    asks: tuple[Ask, ...] = ()  # of confirmed and disagreement: which answers


DOES_NOT_START = (
    "The solver doesn't start, so nothing can be checked. Your response is kept."
    " r tries again; details: quizapp doctor."
)
RESTARTED = "The solver stopped and was started again. Your response is kept; checking now."
_CHECKED_ALONE = "Responses are checked by the reference alone; everything works."
_DETAILS = "Details: quizapp doctor."


def torch_missing(installed: bool, reason: str) -> str:
    """The sentence that is shown once where answers come without kernels."""
    what = f"torch can't be used ({reason})." if installed else "torch is not installed."
    return f"{what} {_CHECKED_ALONE} {_DETAILS}"


# ------------------------------------------------------------------------- in this process


def here(plan: Plan[T], *, device: str = "") -> T:
    """Run a plan in this process; with a device ("auto", "cpu", …) kernels confirm each answer."""
    reply: Reply = None
    try:
        while True:
            reply = _solve_here(_advance(plan, reply), device)
    except StopIteration as finished:
        result: T = finished.value
        return result


def _advance(plan: Plan[T], reply: Reply) -> tuple[Ask, ...]:
    """Hand over a reply; returns the next asks, and raises StopIteration with the result."""
    if reply is None:
        return next(plan)
    if isinstance(reply, SolverRefused):
        return plan.throw(reply)
    return plan.send(reply)


def _solve_here(asks: Iterable[Ask], device: str) -> Reply:
    solutions = []
    try:
        for ask in asks:
            solver = solvers.find(ask.solver)
            solution = solver.solve(ask.inputs, stated=ask.stated)
            if device and not ask.stated:
                solution = solver.verify(solution, device)
            solutions.append(solution)
    except SolverError as refused:
        return SolverRefused(refused.kind, str(refused))
    return tuple(solutions)


# ----------------------------------------------------------------------- in its own process


class _Request:
    """A request on its way: what was asked, and who waits."""

    def __init__(self, asks: tuple[Ask, ...], line: bytes) -> None:
        self.asks = asks
        self.line = line
        self.reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.sent_to: asyncio.subprocess.Process | None = None
        self.tries = 0

    def fail(self) -> None:
        if not self.reply.done():
            self.reply.set_exception(SolverUnavailable(DOES_NOT_START))


class SolverProcess:
    """``python -m solvers serve``, asked over pipes; everything here runs in one event loop.

    The process starts with `start` or the first request. When it dies, requests under way are
    asked once more in a new one; when that dies too, or can't start, they raise
    SolverUnavailable. The next request tries anew. ``on_event`` is called in the loop and must
    not raise.
    """

    def __init__(
        self, *, device: str = "auto", on_event: Callable[[SolverEvent], None] | None = None
    ) -> None:
        self.torch = "loading"  # "ready", or a sentence why it is missing
        self._device = device
        self._on_event = on_event or (lambda _: None)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()  # one start or stop at a time
        self._ids = itertools.count(1)
        self._requests: dict[int, _Request] = {}
        self._unconfirmed: dict[int, tuple[Ask, ...]] = {}
        self._deaths_while_loading = 0
        self._died = False  # by itself, and nobody was told yet

    @property
    def pid(self) -> int | None:
        """The process id, or None while none runs."""
        return self._process.pid if self._process else None

    # ------------------------------------------------------------------------ asking

    async def run(self, plan: Plan[T]) -> T:
        """The result of a plan; raises SolverUnavailable, or what the plan raises."""
        reply: Reply = None
        try:
            while True:
                reply = await self._ask(_advance(plan, reply))
        except StopIteration as finished:
            result: T = finished.value
            return result
        finally:
            plan.close()

    async def solve(self, ask: Ask) -> Solution:
        """One solution; raises SolverRefused or SolverUnavailable."""
        reply = await self._ask((ask,))
        if isinstance(reply, SolverRefused):
            raise reply
        return reply[0]

    async def _ask(self, asks: tuple[Ask, ...]) -> tuple[Solution, ...] | SolverRefused:
        if not asks:
            return ()
        number = next(self._ids)
        request = _Request(asks, msgspec.json.encode({"id": number, "asks": asks}) + b"\n")
        if len(request.line) > LINE_LIMIT:
            return SolverRefused("bad-input", f"These inputs are longer than {LINE_LIMIT} bytes.")
        self._requests[number] = request
        try:
            await self.start()
            self._send(request)
            return _read_reply(await request.reply)
        finally:
            del self._requests[number]

    def _send(self, request: _Request) -> None:
        """Write a request; a pipe that broke meanwhile is noticed by the reader."""
        if self._process is None or self._process.stdin is None:
            request.fail()
            return
        request.sent_to = self._process
        request.tries += 1
        self._process.stdin.write(request.line)

    # ------------------------------------------------------------------- starting, stopping

    async def start(self) -> None:
        """Make sure that the process runs; does not wait for it to be ready."""
        async with self._changing:
            if self._process is not None:
                return
            try:
                self._process = await _spawn(self._kernels())
            except OSError as problem:
                raise SolverUnavailable(DOES_NOT_START) from problem
            self.torch = "loading"
            self._reading = asyncio.create_task(self._read(self._process))
        if self._died:
            self._died = False
            self._on_event(SolverEvent("restarted", RESTARTED))

    def _kernels(self) -> str:
        """The device to ask for; none once loading torch has stopped the process twice."""
        return "none" if self._deaths_while_loading >= 2 else self._device

    async def restart(self, device: str | None = None) -> None:
        """Stop the process and start a new one; requests under way are asked again there."""
        self._device = device or self._device
        self._deaths_while_loading = 0
        await self._stop()
        await self.start()
        self._ask_again()

    async def close(self) -> None:
        """Stop the process; requests under way raise SolverUnavailable."""
        await self._stop()
        for request in self._requests.values():
            request.fail()

    async def _stop(self) -> None:
        async with self._changing:
            process, self._process = self._process, None
            reading, self._reading = self._reading, None
            if reading is None:
                return
            if process is None:
                reading.cancel()  # it may be waiting to start another
            else:
                await _end(process)
            with contextlib.suppress(asyncio.CancelledError):
                await reading

    # ----------------------------------------------------------------------- listening

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while (line := await process.stdout.readline()).endswith(b"\n"):
                self._receive(msgspec.json.decode(line))
        except msgspec.DecodeError:  # whatever it is now, it is no solver
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        if self._process is process:  # nobody stopped it
            await self._recover()

    def _receive(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self._note(message)
            return
        request = self._requests.get(message["id"])
        if request is not None and not request.reply.done():
            request.reply.set_result(message)
            if self.torch in ("loading", "ready") and _to_be_confirmed(request.asks, message):
                self._unconfirmed[message["id"]] = request.asks

    def _note(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "torch" if event["state"] == "ready":
                self.torch = "ready"
                self._deaths_while_loading = 0
                self._on_event(SolverEvent("torch-ready", f"Kernels run on {event['device']}."))
            case "torch":
                gave_up = self._kernels() != self._device
                reason = "loading it stopped the solver twice" if gave_up else event["reason"]
                self.torch = torch_missing(event["installed"], reason)
                self._unconfirmed.clear()
                self._on_event(SolverEvent("torch-missing", self.torch))
            case "confirmed":
                asks = self._unconfirmed.pop(event["id"], ())
                message = f"Reference and kernel agree ({event['device']})."
                self._on_event(SolverEvent("confirmed", message, asks))
            case "disagreement":
                asks = self._unconfirmed.get(event["id"], ())[event["ask"] :][:1]
                self._on_event(SolverEvent("disagreement", event["message"], asks))
            case "unconfirmed":
                self._unconfirmed.pop(event["id"], None)

    async def _recover(self) -> None:
        """After a death that nobody ordered: ask again what was under way."""
        self._process = None
        self._died = True
        self._unconfirmed.clear()
        self._deaths_while_loading += self.torch == "loading"
        if any(request.sent_to is not None for request in self._requests.values()):
            # Otherwise the next request starts it: one that dies at once must not do so for ever.
            with contextlib.suppress(SolverUnavailable):
                await self.start()
            self._ask_again()

    def _ask_again(self) -> None:
        """Send what went to a process that is gone; once, then it fails."""
        for request in self._requests.values():
            if request.sent_to is None or request.sent_to is self._process or request.reply.done():
                continue
            if request.tries < 2:
                self._send(request)
            else:
                request.fail()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input, which ends it; kill it when that takes longer than a second."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), timeout=1)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def _spawn(device: str) -> asyncio.subprocess.Process:
    # -P keeps the working folder, where a learner may have a file torch.py, off the module path.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "solvers", "serve", "--device", device),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # the terminal belongs to the screen
        limit=2**30,  # of one line: asyncio's 64 KiB is less than some matrices take
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_module_path())},
    )


def _module_path() -> list[str]:
    """PYTHONPATH as it is, and the folder in which this process found `solvers`."""
    given = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    return [*given, str(Path(solvers.__path__[0]).parent)]


def _read_reply(reply: dict[str, Any]) -> tuple[Solution, ...] | SolverRefused:
    if "error" in reply:
        return SolverRefused("internal", reply["error"]["message"])
    for answer in reply["answers"]:
        if "error" in answer:
            return SolverRefused(answer["error"]["kind"], answer["error"]["message"])
    return tuple(_solution(answer["solution"]) for answer in reply["answers"])


def _to_be_confirmed(asks: tuple[Ask, ...], reply: dict[str, Any]) -> bool:
    """Whether an answer came from the reference alone, so that an event about it will follow."""
    return any(
        not ask.stated and answer.get("solution", {}).get("device") == ""
        for ask, answer in zip(asks, reply.get("answers", ()), strict=False)
    )


def _solution(read: dict[str, Any]) -> Solution:
    read["steps"] = tuple(Step(**step) for step in read["steps"])
    read["wrong_answers"] = tuple(WrongAnswer(**wrong) for wrong in read["wrong_answers"])
    read["uses"] = {name: tuple(uses) for name, uses in read["uses"].items()}
    return Solution(**read)
