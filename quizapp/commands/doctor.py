"""``quizapp doctor``: versions, devices, kernels, terminal, database, content."""

from __future__ import annotations

import argparse
import json

import msgspec

from quizapp.doctor import Finding, findings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="of the kernels: auto, cpu, cuda, mps")
    parser.add_argument("--json", action="store_true", help="one JSON line for each finding")


def run(args: argparse.Namespace) -> int:
    failed = 0
    room = ""
    for finding in findings(args.device):
        failed += finding.state == "fails"
        if args.json:
            print(json.dumps(msgspec.to_builtins(finding), ensure_ascii=False), flush=True)
        else:
            print(_line(finding, "" if finding.room == room else finding.room), flush=True)
        room = finding.room
    if not args.json:
        print(_verdict(failed))
    return 1 if failed else 0


def _line(finding: Finding, room: str) -> str:
    return f"{room:<9} {finding.state:<6} {finding.name:<16} {finding.says}"


def _verdict(failed: int) -> str:
    if not failed:
        return "Everything works."
    return "1 thing fails." if failed == 1 else f"{failed} things fail."
