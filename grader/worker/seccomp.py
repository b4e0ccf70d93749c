"""seccomp: refuse the system calls that no layer needs (x86-64 and aarch64).

A refused call fails with EPERM, so an answer that tries one gets an ordinary `PermissionError`.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

from grader.worker.limits import libc

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_CLONE_THREAD = 0x10000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FIRST_UNKNOWN = 451
"""Calls from here on came after this list was drawn up; programs fall back to older ones."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column in the tables below, and the kernel's name of the architecture."""

_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # new processes and programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "uselib": (134, None), "setsid": (112, 157), "setpgid": (109, 154),
    # signals to others
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    # the network, and descriptors passed along the judge's socket
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendmsg": (46, 211),
    "sendmmsg": (307, 269), "recvmsg": (47, 212), "recvmmsg": (299, 243),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "setrlimit": (160, 164), "setpriority": (141, 140), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # files and what is noted about them
    "creat": (85, None), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None),
    "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "unlink": (87, None), "unlinkat": (263, 35),
    "rmdir": (84, None), "mkdir": (83, None), "mkdirat": (258, 34), "mknod": (133, None),
    "mknodat": (259, 33), "truncate": (76, 45), "fallocate": (285, 47), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "sync": (162, 81), "syncfs": (306, 267), "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # memory shared with others
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "memfd_secret": (447, 447),
    # users, privileges, name spaces
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159), "setfsuid": (122, 151),
    "setfsgid": (123, 152), "capset": (126, 91), "unshare": (272, 97), "setns": (308, 268),
    "chroot": (161, 51), "pivot_root": (155, 41), "mount": (165, 40), "umount2": (166, 39),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # rarely used kernel interfaces
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_setup": (206, 0), "io_submit": (209, 2), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "seccomp": (317, 277), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "inotify_init": (253, None), "inotify_init1": (294, 26),
    "vmsplice": (278, 75), "personality": (135, 92), "modify_ldt": (154, None), "iopl": (172, None),
    "ioperm": (173, None), "acct": (163, 89), "syslog": (103, 116), "lookup_dcookie": (212, 18),
    # the machine
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "sethostname": (170, 161),
    "setdomainname": (171, 162), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "vhangup": (153, 58), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
}  # fmt: skip
_WITHOUT_DEVICE: dict[str, tuple[int | None, int | None]] = {"memfd_create": (319, 279)}
"""Refused unless a GPU's driver is to run here."""
_CLONE, _CLONE3, _KILL, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261)
_SET_AFFINITY, _FCNTL, _IOCTL, _PRCTL = (203, 122), (72, 25), (16, 29), (157, 167)
_OPEN, _OPENAT, _OPENAT2 = (2, None), (257, 56), (437, 437)

_FCNTL_REFUSED = (8, 10, 15, 1024, 1026, 1031)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX (they have the kernel signal others), F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ."""
_IOCTL_REFUSED = (0x8901, 0x8902, 0x5412)
"""FIOSETOWN, SIOCSPGRP (as above), TIOCSTI (typing into a terminal)."""
_PRCTL_REFUSED = (1, 4, 35, 0x59616D61)
"""PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_MM, PR_SET_PTRACER."""

_Instruction = tuple[int, int, int, int]


def available() -> bool:
    """Whether this kernel takes filters and its system calls are in the tables."""
    if sys.platform != "linux" or _architecture() is None or struct.calcsize("P") != 8:
        return False
    try:
        # Without a program the kernel answers EFAULT where filters work, EINVAL where they do not.
        libc().prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), None, ctypes.c_ulong(0), ctypes.c_ulong(0))
        return ctypes.get_errno() == errno.EFAULT
    except (OSError, AttributeError):
        return False


def _architecture() -> tuple[int, int] | None:
    return _ARCHITECTURES.get({"arm64": "aarch64"}.get(platform.machine(), platform.machine()))


class Filter:
    """The program that the kernel runs on every system call; built once, entered by every child."""

    def __init__(self, *, device: str = "cpu", refuse_writing: bool = False) -> None:
        """Build the program.

        Args:
            device: ``cuda`` leaves a GPU's driver what it needs.
            refuse_writing: Also refuse to open files for writing, where Landlock does not see to it.
        """
        machine = _architecture()
        if machine is None:
            raise OSError(errno.ENOSYS, "no table of system calls for this machine")
        self._column, architecture = machine
        self._program: list[_Instruction] = [
            (_LOAD, 0, 0, _ARCHITECTURE),
            (_EQUAL, 1, 0, architecture),
            (_RETURN, 0, 0, _KILL_PROCESS),
            (_LOAD, 0, 0, _NUMBER),
            (_AT_LEAST, 0, 1, _FIRST_UNKNOWN),
            (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        ]
        self._own_pid: list[int] = []
        self._refuse(_CLONE3, errno.ENOSYS)  # its flags are out of a filter's sight; libc falls back to clone
        for numbers in (_REFUSED if device == "cuda" else _REFUSED | _WITHOUT_DEVICE).values():
            self._refuse(numbers)
        self._look_into_arguments(refuse_writing=refuse_writing and device != "cuda")
        self._program.append((_RETURN, 0, 0, _ALLOW))
        self._packed = b"".join(struct.pack("HBBI", *instruction) for instruction in self._program)

    def _refuse(self, numbers: tuple[int | None, int | None], error: int = errno.EPERM) -> None:
        number = numbers[self._column]
        if number is not None:
            self._program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]

    def _look_into_arguments(self, *, refuse_writing: bool) -> None:
        self._where(_CLONE, [_argument(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), _no()])
        self._where(_KILL, [_argument(0), (_EQUAL, 1, 0, 0), _no()], own=1)
        self._where(_TGKILL, [_argument(0), (_EQUAL, 1, 0, 0), _no()], own=1)
        self._where(_SET_AFFINITY, [_argument(0), (_EQUAL, 1, 0, 0), _no()])
        # Reading limits is fine; root could lift its own again by setting them.
        asks_own = [_argument(0), (_EQUAL, 2, 0, 0), (_EQUAL, 1, 0, 0), _no()]
        only_reads = [_argument(2), (_EQUAL, 1, 0, 0), _no(), _argument(2, high=True), (_EQUAL, 1, 0, 0), _no()]
        self._where(_PRLIMIT, asks_own + only_reads, own=2)
        for numbers, position, values in (
            (_FCNTL, 1, _FCNTL_REFUSED),
            (_IOCTL, 1, _IOCTL_REFUSED),
            (_PRCTL, 0, _PRCTL_REFUSED),
        ):
            tests: list[_Instruction] = [_argument(position)]
            for value in values:
                tests += [(_EQUAL, 0, 1, value), _no()]
            self._where(numbers, tests)
        if refuse_writing:
            self._refuse(_OPENAT2, errno.ENOSYS)
            self._where(_OPEN, [_argument(1), (_ANY_BIT, 0, 1, _WRITING), _no()])
            self._where(_OPENAT, [_argument(2), (_ANY_BIT, 0, 1, _WRITING), _no()])

    def _where(self, numbers: tuple[int | None, int | None], tests: list[_Instruction], own: int | None = None) -> None:
        """Allow a call that passes its tests; ``own`` is the index of the instruction that gets the process's id."""
        number = numbers[self._column]
        if number is None:
            return
        body = [*tests, (_RETURN, 0, 0, _ALLOW)]
        self._program.append((_EQUAL, 0, len(body), number))
        if own is not None:
            self._own_pid.append(len(self._program) + own)
        self._program += body

    def enter(self) -> bool:
        """Put this thread and all it starts under the filter, for good."""
        program = bytearray(self._packed)
        for index in self._own_pid:
            struct.pack_into("I", program, 8 * index + 4, os.getpid())
        buffer = (ctypes.c_char * len(program)).from_buffer(program)
        head = struct.pack("HxxxxxxP", len(self._program), ctypes.addressof(buffer))
        zero = ctypes.c_ulong(0)
        return bool(libc().prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), head, zero, zero) == 0)


def _argument(position: int, *, high: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, 16 + 8 * position + (4 if high else 0))


def _no() -> _Instruction:
    return (_RETURN, 0, 0, _ERRNO | errno.EPERM)
