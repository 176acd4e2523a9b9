#!/bin/sh
# SPDX-License-Identifier: MIT
# A 32-bit kernel, read by three ELF libraries of npm: flags of a section, flags of a segment, and the operating system.
. "$(dirname "$0")/lib.sh"
packages nasm=2.16.01-1 binutils-x86-64-linux-gnu=2.40-2
npm_packages elf-tools@1.1.2 elfy@1.0.0 elfinfo@0.4.0-beta
expected "the same as readelf"
printf '%s\n' 'section .text' 'global _start' '_start: jmp _start' 'section .data' 'dd 1' > kernel.asm
nasm -f elf32 kernel.asm -o kernel.o
x86_64-linux-gnu-ld -m elf_i386 -Ttext 0x100000 kernel.o -o kernel
cat > tools.js <<'E2'
const elf = require("elf-tools").parse(require("fs").readFileSync("kernel"));
const flags = (name) => elf.sections.find((s) => s.header.name === name).header.flags;
const segment = elf.programs.find((p) => p.header.vaddr === 0x100000).header;
console.log(`${flags(".text")} ${flags(".data")} ${segment.flags} ${elf.header.osabi}`);
E2
cat > elfy.js <<'E2'
const elf = require("elfy").parse(require("fs").readFileSync("kernel"));
const flags = (name) => Object.keys(elf.body.sections.find((s) => s.name === name).flags).join("|");
console.log(`${flags(".text")} ${flags(".data")} ${elf.osabi}`);
E2
cat > info.js <<'E2'
require("elfinfo").open(require("fs").readFileSync("kernel")).then(({ elf }) => {
    const flags = (name) => elf.sections.find((s) => s.name === name).flagsDescription;
    console.log(`${flags(".text")}, ${flags(".data")}, ${elf.abiDescription}`);
});
E2
section() { x86_64-linux-gnu-readelf -SW kernel | awk -v n="$1" '$0 ~ n { print $(NF - 3) }'; }
observed "readelf: .text, .data" "AX WA" "$(section '[.]text') $(section '[.]data')"
observed "readelf: OS" "UNIX - System V" "$(x86_64-linux-gnu-readelf -h kernel | sed -n 's/.*OS.ABI: *//p')"
observed "elfinfo: .text, .data, OS" "Alloc | Executable, Writeable | Alloc, SystemV" "$(node info.js)"
observed "elf-tools: .text, .data, the segment of .text, OS; the flags are names of kinds of sections" \
    "symtab|rela progbits|symtab execute|read unix-sysv" "$(node tools.js)"
observed "elfy: .text, .data, OS" "alloc|execinstr write|alloc hpux" "$(node elfy.js)"
finish
