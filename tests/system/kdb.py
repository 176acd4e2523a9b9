# SPDX-License-Identifier: MIT
"""The INT3 debugger calls of other L4 kernels' programs, asked by a root task of some bytes."""
from bare import CODE, LINK
from sigma0 import read, root


def mov_eax(value):
    return b"\xb8" + value.to_bytes(4, "little")


INT3 = b"\xcc"


def operation(number):
    return INT3 + b"\x3c" + bytes([number])


def entering(text):
    return INT3 + b"\xeb\x05" + mov_eax(text)


def boot(lab, code, text=b"", options="kdb=serial"):
    """The code goes to CODE, the text 256 bytes behind it."""
    return lab.boot_modules(initrd=root(lab, code.ljust(256, b"\0") + text, options))


TEXT = LINK + CODE + 256


def kdb_prints_characters_strings_numbers_and_texts(lab):
    code = mov_eax(ord("K")) + operation(0) + mov_eax(TEXT) + operation(1) + mov_eax(0x1234ABCD) + operation(5) + operation(2)
    vm = boot(lab, code + entering(TEXT) + read(0), b"a text\n\0")
    vm.expect(r"Ka text\r?\n1234abcdkdb: thread 000c8001 at [0-9a-f]{8}: a text\r?\n", 30)
    vm.expect(r"null dereference", 30)  # and the thread went on


def kdb_asks_for_the_page_of_a_string_and_stops_at_what_is_nobodys(lab):
    """The second string is never there: sigma0 says so, and nothing of it is printed."""
    boot(lab, mov_eax(0x500000) + operation(1) + mov_eax(TEXT) + operation(1) + mov_eax(0x80000000) + operation(1), b"then\0").expect(
        r"thensigma0: page fault by thread c8001 at ip [0-9a-f]+: read of 80000000", 30)


def kdb_reads_a_character_or_says_that_there_is_none(lab):
    vm = boot(lab, operation(8) + operation(5) + operation(13) + operation(0) + operation(13) + operation(0) + read(0))
    vm.expect("ffffffff", 30)
    vm.line.send("xy")
    vm.expect("xysigma0: null dereference", 30)


def kdb_calls_are_exceptions_without_the_option_and_if_they_are_unknown(lab):
    """The root task has no exception handler: it stops at the INT3, and never comes to the null dereference."""
    for code, options in (operation(0), ""), (operation(200), "kdb=serial"), (INT3 + b"\x90", "kdb=serial"):
        vm = boot(lab, code + read(0), options=options)
        vm.expect(r"sigma0: \d+ KB of RAM", 30)
        try:
            vm.expect("null dereference", 2)
        except AssertionError:
            continue
        raise AssertionError(f"it went on behind the INT3: {vm.text}")
