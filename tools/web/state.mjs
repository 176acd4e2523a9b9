// SPDX-License-Identifier: MIT
// node tools/web/state.mjs FOLDER: boots FOLDER/pecan.iso in v86 until the shell's prompt stands there, then writes
// FOLDER/state.bin.gz (the whole machine) and FOLDER/state.txt (what its serial line said until then).
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const folder = resolve(process.argv[2]);
const { V86 } = await import(pathToFileURL(resolve(folder, "libv86.mjs")));
const { settings } = await import(pathToFileURL(resolve(folder, "machine.mjs")));
const PROMPT = "pecan> ";
const PATIENCE = 300_000;       // milliseconds without a character: the machine hangs

const file = (name) => ({ buffer: new Uint8Array(readFileSync(resolve(folder, name))).buffer });
const machine = new V86({ ...settings(file), wasm_path: resolve(folder, "v86.wasm"), autostart: true });
let said = "";
let silence;

function wait() {
    clearTimeout(silence);
    silence = setTimeout(() => {
        console.error(`web: no prompt; the machine said:\n${said}`);
        process.exit(1);
    }, PATIENCE);
}

async function save() {
    await machine.stop();
    const state = new Uint8Array(await machine.save_state());
    const packed = gzipSync(state, { level: 9 });
    writeFileSync(resolve(folder, "state.bin.gz"), packed);
    writeFileSync(resolve(folder, "state.txt"), said);
    console.log(`  the machine at its prompt: ${state.length} bytes, packed ${packed.length}`);
    process.exit(0);
}

machine.add_listener("serial0-output-byte", (byte) => {
    said += String.fromCharCode(byte);
    wait();
    if (said.endsWith(PROMPT))
        setTimeout(save, 0);    // outside the machine's own step
});
wait();
