# SPDX-License-Identifier: MIT
"""Machines that somebody else has used before us: tests/guest/earlier leaves them so."""
import re

import machine


def boot_before(lab, words):
    """In virtual time: keys and the mouse wait for their reader in few bytes, and are down for 20 ms of the reader's time."""
    return lab.boot_modules(["loader"] + machine.MODULES, options={"loader": words}, first="earlier", extra=machine.counted(4))


def boot_after(lab, words):
    vm = boot_before(lab, words)
    vm.expect("pecan> ", 120)
    return vm


def keys_arrive(vm):
    vm.press("l", "s", "ret")
    vm.expect(r"\d KB  hello\s", 20)
    vm.expect("pecan> ")


def a_mouse_that_sends_reports_does_not_silence_the_keyboard(lab):
    vm = boot_after(lab, "ps2=mouse")
    keys_arrive(vm)
    for _ in range(3):
        vm.ask("mouse_move 10 10")
        keys_arrive(vm)


def a_mouse_that_moves_while_we_boot_does_not_silence_the_keyboard(lab):
    vm = boot_before(lab, "ps2=mouse")
    vm.expect("loader: kernel pool", 60)
    for _ in range(10):
        vm.ask("mouse_move 10 10")
    vm.expect("pecan> ", 120)
    keys_arrive(vm)


def a_keyboard_that_was_switched_off_types_again(lab):
    keys_arrive(boot_after(lab, "ps2=off"))


def a_memory_map_in_many_pieces_boots_with_all_of_them(lab):
    vm = boot_after(lab, "holes=60")
    assert "left out" not in vm.text
    assert len(re.findall(r"loader: memory .* 4 KB", vm.text)) == 60
    assert "Hello" in vm.command("run hello")


def a_memory_map_longer_than_any_table_loses_its_smallest_pieces(lab):
    for holes in (70, 300, 1000):
        vm = boot_after(lab, f"holes={holes}")
        lost = re.search(r"the memory map is too long: (\d+) entries, (\d+) KB of RAM, are left out", vm.text)
        assert lost and int(lost[1]) >= holes - 64, vm.text
        assert "Hello" in vm.command("run hello")
        vm.close()
