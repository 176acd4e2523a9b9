# SPDX-License-Identifier: MIT
"""The driver framework: what it finds on each machine, its drivers, and what happens when they are no good."""
import os
import re
import tempfile

import machine
from builds import Tree
from driver import Disks, modules_with
from files import file_system
from shell import comes_to, task_id


def at_the_prompt(vm):
    vm.expect("pecan> ", 120)
    return vm


def shell(lab, init="run=hello", **setup):
    setup["extra"] = list(setup.get("extra", ())) + machine.counted(4)
    return at_the_prompt(lab.boot_modules(options={"init": init}, **setup))


def listed(text, name):
    """The line of a device."""
    line = re.search(rf"^ *\d+ +{name} .*$", text, re.M)
    assert line, f"there is no {name}:\n{text}"
    return line[0]


# ---- the tree: docs/emulators.md ----

ISA = [
    r"rtc +ports 70-71  irq 8  driver rtc: runs \(task \d+, start number 1\)",
    r"speaker +port 42  port 61  driver speaker: runs",
    r"keyboard +port 60  port 64  irq 1  driver keyboard: runs",
    r"com1 +ports 3f8-3ff  irq 4  driver serial: runs",
    r"screen +ports 3d4-3d5  memory b8000-b8fff  driver screen: runs",
    r"com2 +ports 2f8-2ff  irq 3$",
    r"floppy +ports 3f0-3f5  port 3f7  ports 4-5  port 81  ports a-c  irq 6  driver floppy: not started",
]
OLD_PLACES = "ports 1f0-1f7  port 3f6  irq 14  ports 170-177  port 376  irq 15"
CARDS = ["-device", "ne2k_pci,addr=5", "-device", "rtl8139,addr=6", "-device", "virtio-rng-pci,addr=7,disable-modern=on"]


def the_tree_is(vm, lines, not_there=()):
    text = vm.command("devices", 120)
    for line in ISA + lines:
        assert re.search(r"^ *\d+ +" + line, text, re.M), f"not so: {line}\n{text}"
    for line in not_there:
        assert not re.search(line, text), f"it is there: {line}\n{text}"
    return text


def an_isa_machine_has_what_every_pc_has(lab):
    vm = shell(lab, machine="isapc", cpu="486", memory=16)
    the_tree_is(vm, [rf"ide +{OLD_PLACES}  driver ide: not started"], ["pci"])


def a_pc_has_its_devices_on_pci(lab):
    vm = shell(lab, extra=CARDS)
    the_tree_is(vm, [
        r"host +00:00\.0 8086:1237 class 060000$",
        r"isa +00:01\.0 8086:7000 class 060100$",
        rf"ide +00:01\.1 8086:7010 class 010180  {OLD_PLACES}  ports [0-9a-f]+0-[0-9a-f]+f  driver ide: not started",
        r"bridge +00:01\.3 8086:7113 class 068000 INTA  irq 9 shared$",
        r"vga +00:02\.0 1234:1111 class 030000  memory fd000000-fdffffff  memory [0-9a-f]{5}000-[0-9a-f]{5}fff$",
        r"net +00:05\.0 10ec:8029 class 020000 INTA  ports [0-9a-f]+00-[0-9a-f]+ff  irq 10 shared",
        r"net +00:06\.0 10ec:8139 class 020000 INTA  ports [0-9a-f]+00-[0-9a-f]+ff  memory [0-9a-f]{5}000-[0-9a-f]{5}fff  irq 10 shared",
        r"device +00:07\.0 1af4:1005 class 00ff00 INTA .*irq 11 shared",
    ])


def a_q35_has_no_ide_and_other_lines(lab):
    vm = shell(lab, machine="q35", extra=CARDS)
    the_tree_is(vm, [
        r"isa +00:1f\.0 8086:2918 class 060100$",
        r"ahci +00:1f\.2 8086:2922 class 010601 INTA .*irq 10 shared$",
        r"smbus +00:1f\.3 8086:2930 class 0c0500 INTA  ports 700-73f  irq 10 shared$",
        r"net +00:05\.0 10ec:8029 class 020000 INTA .*irq 10 shared",
        r"net +00:06\.0 10ec:8139 class 020000 INTA .*irq 11 shared",
        r"device +00:07\.0 1af4:1005 class 00ff00 INTA .*irq 11 shared",
    ], [r"\bide\b"])


def bochs_has_its_devices_on_pci(lab):
    vm = lab.boot_bochs()
    vm.expect("pecan> ", 300)
    the_tree_is(vm, [
        rf"ide +00:01\.1 8086:7010 class 010180  {OLD_PLACES}  ports [0-9a-f]+0-[0-9a-f]+f  driver ide: not started",
        r"usb +00:01\.2 8086:7020 class 0c0300 INTD  ports [0-9a-f]+-[0-9a-f]+  irq 9 shared$",
        r"bridge +00:01\.3 8086:7113 class 068000 INTA  irq 9 shared$",
    ], ["vga"])
    assert re.search(r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$", vm.command("date", 300), re.M)


# ---- the time of day ----

def seconds_of(text):
    date = re.search(r"^2031-02-03 (\d\d):(\d\d):(\d\d)$", text, re.M)
    assert date, text
    hour, minute, second = map(int, date.groups())
    return (hour * 60 + minute) * 60 + second


def the_date_is_the_clock_chips_to_the_second(lab):
    clock = ["-rtc", "base=2031-02-03T04:05:06,clock=vm"]
    vm = at_the_prompt(lab.boot_modules(options={"init": "run=hello"}, extra=machine.counted(4) + clock))
    first = seconds_of(vm.command("date", 120))
    kernel = [int(part) for part in re.search(r"(\d\d):(\d\d):(\d\d)\.\d+ since", vm.command("uptime"))[0].split(".")[0].split(":")]
    up = (kernel[0] * 60 + kernel[1]) * 60 + kernel[2]
    start = (4 * 60 + 5) * 60 + 6
    assert start <= first <= start + up + 60, f"{first - start} seconds after the start, and the kernel ran for {up}"
    vm.command("beep 1000 2000")        # two seconds
    second = seconds_of(vm.command("date"))
    assert second >= first + 2, f"{second - first} seconds in two seconds"


# ---- the speaker ----

def crossings(path):
    """How often the sound changes its sign, and how many samples are not silence.  The file may lack its end."""
    with open(path, "rb") as sound:
        data = sound.read()[44:]
    samples = [int.from_bytes(data[i:i + 2], "little", signed=True) for i in range(0, len(data) - 3, 4)]
    loud = [sample for sample in samples if abs(sample) > 1000]
    return sum((a > 0) != (b > 0) for a, b in zip(loud, loud[1:])), len(loud)


def the_speaker_has_its_ports_alone_and_says_so(lab):
    vm = shell(lab)
    assert "hertz" not in vm.command("beep", 120)
    assert "hertz" not in vm.command("beep 440 50")
    for wrong in ("beep 19", "beep 20001", "beep 440 0", "beep 440 2001"):
        assert "20 to 20000 hertz, 1 to 2000 milliseconds" in vm.command(wrong)
    assert "say how many hertz" in vm.command("beep x")


def indented(text, heading):
    """The indented blocks of a section of docs/driver.md, as files."""
    section = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.M)
    return ["".join(line[4:] if line.strip() else "\n" for line in block.splitlines(True)).strip("\n") + "\n" for block in blocks]


def a_driver_is_written_as_the_book_says(lab):
    """docs/driver.md, taken at its word: half a second of 440 Hz changes its sign 440 times."""
    with open(os.path.join(machine.TOP, "docs/driver.md")) as book:
        text = book.read()
    _, rule, room = indented(text, "3. The folder")
    program, = indented(text, "4. The program")
    with Tree(lab) as tree:
        for name, contents in (("driver", rule), ("room.mk", room), ("main.c", program), ("README.md", "# servers/tone - a try\n")):
            tree.append(f"servers/tone/{name}", contents)
        with open(tree.path + "/servers/speaker/driver", "w") as out:
            out.write("class=speaker\n")
        status, said = tree.make("build/test/deva-store", BUILD="build/test", WERROR="-Werror")
        assert status == 0, said[-600:]
        modules = [tree.path + "/build/test/deva-store" if name == "deva-store" else name for name in machine.MODULES]
        wave = tree.path + "/tone.wav"
        vm = shell(lab, modules=modules, extra=["-audiodev", f"wav,id=a,path={wave}", "-machine", "pcspk-audiodev=a"])
        assert "driver tone: runs" in listed(vm.command("devices", 120), "speaker")
        vm.command("beep 440 500")
        vm.send("halt")
        assert vm.finish().status == 0
        changes, loud = crossings(wave)
        assert 420 <= changes <= 460, f"{changes} changes of sign in {loud} samples"


# ---- the network card ----

def frames_go_out_and_come_back(lab):
    """tests/guest/device/netcheck.c: echoes of all sizes, on a line that the card shares with AHCI, which has no driver."""
    with tempfile.TemporaryDirectory(prefix="pecan-devices-") as folder:
        modules = modules_with(lab, folder, "netcheck")
        card = ["-netdev", "user,id=n,restrict=on", "-device", "ne2k_pci,netdev=n,addr=5"]
        for kind, line in (("pc", 10), ("q35", 10)):
            vm = shell(lab, machine=kind, modules=modules, extra=card)
            assert f"irq {line} shared  driver ne2k: runs" in listed(vm.command("devices", 120), "net")
            said = vm.command("run netcheck 40", 300)
            assert re.search(r"we are 52:54:00:12:34:56, the gateway is 52:55:0a:00:02:02", said), said
            assert re.search(r"40 of 40 echoes are right; the card received \d+, sent 41, lost 0", said), said
        vm.command("kill ne2k")
        for _ in range(50):
            if "start number 2" in listed(vm.command("devices"), "net"):
                break
        assert "5 of 5 echoes are right" in vm.command("run netcheck 5", 300)
        vm.command("devices stop ne2k")
        assert "there is no network card" in vm.command("run netcheck")


def wrong_requests_get_the_errors_that_the_headers_name(lab):
    """tests/guest/device/deverrors.c"""
    with tempfile.TemporaryDirectory(prefix="pecan-devices-") as folder:
        vm = shell(lab, modules=modules_with(lab, folder, "deverrors"), extra=["-netdev", "hubport,hubid=0,id=n", "-device", "ne2k_pci,netdev=n"])
        vm.command("devices", 120)
        number, version = min(tuple(map(int, ids)) for ids in re.findall(r"thread +(\d+)\.(\d+) ", vm.command("ps").split("fabrica", 1)[1].split(" rtc ")[0]))
        said = vm.command(f"run deverrors {number} {version}", 120)
        right = re.search(r"(\d+) of (\d+) errors are right", said)
        assert right and right[1] == right[2] and int(right[2]) > 40, said
        assert "driver speaker: runs" in listed(vm.command("devices"), "speaker")
        assert "has ended" not in vm.text


# ---- small machines ----

def eight_megabytes_are_enough_for_the_disks_driver(lab):
    with Disks() as disks:
        vm = at_the_prompt(lab.boot_modules(modules_with(lab, disks.folder.name, drivers=["ide"]), options={"init": "run=hello disk"},
                                            machine="isapc", cpu="486", memory=8, extra=machine.ide_disk(disks.image()) + machine.counted(4)))
        assert re.search(r"^  0 +16 MB  QEMU HARDDISK \(PIO\)", vm.command("disk", 120), re.M)
        assert "driver ide: runs" in listed(vm.command("devices"), "ide")


# ---- drivers that end ----

def a_driver_that_is_killed_comes_back(lab):
    vm = shell(lab)
    vm.command("devices", 120)
    for life in (2, 3, 4):
        vm.command("kill rtc")
        assert re.search(r"^\d{4}-\d\d-\d\d ", vm.command("date", 120), re.M)
        assert f"driver rtc: runs (task" in listed(vm.command("devices"), "rtc")
        assert f"rtc has ended (was killed); start number {life}" in vm.text


def a_driver_is_stopped_and_started(lab):
    vm = shell(lab)
    text = vm.command("devices stop rtc", 120)
    assert "driver rtc: ended" in listed(vm.command("devices"), "rtc"), text
    assert "no driver serves such a device" in vm.command("date")
    assert "it does not run" in vm.command("devices stop rtc")
    vm.command("devices start rtc")
    assert "start number 2" in listed(vm.command("devices"), "rtc")
    assert "it runs already" in vm.command("devices start rtc")
    assert re.search(r"^\d{4}-", vm.command("date"), re.M)
    for line, answer in (("devices start 99", "there is no device 99"), ("devices start 5", "no driver fits device 5"),
                         ("devices start nobody", "no device has a driver nobody"), ("devices stop ide", "it does not run"),
                         ("devices what", "say start NUMBER"), ("devices start", "say start NUMBER"), ("devices scan 3", "say start NUMBER")):
        said = vm.command(line)
        assert answer in said, said
    assert "has ended" not in vm.text


def the_framework_itself_is_started_again_with_all_drivers(lab):
    vm = shell(lab)
    vm.command("devices", 120)
    vm.command("kill fabrica")
    for _ in range(50):
        if re.search(r"^\d{4}-", vm.command("date", 120), re.M) and "init: fabrica has ended (was killed); start number 2" in vm.text:
            break
    else:
        raise AssertionError("the clock's driver does not come back")


def a_driver_that_is_no_good_is_replaced_and_the_shell_gets_its_answer(lab):
    """tests/guest/device/bad.c: it loops, says nonsense, ends, sleeps; its fifth life is good."""
    with tempfile.TemporaryDirectory(prefix="pecan-devices-") as folder:
        modules = modules_with(lab, folder, drivers=["bad/rtc", "speaker"])
        vm = shell(lab, "run=hello drivers=patience=2", modules=modules)
        said = vm.command("date", 300)
        assert re.search(r"^2000-01-01 \d\d:\d\d:\d\d$", said, re.M), said
        assert vm.text.count("fabrica: rtc does not answer, and is ended") == 2, vm.text
        assert vm.text.count("answers nonsense") == 1, vm.text
        assert "start number 5" in vm.text and "start number 6" not in vm.text, vm.text
        assert re.search(r"^2000-01-01", vm.command("date"), re.M)


# ---- drivers beside programs that compute ----

def wait_of(vm, what):
    """The microseconds that a request to a driver takes: tests/guest/device/waits.c."""
    said = vm.command(f"waits {what}", 300)
    found = re.search(r"waits: \d+ requests, (\d+) us each", said)
    assert found, said
    return int(found[1])


def a_driver_does_not_wait_for_the_time_slices_of_programs(lab):
    """A time slice has 10 ms.  The disk's own time is this machine's, so an instruction takes little of the system's."""
    with Disks() as disks:
        image, folder = disks.image(), os.path.join(disks.folder.name, "tree")
        os.makedirs(folder)
        with open(os.path.join(folder, "file"), "wb") as file:
            file.write(os.urandom(1 << 18))
        file_system(image, "-d", folder)
        modules = modules_with(lab, disks.folder.name, "waits", "apps/spin", "ext2fs")
        vm = at_the_prompt(lab.boot_modules(modules, options={"init": "disk root=0.2 run=hello"},
                                            extra=machine.ide_disk(image) + machine.SLOWLY))
        vm.command("devices", 120)
        alone = wait_of(vm, "speaker")
        for _ in range(4):
            vm.command("spin &")
        beside, disk = wait_of(vm, "speaker"), wait_of(vm, "/file")
        assert beside < alone + 5000, f"a tone takes {beside} us, and {alone} us without programs that compute"
        assert disk < 6000, f"a read from the disk takes {disk} us"


def a_driver_that_loops_keeps_programs_waiting_for_a_second_or_two(lab):
    """tests/guest/device/bad.c, whose first life loops at its first request."""
    with tempfile.TemporaryDirectory(prefix="pecan-devices-") as folder:
        modules = modules_with(lab, folder, "waits", drivers=["bad/rtc", "speaker"])
        vm = shell(lab, "run=hello drivers=patience=8", modules=modules)
        vm.command("devices", 120)
        mark = vm.mark()
        vm.command("waits clock &")
        vm.command("hello one", 120)
        assert "fabrica" not in vm.text[mark:], "the driver that loops is there no more"
        vm.expect_since(mark, "fabrica: rtc does not answer, and is ended", 300)
        assert comes_to(vm, True, lambda vm: "driver rtc: runs" in listed(vm.command("devices"), "rtc")), vm.text[-2000:]


def a_driver_that_never_serves_is_given_up(lab):
    with tempfile.TemporaryDirectory(prefix="pecan-devices-") as folder:
        hello = os.path.join(folder, "speaker")
        with open(os.path.join(lab.build, "strip/apps/segfault"), "rb") as program, open(hello, "wb") as copy:
            copy.write(program.read())
        modules = modules_with(lab, folder, drivers=["rtc", hello])
        vm = shell(lab, modules=modules)
        text = vm.command("devices", 300)
        assert "driver speaker: given up" in listed(text, "speaker")
        assert "speaker ends before it serves; it is not started again" in vm.text
        assert "no driver serves such a device" in vm.command("beep")
        assert re.search(r"^\d{4}-", vm.command("date"), re.M)


# ---- devices that come ----

def a_device_that_is_plugged_in_is_found_by_a_scan(lab):
    vm = shell(lab)
    before = vm.command("devices", 120)
    events = vm.command("devices events")
    assert len(re.findall(r"inserted", events)) == len(re.findall(r"^ *\d+    ", before, re.M)), events
    assert "0 inserted, 0 removed" in vm.command("devices scan")
    vm.ask("device_add rtl8139,addr=9,id=late")
    assert "1 inserted, 0 removed" in vm.command("devices scan")
    assert "10ec:8139" in listed(vm.command("devices"), "net")
    assert len(re.findall(r"inserted", vm.command("devices events"))) == len(re.findall(r"inserted", events)) + 1


def messages_by_lot_harm_neither_deva_nor_the_framework(lab):
    """tests/guest/device/straydev.c.  MESSAGES=5000000 make test T=messages_by_lot"""
    messages = int(os.environ.get("MESSAGES", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        vm = lab.boot_modules(modules_with(lab, folder, "straydev"), extra=["-device", "ne2k_pci"])
        at_the_prompt(vm)
        before = re.sub(r"start number \d+", "", vm.command("devices"))
        said = vm.command(f"run -d straydev {task_id(vm, 'fabrica')} {messages} {messages}", 60 + messages // 500)
        assert ", 0 unanswered, 0 strange" in said and "exited" not in said, said
        for error in (0, 1, 2, 9, 16, 22, 95):          # done, EPERM, ENOENT, EBADF, EBUSY, EINVAL, EOPNOTSUPP
            assert re.search(rf" {error}:\d", said), f"nobody was told {error}: {said}"
        assert re.sub(r"start number \d+", "", vm.command("devices")) == before, "the tree is another one"
        assert "20" in vm.command("date") and "beep:" not in vm.command("beep 440 20")
        assert "has ended" not in vm.text, "a driver ended"
