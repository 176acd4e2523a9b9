// SPDX-License-Identifier: MIT
// node tools/web/try.mjs FOLDER PLAYWRIGHT CHROMIUM [PICTURE]: opens the page of FOLDER in Chromium, as a visitor does, and prints one
// line for each thing that works.  PICTURE: where a screenshot goes.  The status is 1 if something does not work.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, playwright, executablePath, picture] = process.argv.slice(2);
const { chromium } = (await import(pathToFileURL(resolve(playwright, "index.js")))).default;
const PATIENCE = 1_200_000;     // milliseconds: for a loaded machine, not a goal
const KINDS = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

// A web server that knows nothing but files: the page asks for no more.
const missing = [];
const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://host").pathname.slice(1) || "index.html";
    try {
        const bytes = await readFile(join(folder, name));
        response.writeHead(200, { "content-type": KINDS[extname(name)] ?? "application/octet-stream" }).end(bytes);
    } catch {
        missing.push(name);
        response.writeHead(404).end();
    }
});
await new Promise((go) => server.listen(0, "127.0.0.1", go));
const address = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
    executablePath,
    timeout: PATIENCE,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
page.setDefaultTimeout(PATIENCE);
const outside = [];
const errors = [];
page.on("request", (request) => /^(blob|data):/.test(request.url()) || request.url().startsWith(address) || outside.push(request.url()));
page.on("pageerror", (error) => errors.push(error.message));

const terminal = () => page.evaluate(() => document.querySelector("#terminal .xterm-rows").innerText);
const screen = () => page.evaluate(() => document.querySelector("#screen > div").innerText);

async function until(what, read, pattern) {
    const end = Date.now() + PATIENCE;
    for (let text = ""; Date.now() < end; await page.waitForTimeout(100)) {
        text = (await read()).replaceAll("\u00a0", " ");
        if (pattern.test(text))
            return console.log(`ok ${what}`);
        if (Date.now() + 200 > end)
            throw new Error(`${what}: not seen; there was:\n${text}`);
    }
}

try {
    await page.goto(address);
    await until("the saved state stands at the prompt", terminal, /pecan> *$/);
    await until("the screen shows the prompt, too", screen, /pecan>/);
    await page.click("#terminal");
    await page.keyboard.type("ps\n");
    await until("ps is typed and answered", terminal, /TASK +NAME[^]*physmem[^]*init[^]*pecan> *$/);
    await page.click("button[data-command='run demo']");
    await until("the demo's button runs the demo", terminal, /self-paging demo: \d+ faults[^]*all data intact/);
    await page.click("button[data-command=paging]");
    await until("the button beside it runs a program larger than its memory", terminal, /paging: \d+ pages in \d+ frames, every byte right/);
    await page.click("button[data-command^='trace on']");
    await until("the trace's button shows the kernel's records", terminal, /trace: [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [^]*trace: end\s[^]*pecan> *$/);
    await page.click("#screen");
    await page.keyboard.type("mem\n");
    await until("keys on the screen go to the machine's keyboard, once", screen, /pecan> mem\s[^]*physmem owns/);
    await until("the serial line shows the same", terminal, /left for programs[^]*pecan> *$/);
    if (picture)
        await page.screenshot({ path: picture });
    await page.click("#again");
    await until("back to the first prompt", terminal, /Type help for the commands\.\s+pecan> *$/);
    await page.click("#boot");
    await until("the CD boots from the beginning", terminal, /loader: Pecan/);
    if (outside.length || missing.filter((name) => name !== "favicon.ico").length || errors.length)
        throw new Error(`asked elsewhere: ${outside}; not in the folder: ${missing}; errors: ${errors}`);
    console.log("ok nothing comes from elsewhere, nothing is missing");
} catch (error) {
    console.log(`not ok ${error.message}`);
    process.exitCode = 1;
} finally {
    await browser.close();
    server.close();
}
