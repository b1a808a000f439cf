"""What kind of file system a path lies on, by the system's table of mounts; none is known where there is no such table."""

from __future__ import annotations

import re
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "virtiofs", "vboxsf", "prl_fs", "fakeowner", "afs", "ceph",
    "davfs", "glusterfs", "lustre", "ncpfs", "ocfs2", "gfs2", "gpfs", "fuse.sshfs", "fuse.rclone", "fuse.s3fs",
    "fuse.gcsfuse", "fuse.davfs2", "fuse.glusterfs", "fuse.grpcfuse", "fuse.osxfs", "fuse.smbnetfs", "fuse.curlftpfs",
    "fuse.vmhgfs-fuse",
})  # fmt: skip
"""Kinds whose files several machines see, or a machine and its host: no memory is shared over them."""


def network_kind(path: Path, table: Path | None = None) -> str | None:
    """The kind of the network file system on which a path lies; None for one of this machine."""
    try:
        lines = (table or TABLE).read_text("utf-8", "surrogateescape").splitlines()
        there = path.absolute().parent.resolve()
    except OSError:
        return None
    best, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) < 5 or not kinds[0]:
            continue
        at = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        if (there == at or at in there.parents) and len(
            at.parts
        ) >= best:  # of two at one place the later hides the other
            best, kind = len(at.parts), kinds[0]
    return kind if kind in NETWORK else None
