# SPDX-License-Identifier: MIT
"""`maps` asks a program's pager, which may say what it likes."""
import re

import machine
from report import shell_with_tests

WITHOUT_END, LATE, IN_CIRCLES, BACKWARDS, TOO_LONG, HALF_A_REGION, SILENT = range(7)


def maps_of_liar(vm, lie):
    mark = vm.mark()
    vm.command(f"run mm_test argument={lie} child=liar &")
    vm.expect_since(mark, "liar is ready")
    text = vm.command("maps mm_test", 20)
    vm.command("kill mm_test")
    return text, len(re.findall(r"^[0-9a-f]{8}-[0-9a-f]{8} ", text, re.M))


def maps_ends_whatever_a_pager_answers(lab):
    vm = shell_with_tests(lab, extra=machine.counted(3))    # `maps` gives a pager two seconds of its own
    for lie in (WITHOUT_END, LATE, IN_CIRCLES, BACKWARDS, TOO_LONG, HALF_A_REGION, SILENT):
        text, regions = maps_of_liar(vm, lie)
        if lie == WITHOUT_END:
            assert regions == 1000 and "says that there are more" in text, f"{regions}: {text[-200:]}"
        else:
            assert "does not answer as it should" in text, f"lie {lie}: {text[-200:]}"
            assert regions <= {LATE: 80, IN_CIRCLES: 10}.get(lie, 0), f"lie {lie}: {regions} regions"
    assert "Hello" in vm.command("run hello")
