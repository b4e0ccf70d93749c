"""What `course verify` proved, kept as JSON beside the course for the reports to show."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model import Explained, Hole, HoleKind, ProvenExercise, ProvenPart
from grader.model.files import write_whole

if TYPE_CHECKING:
    from grader.authoring.proofs import ExerciseProof
    from grader.course.catalogue import Course

SCHEMA = 1


def proof_file(root: Path) -> Path:
    """The file in which a course keeps what was proved about it."""
    return root / "results" / "verify.json"


def store(course: "Course", proofs: "Sequence[ExerciseProof]", *, seed: str, quick: bool) -> Path:
    """Add what was proved to the course's file; what is known about other exercises and parts stays.

    Raises:
        OSError: where the file cannot be written.
    """
    path = proof_file(course.root)
    kept = dict(_read(path))
    slugs = {exercise.slug for exercise in course.exercises}
    when = datetime.now(UTC).isoformat(timespec="seconds")
    for proof in proofs:
        if proof.exercise in slugs:
            folder = course.exercise(proof.exercise).folder
            kept[proof.exercise] = _entry(proof, kept.get(proof.exercise), _digest(folder), when, seed, quick)
    document = {"schema": SCHEMA, "exercises": {slug: kept[slug] for slug in sorted(kept) if slug in slugs}}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n", private=True)
    return path


def load(course: "Course") -> dict[str, ProvenExercise]:
    """What is known about each exercise; empty where the course was never verified or the file is not readable."""
    entries = _read(proof_file(course.root))
    proofs = {}
    for exercise in course.exercises:
        entry = entries.get(exercise.slug)
        if entry is None:
            continue
        try:
            proofs[exercise.slug] = _proven(exercise.slug, entry, current=entry["digest"] == _digest(exercise.folder))
        except (KeyError, TypeError, ValueError):
            continue
    return proofs


def _entry(
    proof: "ExerciseProof", before: Mapping[str, Any] | None, digest: str, when: str, seed: str, quick: bool
) -> dict[str, Any]:
    """An exercise's entry; parts and mutants of an earlier run stay while its files and seed are the same."""
    same = before if before is not None and (before.get("digest"), before.get("seed")) == (digest, seed) else {}
    parts: dict[str, Any] = dict(same.get("parts", {}))
    for part in proof.parts:
        parts[part.symbol] = {
            "cases": part.cases,
            "right": part.right,
            "alarms": part.alarms,
            "wrong": part.wrong,
            "wrong_killed": part.wrong_killed,
            "told": asdict(part.told),
            "holes": [_kept(hole) for hole in part.holes],
        }
    mutants = same.get("mutants")
    if not quick:
        unexplained = [
            f"line {mutant.line}: {mutant.change}" if mutant.line else mutant.change
            for mutant, why in proof.survivors
            if not why
        ]
        mutants = {
            "silent": proof.killed + len(unexplained),
            "killed": proof.killed,
            "survivors": unexplained,
            "explained": len(proof.survivors) - len(unexplained),
            "told": asdict(proof.mutants_told),
        }
    own = {hole.of_part(part.symbol) for part in proof.parts for hole in part.holes}
    holes = [_kept(hole) for hole in proof.holes if hole not in own]
    return {"when": when, "seed": seed, "digest": digest, "parts": parts, "mutants": mutants, "holes": holes}


def _proven(slug: str, entry: Mapping[str, Any], *, current: bool) -> ProvenExercise:
    mutants = entry["mutants"] or {}
    parts = [
        ProvenPart(
            part=symbol,
            cases=part["cases"],
            right=part["right"],
            alarms=part["alarms"],
            wrong=part["wrong"],
            wrong_killed=part["wrong_killed"],
            told=Explained(**part.get("told", {})),
        )
        for symbol, part in entry["parts"].items()
    ]
    holes = [_hole(kept).of_part(symbol) for symbol, part in entry["parts"].items() for kept in part["holes"]]
    return ProvenExercise(
        exercise=slug,
        when=entry["when"],
        seed=entry["seed"],
        current=current,
        parts=tuple(parts),
        mutants=mutants.get("silent"),
        mutants_killed=mutants.get("killed", 0),
        survivors=tuple(mutants.get("survivors", ())),
        explained=mutants.get("explained", 0),
        mutants_told=Explained(**mutants.get("told", {})),
        holes=(*holes, *map(_hole, entry["holes"])),
    )


def _kept(hole: Hole) -> dict[str, str]:
    return {"kind": hole.kind, "text": hole.text}


def _hole(kept: str | Mapping[str, str]) -> Hole:
    """A hole in the file; in files from before there were kinds it is only text."""
    if isinstance(kept, str):
        return Hole(kind=HoleKind.OTHER, text=kept)
    return Hole(kind=HoleKind(kept["kind"]), text=kept["text"])


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = document.get("exercises") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    return {name: entry for name, entry in (entries or {}).items() if isinstance(entry, dict)}


def _digest(folder: Path) -> str:
    """A digest of the files that decide what is proved about an exercise."""
    digest = hashlib.sha256()
    for path in sorted([*folder.rglob("*.py"), *folder.glob("*.json")]):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
