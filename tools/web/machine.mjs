// SPDX-License-Identifier: MIT
// The machine of the web page, the same when its state is saved and when it is loaded again: v86 keeps no settings in a state.

export const MEMORY = 32 << 20;

// file(name): how the caller gives v86 a file of the folder.
export function settings(file) {
    return {
        memory_size: MEMORY,
        vga_memory_size: 2 << 20,
        bios: file("bios.bin"),
        vga_bios: file("vgabios.bin"),
        cdrom: file("pecan.iso"),
        boot_order: 0x213,      // the CD first
    };
}
