// SPDX-License-Identifier: MIT
// node tools/v86.mjs PACKAGE cdrom|fda IMAGE MEGABYTES DISK|- DISKETTE|-: a machine in v86, its serial line on stdin and stdout.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pack, drive, image, megabytes, disk, diskette] = process.argv.slice(2);
const library = resolve(pack, "build");
const { V86 } = await import(pathToFileURL(resolve(library, "libv86.mjs")));
const file = (path) => ({ buffer: new Uint8Array(readFileSync(path)).buffer });
const BOOT_ORDER = { cdrom: 0x213, fda: 0x321 };

const machine = new V86({
    wasm_path: resolve(library, "v86.wasm"),
    memory_size: Number(megabytes) << 20,
    vga_memory_size: 2 << 20,
    bios: file("/usr/share/seabios/bios.bin"),
    vga_bios: file("/usr/share/seabios/vgabios-stdvga.bin"),
    [drive]: file(image),
    ...(disk !== "-" ? { hda: file(disk) } : {}),
    ...(diskette !== "-" ? { fda: file(diskette) } : {}),
    boot_order: BOOT_ORDER[drive],
    autostart: true,
});
machine.add_listener("serial0-output-byte", (byte) => process.stdout.write(Uint8Array.of(byte)));
process.stdin.on("data", (bytes) => machine.serial_send_bytes(0, bytes));
