"""Whether a port is free, and if not, who listens there."""

import errno
import socket
from pathlib import Path

LISTENING = "0A"
FURTHER = 50


def trouble_with(host: str, port: int) -> str:
    """Say why the port cannot be used, or nothing."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            who = who_listens(port)
            return f"Port {port} is taken" + (f" by {who}" if who else "")
        if error.errno == errno.EACCES:
            return f"Port {port} needs more rights than this user has"
        return f"{host}:{port} cannot be used ({error.strerror})"
    return ""


def free_port_after(host: str, port: int) -> int:
    """Find the next port that is free, to propose it."""
    for candidate in range(port + 1, min(port + FURTHER, 65536)):
        if not trouble_with(host, candidate):
            return candidate
    return 0


def who_listens(port: int) -> str:
    """Name the program that listens on a port, where the system tells (Linux, own programs)."""
    inodes = _inodes_of(port)
    if not inodes:
        return ""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _holds(folder, inodes):
            return f"'{_command_of(folder)}' (process {folder.name})"
    return ""


def _inodes_of(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _holds(folder: Path, inodes: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir())
    except OSError:
        return False


def _command_of(folder: Path) -> str:
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return b" ".join(words).decode(errors="replace").strip()[:60]
