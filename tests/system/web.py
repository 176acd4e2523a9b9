# SPDX-License-Identifier: MIT
"""`make web`: Pecan in a browser, opened in Chromium as a visitor does."""
import os
import shutil
import tempfile

import guest
import machine

STEPS = 11       # what tools/web/try.mjs tries


def the_web_page_runs_pecan_and_asks_nobody_else(lab):
    browser = shutil.which("chromium")
    missing = guest.node_get() or (None if browser else "there is no chromium: `make emulators` brings it")
    if missing:
        raise guest.Skip(missing)
    with tempfile.TemporaryDirectory(prefix="pecan-web-") as folder:
        web = os.path.join(folder, "web")
        status, said = machine.run([os.path.join(machine.TOP, "tools/web/make"), web, lab.iso], 600)
        assert status == 0, said
        script = os.path.join(machine.TOP, "tools/web/try.mjs")
        playwright = os.path.join(machine.NODE_FOLDER, "node_modules/playwright-core")
        status, said = machine.run(["node", script, web, playwright, browser], 1500)
    assert status == 0, said
    steps = [line for line in said.splitlines() if line.startswith("ok ")]
    assert len(steps) == STEPS, said
