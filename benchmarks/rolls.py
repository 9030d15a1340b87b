"""Screening of rolls, measured: rate against a bare loop over the same file, and peak memory.

    python -m benchmarks.rolls [--rows 1000000] [--rounds 3]

The bare loop only parses the roll and writes it again with Python's csv module. Both read the
same file and write to the same kind of file, in one process, turn about; the best round of each
counts. Memory is the peak of a process of its own (`manage.py screen_roll`), for the roll and for
a tenth of it.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igot.settings.development")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from eligibility import packaged, roll  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
COMMENCES_ON = date(2019, 5, 21)
FIRST_BIRTH = date(1955, 1, 1)
DAYS_OF_BIRTH = 42 * 365
WORST = 0.5  # of the rate of the bare loop
MOST_MEMORY = 150  # MB
MOST_GROWTH = 1.2
FIRST_NAMES = ("Asha", "Ravi", "Meena", "Imran", "Joseph", "आशा", "Sunita", "Harpreet", "Lalrin")
LAST_NAMES = ("Rao", "Kumar", "O'Brien", "Singh", "Das", "वर्मा", "Iyer", "Khan", "Thanga")
BAD = ("31.02.1985", "15/08/1985", "85", "n.a.", "43606")


def rows(count: int) -> Iterator[list[str]]:
    """Make up a roll: 100 services in several spellings, blanks in 3 of 100 cells, 1 bad row."""
    chance = random.Random(7)  # noqa: S311 -- no secret, the same roll each time
    services = list(packaged.directory().services.values())[:100]
    spellings = [
        (text, service.groups or ("A",))
        for service in services
        for text in {service.code, service.code.lower(), service.name, f" {service.code} "}
    ]
    for number in range(count):
        service, groups = chance.choice(spellings)
        born_on = FIRST_BIRTH + timedelta(chance.randrange(DAYS_OF_BIRTH))
        joined_on = born_on + timedelta(chance.randrange(8100, 12000))
        born = born_on.isoformat() if number % 2 else f"{born_on:%d.%m.%Y}"
        group = chance.choice(groups)
        cells = [service, group, born, str(joined_on.year), joined_on.isoformat()]
        if chance.random() < 0.01:
            cells[2] = chance.choice(BAD)
        for place in range(5):
            if chance.random() < 0.03:
                cells[place] = ""
        name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
        code = f"E{number:07d}" if number % 4 else f"DOP/{number:06d}-{number % 7}"
        yield [code, name, *cells]


def write_roll(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(roll.INPUT)
        writer.writerows(rows(count))


def bare(path: Path, out: Path) -> None:
    """Parse and write, and nothing else."""
    with (
        path.open(encoding="utf-8", newline="") as file,
        out.open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.writer(target, lineterminator="\n")
        for row in csv.reader(file):
            writer.writerow(row)


def screened(path: Path, out: Path) -> None:
    with out.open("w", encoding="utf-8", newline="") as target:
        call_command(
            "screen_roll",
            str(path),
            rule_set="WEB",
            commencement=COMMENCES_ON.isoformat(),
            stdout=target,
        )


def seconds(run: Callable[[Path, Path], None], path: Path, out: Path) -> float:
    """Tell the processor time of a run: what others do on the machine counts less."""
    begun = time.process_time()
    run(path, out)
    return time.process_time() - begun


def peak_memory(path: Path, out: Path) -> float:
    """Tell the most memory, in MB, that the command held on this roll in a process of its own."""
    command = [sys.executable, "manage.py", "screen_roll", str(path), "--rule-set=WEB"]
    with out.open("wb") as target:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [*command, f"--commencement={COMMENCES_ON}"], cwd=ROOT, stdout=target
        )
        _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"screen_roll ended with {process.returncode}")
    return usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large, tenth, out = (Path(folder, name) for name in ("large.csv", "tenth.csv", "out.csv"))
        write_roll(large, options.rows)
        write_roll(tenth, options.rows // 10)
        times: dict[str, list[float]] = {"bare loop": [], "screen_roll": []}
        for _round in range(options.rounds):
            times["bare loop"].append(seconds(bare, large, out))
            times["screen_roll"].append(seconds(screened, large, out))
        rates = {name: options.rows / min(found) for name, found in times.items()}
        for name, rate in rates.items():
            print(
                f"{name:12} {options.rows:>9,} rows  {rate:>9,.0f} rows a second (processor time)"
            )
        ratio = rates["screen_roll"] / rates["bare loop"]
        print(f"rate of screen_roll to the bare loop: {ratio:.2f} (at least {WORST})")
        few, many = peak_memory(tenth, out), peak_memory(large, out)
        print(f"peak memory: {few:.0f} MB at {options.rows // 10:,} rows, {many:.0f} MB at")
        print(f"  {options.rows:,} rows (under {MOST_MEMORY} MB), growth {many / few:.2f} times")
        print(f"  (at most {MOST_GROWTH})")
    return int(ratio < WORST or many >= MOST_MEMORY or many > MOST_GROWTH * few)


if __name__ == "__main__":
    sys.exit(main())
