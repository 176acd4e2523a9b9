// SPDX-License-Identifier: MIT
// The page: an emulated PC, its screen and its serial line.  It starts from a saved state, at the shell's prompt.
import { V86 } from "./libv86.mjs";
import { settings } from "./machine.mjs";

const by = (id) => document.getElementById(id);
const terminal = new Terminal({ cols: 100, rows: 25, fontSize: 13, scrollback: 5000 });
terminal.open(by("terminal"));

const machine = new V86({
    ...settings((name) => ({ url: name, async: false })),
    wasm_path: "v86.wasm",
    screen_container: by("screen"),
    disable_speaker: true,
    autostart: false,
});

// The terminal's bytes are Latin-1: the machine sends bytes, and a terminal of its own time shows them.
machine.add_listener("serial0-output-byte", (byte) => terminal.write(Uint8Array.of(byte)));
const type = (text) => machine.serial_send_bytes(0, new TextEncoder().encode(text));
terminal.onData(type);

// A key goes to the serial line or to the machine's keyboard, never to both.
machine.keyboard_set_enabled(false);
by("screen").addEventListener("focus", () => machine.keyboard_set_enabled(true));
by("screen").addEventListener("blur", () => machine.keyboard_set_enabled(false));

function say(text) {
    by("status").textContent = text;
}

async function unpacked(name) {
    const answer = await fetch(name);
    if (!answer.ok)
        throw new Error(`${name}: ${answer.status}`);
    return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

// What came over the line before the state was saved belongs to the picture.
async function start_at_prompt() {
    const begin = performance.now();
    const [state, text] = await Promise.all([unpacked("state.bin.gz"), fetch("state.txt").then((answer) => answer.text())]);
    await machine.stop();
    await machine.restore_state(state);
    terminal.reset();
    terminal.write(text);
    await machine.run();
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    say(`The machine runs from a saved state (loaded in ${seconds} s). Type a command below, or press a button.`);
    terminal.focus();
}

async function start_from_cd() {
    await machine.stop();
    terminal.reset();
    machine.restart();
    await machine.run();
    say("The machine boots from its CD. GRUB waits a few seconds, then Pecan's own lines follow.");
    terminal.focus();
}

async function pause_or_go_on() {
    const runs = machine.is_running();
    await (runs ? machine.stop() : machine.run());
    by("pause").textContent = runs ? "Go on" : "Pause";
    say(runs ? "The machine is paused." : "The machine runs.");
}

function failed(error) {
    say(`The machine cannot start: ${error.message}. This page has to come from a web server, not from a file.`);
}

const doing = (step) => () => step().catch(failed);

by("pause").onclick = doing(pause_or_go_on);
by("again").onclick = doing(start_at_prompt);
by("boot").onclick = doing(start_from_cd);
for (const button of document.querySelectorAll("button[data-command]"))
    button.onclick = () => {
        type(button.dataset.command + "\r");
        terminal.focus();
    };
machine.add_listener("emulator-ready", doing(start_at_prompt));
