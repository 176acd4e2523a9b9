#!/bin/sh
# SPDX-License-Identifier: MIT
# v86: what a saved state holds of the disk images of a machine that has not executed one instruction.
. "$(dirname "$0")/lib.sh"
packages seabios=1.16.2-1
npm_packages v86@0.5.462
expected "a state is memory and devices, as of other emulators: images that nobody has read, let alone written, stay outside"
cat > state.mjs <<'END'
import { readFileSync } from "node:fs";
import { V86 } from "./node_modules/v86/build/libv86.mjs";

const file = (name) => ({ buffer: new Uint8Array(readFileSync(`root/usr/share/seabios/${name}`)).buffer });
const SIZES = { cdrom: 1 << 20, hda: 1 << 20, fda: 1474560 };

function image(drive) {
    const bytes = new Uint8Array(SIZES[drive]);
    let random = SIZES[drive] + drive.length;
    for (let at = 0; at < bytes.length; at++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        bytes[at] = random >>> 24;
    }
    return bytes;
}

const drive = process.argv[2];
const bytes = drive ? image(drive) : null;
const machine = new V86({
    wasm_path: "node_modules/v86/build/v86.wasm",
    memory_size: 4 << 20,
    vga_memory_size: 1 << 20,
    bios: file("bios.bin"),
    vga_bios: file("vgabios-stdvga.bin"),
    ...(drive ? { [drive]: { buffer: bytes.slice().buffer } } : {}),
    autostart: false,
});
machine.add_listener("emulator-ready", async () => {
    const state = Buffer.from(await machine.save_state());
    const whole = drive && state.includes(Buffer.from(bytes));
    console.log(drive ? (whole ? "all of it" : "not all of it") : `${state.length >> 10} KB`);
    process.exit(0);
});
END
seen() { node state.mjs "$@" 2> /dev/null | tail -n 1; }
observed "a state of a machine without drives" "2199 KB" "$(seen)"
observed "a state holds of a CD" "all of it" "$(seen cdrom)"
observed "a state holds of a hard disk" "all of it" "$(seen hda)"
observed "a state holds of a floppy" "all of it" "$(seen fda)"
finish
