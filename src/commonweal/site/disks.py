"""What kind of disk a folder lies on, as the kernel tells; elsewhere than on Linux nobody knows."""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# SQLite's journal needs memory that all processes share, and locks that hold: not over a network
OVER_A_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|fuse\.sshfs|davfs"
)
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
EMPTIED = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108  (places to keep away from)


def kind_of(folder: Path, mounts: Path = MOUNTS) -> str:
    """Name the file system under a folder, or nothing if the kernel does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found: list[tuple[int, str]] = []
    for line in lines:
        before, _dash, after = line.partition(" - ")
        point = Path(before.split()[4].replace("\\040", " "))
        if point == folder or point in folder.parents:
            found.append((len(point.parts), after.split()[0]))
    return max(reversed(found), key=lambda pair: pair[0])[1] if found else ""


def is_over_a_network(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Say whether the folder lies on another machine."""
    return OVER_A_NETWORK.fullmatch(kind_of(folder, mounts)) is not None


def is_passing(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Say whether what lies there is thrown away by the system sooner or later."""
    kept_nowhere = any(folder.is_relative_to(place) for place in EMPTIED)
    return kept_nowhere or kind_of(folder, mounts) in IN_MEMORY
