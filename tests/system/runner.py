# SPDX-License-Identifier: MIT
"""`make test` can be trusted: what its runner says of suites that fail, hang, do not build or do not exist."""
import glob
import os
import re
import signal
import subprocess
import tempfile
import time

import asserts
import guest
import machine
from builds import OURS, Tree

RUNNER = os.path.join(machine.TOP, "tools/test")
GOOD = "1..2\nok 1 - apples_are_counted\nok 2 - pears_are_counted\n"
BAD = "1..2\nnot ok 1 - apples_are_counted\n# tests/host/x.c:7: 3 is not 4\nok 2 - pears_are_counted\n"


class Orchard:
    """A build folder with host programs that say what we like, and a list of suites."""

    def __init__(self, lab, suites, **said):
        self.folder = tempfile.TemporaryDirectory(prefix="runner-")
        self.build = self.folder.name
        os.mkdir(self.build + "/host")
        for name in ("bin", "strip"):
            os.symlink(os.path.abspath(os.path.join(lab.build, name)), f"{self.build}/{name}")
        for name, text in said.items():
            with open(f"{self.build}/host/{name}", "w") as script:
                script.write(f"#!/bin/sh\ncat <<'end'\n{text}end\nexit {int('not ok' in text)}\n")
            os.chmod(f"{self.build}/host/{name}", 0o755)
        with open(self.build + "/tests.list", "w") as out:
            out.write("\n".join(suites) + "\n")

    def variables(self, **environment):
        """What tools/test gets as its environment."""
        others = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("TEST_")}
        return others | dict(TEST_LIST=self.build + "/tests.list", TEST_JOBS="1", **environment)

    def run(self, patterns="", **environment):
        """tools/test with this list: its status and what it said."""
        done = subprocess.run([RUNNER, self.build, patterns], env=self.variables(**environment), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def runner_names_what_failed_and_where(lab):
    status, said = Orchard(lab, ["host good", "host bad"], good=GOOD, bad=BAD).run()
    assert status == 1
    assert said.splitlines()[-1] == "3 passed, 1 failed"
    assert re.search(r"not ok \d+ - bad: apples_are_counted\n  # tests/host/x.c:7: 3 is not 4\n", said), said


def runner_says_where_a_test_without_remarks_begins(lab):
    text = GOOD.replace("ok 1 - apples", "not ok 1 - characters_go_in_at_the_cursor apples")
    status, said = Orchard(lab, ["host bad tests/host/editor.c"], bad=text).run()
    assert status == 1
    assert re.search(r"  # tests/host/editor.c:\d+: here it begins\n", said), said


def runner_takes_several_parts_of_names(lab):
    orchard = Orchard(lab, ["host good tests/host/editor.c", "host bad"], good=GOOD, bad=BAD)
    for patterns in ("good bad", "bad,good", "host/good host/bad"):
        assert orchard.run(patterns)[1].splitlines()[-1] == "3 passed, 1 failed"
    assert orchard.run("good")[1].splitlines()[-1] == "2 passed, 0 failed"


def runner_takes_a_sentence_whole(lab):
    sentence = "an interrupt is an empty message from its id, one for each acknowledge"
    status, said = Orchard(lab, ["host good", "root raw configs=fast tests/guest/raw/interrupts.asm"], good=GOOD).run(sentence)
    assert (status, said.splitlines()[-1]) == (0, "1 passed, 0 failed"), said


def runner_takes_a_file_of_the_lines_that_it_prints(lab):
    orchard = Orchard(lab, ["host good", "host bad"], good=GOOD, bad=BAD)
    with open(orchard.build + "/names", "w") as out:
        out.write("# what failed\nnot ok 17 - bad: apples_are_counted\n\nok 3 - good: pears_are_counted # SKIP no pears\n")
    status, said = orchard.run("@" + orchard.build + "/names")
    assert (status, said.splitlines()[-1]) == (1, "1 passed, 1 failed"), said
    assert orchard.run("@/nowhere")[0] != 0


def runner_fails_when_a_name_matches_nothing(lab):
    orchard = Orchard(lab, ["host good"], good=GOOD)
    for patterns in ("plums", "good plums"):
        status, said = orchard.run(patterns)
        assert status != 0
        assert "no test's name contains 'plums'" in said
    status, said = orchard.run("good: plums_are_counted")       # the suite is there, and has no such test
    assert status != 0, said


def runner_knows_its_configurations(lab):
    status, said = Orchard(lab, ["host good"], good=GOOD).run(CONFIG="quick")
    assert status != 0
    assert "CONFIG=quick: there is no such configuration" in said


def runner_ends_with_the_first_failure_if_told_so(lab):
    suites, said = [f"host s{i}" for i in range(9)], {f"s{i}": BAD for i in range(9)}
    status, text = Orchard(lab, suites, **said).run(FIRST="1")
    assert status == 1
    assert text.count("not ok") == 1, text
    assert text.splitlines()[-1] == "0 passed, 1 failed"


def runner_takes_its_machines_along_when_it_is_ended(lab):
    orchard = Orchard(lab, ["host apple tests/host/apple.c"], apple=GOOD)
    place = orchard.build + "/pid"
    with open(orchard.build + "/host/apple", "w") as script:
        script.write(f"#!/bin/sh\necho $$ > {place}.new\nmv {place}.new {place}\nexec sleep 10000\n")
    for number in (signal.SIGTERM, signal.SIGHUP):
        with subprocess.Popen([RUNNER, orchard.build], env=orchard.variables(), stdout=subprocess.DEVNULL) as runner:
            while not os.path.exists(place):
                assert runner.poll() is None
                time.sleep(0.05)
            with open(place) as file:
                child = int(file.read())
            os.remove(place)
            runner.send_signal(number)
        assert runner.returncode == 128 + number
        with open(f"/proc/{child}/stat") if os.path.exists(f"/proc/{child}") else tempfile.TemporaryFile("w+") as state:
            assert state.read().rpartition(")")[2].split()[:1] in ([], ["Z"]), "the suite runs on"


def runner_fails_a_suite_that_breaks_its_plan_or_contradicts_itself(lab):
    for text, complaint in [(GOOD.replace("1..2", "1..3"), "planned 3 tests, reported 2"), (GOOD.replace("1..2\n", ""), "no plan"),
                            (GOOD + "# not ok\n", "0 tests failed, but its status is 1")]:
        status, said = Orchard(lab, ["host odd"], odd=text).run()
        assert status == 1
        assert complaint in said


def runner_waits_for_the_first_of_those_that_hang_behind_the_same_words(lab):
    """A root task that says nothing; machines that are told to be patient for five seconds."""
    orchard = Orchard(lab, ["root apps/spin configs=fast,plain,486"])
    status, said = orchard.run(TEST_SILENCE="5")
    assert status == 1
    assert re.findall(r"silent for ([\d.]+) seconds", said) == ["5", "1", "1"], said


def runner_waits_no_longer_when_the_machine_has_said_its_last_words(lab):
    """The loader gets no kernel."""
    status, said = Orchard(lab, ["root guest-last kernel=wortel"]).run(CONFIG="fast")
    assert status == 1
    assert re.search(r"# loader: .* Halted\.", said), said


def make_test_fails_when_a_selected_test_does_not_build(lab):
    with Tree(lab) as tree:
        for change, good in (("", True), ("#error broken\n", False)):
            tree.append("tests/host/editor.c", change)
            status, said = tree.make("test", T="host/editor host/keymap")
            assert (status == 0) == good, said[-900:]
            assert ("the build failed, so no test has run" in said) != good
            assert ("passed, 0 failed" in said) == good


def runner_finds_a_typed_line_among_the_lines_of_a_program(lab):
    for said, line, rest in (("kill 7\r\nx", "kill 7", "x"), ("spin: go\r\nkill spin\r\nx", "kill spin", "x"), ("\r\nx", "", "x"),
                             ("kill 7spin: go, or `kill spin`\r\n\r\nx", "kill 7", "x"), ("kispin: go\r\nll spin\r\nx", "kill spin", "x"),
                             ("garbagekill 7\r\nx", "kill 7", "x"), ("say `kill spin`\r\nkill spin\r\nx", "kill spin", "x"),
                             ("kill 7", "kill 7", None), ("kill 8\r\nx", "kill 7", None)):
        found = re.compile(guest.echo_of(line), re.S).search(guest.PROMPT + said, len(guest.PROMPT))
        assert (found and found.string[found.end():]) == rest, (said, line)


def runner_finds_what_came_before_a_prompt_or_behind_it(lab):
    talker = subprocess.Popen(["printf", "first\npecan> second\nthird\n"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    vm = guest.TalkingMachine(talker, guest.PipeLine(talker), lab.log)
    mark = vm.mark()
    vm.expect("pecan> ")
    for word in ("second", "first"):
        assert vm.expect_since(mark, word)[0] == word
    assert vm.expect(r"(\w+)\n", 5)[1] == "third"        # the place of the last match is kept
    try:
        vm.expect_since(vm.mark(), "first", 5)
    except AssertionError as problem:
        assert "ended before 'first'" in str(problem)
    else:
        raise AssertionError("it finds what came before the mark")
    vm.close()


def the_matrix_becomes_a_table_with_a_row_for_each_boot(lab):
    tool = os.path.join(machine.TOP, "tools/matrix")
    boots = subprocess.run([tool, "T", "C"], stdout=subprocess.PIPE, text=True, check=True).stdout
    whole = [line for line in boots.splitlines() if line.startswith("whole ")]
    titles = ["%s[%s]" % re.match(r"\w+ (\S+) .*configs=(\S+)", line).groups() for line in boots.splitlines() if line not in whole]
    assert 30 <= len(titles) <= 50 and 30 <= len(whole) <= 50, "some 40 boots"
    said = "not ok 3 - whole: qemu pc default 64 MB cd: the shell\n" + "".join(f"ok {n} - {title}: one\nok {n} - {title}: two\n" for n, title in enumerate(titles[1:]))
    said += f"not ok 9 - {titles[1]}: three\n  # ok 7 - {titles[0]}: a remark\n# 40 suites and boots in 77 seconds, transcripts\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("list", boots), ("said", said)):
            with open(os.path.join(folder, name), "w") as out:
                out.write(text)
        table = subprocess.run([tool, "--table", folder + "/list", folder + "/said"], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")]
    machines, rows = rows[1:len(whole) + 1], rows[len(whole) + 2:]
    assert len(rows) == len(titles) and [row[5].strip() for row in machines] == ["**failed**: the shell"] + ["did not run"] * (len(whole) - 1), table
    assert rows[0][4].strip() == "did not run" and [cell.strip() for cell in rows[1][4:]] == ["2", "1"], table
    assert all([cell.strip() for cell in row[4:]] == ["2", "0"] for row in rows[2:]), table
    assert "40 suites and boots in 77 seconds." in table


def a_test_file_that_changes_is_read_again(lab):
    """The compiled code of system tests is kept (tools/asserts.py)."""
    with tempfile.TemporaryDirectory(prefix="runner-") as folder:
        path = os.path.join(folder, "trees.py")

        def write(name, text):
            with open(name, "w") as file:
                file.write(text)

        def said():
            try:
                exec(asserts.Loader("trees", path).get_code("trees"), {"_differ": asserts.differ})
            except AssertionError as problem:
                return str(problem)

        write(path, "assert 10 == 2\n")
        first = said()
        assert "got: 10\nexpected: 2" in first
        kept = glob.glob(folder + "/__pycache__/*")
        assert len(kept) == 1 and said() == first
        write(kept[0], "rubbish")
        assert said() == first
        write(path, "assert 5 == 2\n\n")
        assert "got: 5\nexpected: 2" in said()
