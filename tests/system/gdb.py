# SPDX-License-Identifier: MIT
"""What `make debug` and `make gdb` promise."""
import os
import re
import subprocess

import machine


def gdb(lab, *commands, timeout=120):
    """A stopped machine, gdb with our helpers and these commands; answers what gdb said."""
    vm = lab.boot_iso(init="batch", extra=["-S", "-gdb", "tcp:127.0.0.1:0"])    # any port: QEMU says which
    port = re.search(r"gdb: filename=\S*tcp:127.0.0.1:(\d+)", vm.ask("info chardev"))[1]
    arguments = [word for command in commands for word in ("-ex", command)]
    done = subprocess.run(["gdb", "-q", "-nx", "-batch", "-x", "tools/gdb/pecan.py", *arguments, "-ex", "kill"],
                          cwd=machine.TOP, env=dict(os.environ, GDB_PORT=port, BUILD=os.path.abspath(lab.build)), timeout=timeout,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    return done.stdout


def gdb_stops_at_the_kernels_first_line_with_symbols(lab):
    said = gdb(lab, "info symbol $pc", "bt")
    assert "Temporary breakpoint 1, start () at kernel/arch/x86/boot.asm" in said, said
    assert "start in section" in said, said


def gdb_breaks_in_the_kernel_after_paging_is_on(lab):
    said = gdb(lab, "break boot_main", "continue", "bt")
    assert "boot_main () at kernel/arch/x86/boot.c" in said, said


def gdb_breaks_in_physmem_and_in_the_demo_and_nowhere_else(lab):
    said = gdb(lab, "pbreak physmem main", "pbreak demo main", "continue", "bt 1", "continue", "bt 1")
    first, second = said.find("at servers/physmem/"), said.find("at apps/demo/")
    assert 0 <= first < second, said
