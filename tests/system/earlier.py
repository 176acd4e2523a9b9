# SPDX-License-Identifier: MIT
"""Machines that somebody else has used before us: tests/guest/earlier leaves them so."""
import machine


def boot_after(lab, words):
    vm = lab.boot_modules(["loader"] + machine.MODULES, options={"loader": words}, first="earlier")
    vm.expect("pecan> ", 120)
    return vm


def keys_arrive(vm):
    vm.press("l", "s", "ret")
    vm.expect(r"\d  hello\s", 20)
    vm.expect("pecan> ")


def a_mouse_that_sends_reports_does_not_silence_the_keyboard(lab):
    vm = boot_after(lab, "ps2=mouse")
    keys_arrive(vm)
    for _ in range(3):
        vm.ask("mouse_move 10 10")
        keys_arrive(vm)


def a_mouse_that_moves_while_we_boot_does_not_silence_the_keyboard(lab):
    vm = lab.boot_modules(["loader"] + machine.MODULES, options={"loader": "ps2=mouse"}, first="earlier")
    vm.expect("loader: kernel pool", 60)
    for _ in range(10):
        vm.ask("mouse_move 10 10")
    vm.expect("pecan> ", 120)
    keys_arrive(vm)


def a_keyboard_that_was_switched_off_types_again(lab):
    keys_arrive(boot_after(lab, "ps2=off"))
