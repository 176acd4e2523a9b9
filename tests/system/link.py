# SPDX-License-Identifier: MIT
"""What the linker says of programs that cannot work here."""
import os
import subprocess
import tempfile

import machine

CROSS = os.environ.get("CROSS", "i686-linux-gnu-")


def linked(lab, source):
    """A program of one file, linked like those of apps/: the linker's status and words."""
    with tempfile.TemporaryDirectory(prefix="pecan-link-") as folder:
        file, out = os.path.join(folder, "main.c"), os.path.join(folder, "main")
        with open(file, "w") as text:
            text.write(source)
        libraries = [os.path.join(lab.build, f"lib/lib{name}.a") for name in ("hurd-mm", "c", "hurd-cap", "l4")]
        command = [CROSS + "gcc", "-m32", "-march=i486", "-O2", "-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie", "-nostdlib", "-static",
                   "-T", os.path.join(machine.TOP, "lib/hurd-mm/program.lds"), "-Wl,-m,elf_i386,--build-id=none",
                   file, "-Wl,--start-group", *libraries, "-Wl,--end-group", "-o", out]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def thread_local_variables_are_refused_in_one_sentence(lab):
    status, words = linked(lab, "int main(void) { return 0; }\n")
    assert status == 0, words
    for storage in ("static _Thread_local int x = 5;", "_Thread_local int x;", "__thread long x[100];"):
        status, words = linked(lab, storage + "int *f(void);\nint *f(void) { return (int *)&x; }\nint main(void) { return *f(); }\n")
        assert status != 0 and "thread-local variables (_Thread_local, __thread) do not work" in words, words
