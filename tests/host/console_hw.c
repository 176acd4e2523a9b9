/* SPDX-License-Identifier: MIT */
/* links: servers/serial/uart.c servers/keyboard/keyboard.c */
/* The console's hardware on a machine made of C: with the hardware, without it, and with it broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/fifo.h"
#include "servers/deva/ports.h"
#include "servers/keyboard/keyboard.h"
#include "servers/serial/uart.h"

/* ---- the machine ---- */

static struct {
    bool has_uart, uart_jammed, uart_slow;
    bool no_scratch, no_loop;       /* an 8250 lacks the one, v86 the other */
    bool bus_repeats;               /* nobody is there, but the bus carries its last byte on */
    uint8_t uart[8];                /* last values written */
    char sent[256];
    size_t sent_count;
    const char *received;           /* what the other side has typed and we have not read */

    bool has_keyboard, keyboard_dead, keyboard_babbles, keyboard_silent, keyboard_scans;
    bool mouse_reports;             /* it has bytes as long as the controller lets it */
    uint8_t config;
    uint8_t said;                   /* the keyboard's answer that waits; 0: none */
    bool lights_come;               /* with the next byte */
    uint8_t lights;
    const uint8_t *codes;           /* scan codes up to a zero */
    unsigned long reads, pauses;
} machine;

static uint8_t com1_in(int reg)
{
    switch (reg) {
    case 0:
        return machine.received && *machine.received ? (uint8_t) *machine.received++ : 0;
    case 2:
        return machine.uart[2] & 1 ? 0xc1 : 0x01;
    case 5:
        return (uint8_t) ((machine.uart_jammed ? 0 : 0x60) |
                          (machine.received && *machine.received ? 1 : 0));
    case 6:
        return machine.no_loop ? 0 : machine.uart[4] & 0x10 ? (uint8_t) (machine.uart[4] << 4 & 0x80) | 0x10 : 0xb0;
    case 7:
        return machine.no_scratch ? 0xff : machine.uart[7];
    default:
        return machine.uart[reg];
    }
}

enum { CONFIG_KEYBOARD_OFF = 0x10, CONFIG_MOUSE_OFF = 0x20, STATUS_MOUSE = 0x20, MOUSE_SAYS = 0x1e /* would be an a */ };

static bool mouse_talks(void)
{
    return machine.mouse_reports && !(machine.config & CONFIG_MOUSE_OFF);
}

static bool key_waits(void)
{
    return machine.keyboard_scans && !(machine.config & CONFIG_KEYBOARD_OFF) && machine.codes &&
           *machine.codes;
}

/* The mouse's bytes come before the keyboard's: a driver that does not take them gets no key. */
static uint8_t keyboard_in(uint16_t port)
{
    if (port == 0x64)
        return (uint8_t) ((machine.keyboard_dead ? 2 : 0) |
                          (machine.said ? 1
                           : mouse_talks() ? 1 | STATUS_MOUSE
                                           : machine.keyboard_babbles || key_waits()));
    if (machine.said) {
        uint8_t said = machine.said;
        machine.said = 0;
        return said;
    }
    return mouse_talks() ? MOUSE_SAYS : key_waits() ? *machine.codes++ : 0;
}

static void keyboard_out(uint16_t port, uint8_t value)
{
    static uint8_t command;
    if (port == 0x64) {
        command = value;
        if (value == 0xa7 || value == 0xa8)
            machine.config = (uint8_t) ((machine.config & ~CONFIG_MOUSE_OFF) |
                                        (value == 0xa7 ? CONFIG_MOUSE_OFF : 0));
        if (value == 0xad || value == 0xae)
            machine.config = (uint8_t) ((machine.config & ~CONFIG_KEYBOARD_OFF) |
                                        (value == 0xad ? CONFIG_KEYBOARD_OFF : 0));
    } else if (command == 0x60) {
        command = 0;
        if (!machine.keyboard_silent)
            machine.config = value;
    } else {
        if (machine.lights_come)
            machine.lights = value;
        else if (value != 0xed)
            machine.keyboard_scans = value == 0xf4 || (value == 0xf6 && machine.keyboard_scans);
        machine.lights_come = value == 0xed && !machine.keyboard_silent;
        machine.said = machine.keyboard_silent ? 0 : 0xfa;
    }
}

static uint8_t last_on_bus = 0xff;

uint8_t port_in8(uint16_t port)
{
    machine.reads++;
    if (machine.bus_repeats)
        return last_on_bus;
    if (port >= 0x3f8 && port <= 0x3ff && machine.has_uart)
        return com1_in(port - 0x3f8);
    if ((port == 0x60 || port == 0x64) && machine.has_keyboard)
        return keyboard_in(port);
    return 0xff;
}

void port_out8(uint16_t port, uint8_t value)
{
    last_on_bus = value;
    if (port >= 0x3f8 && port <= 0x3ff && machine.has_uart) {
        if (port == 0x3f8 && !(machine.uart[3] & 0x80))
            machine.sent[machine.sent_count++] = (char) value;
        machine.uart[port - 0x3f8] = value;
    } else if ((port == 0x60 || port == 0x64) && machine.has_keyboard) {
        keyboard_out(port, value);
    }
}

void port_pause(void)
{
    machine.pauses++;
    if (machine.uart_slow && machine.pauses % 50 == 0)
        machine.uart_jammed = false;
}

static int fresh_machine(void **state)
{
    (void) state;
    memset(&machine, 0, sizeof machine);
    machine.has_uart = machine.has_keyboard = true;
    machine.config = CONFIG_KEYBOARD_OFF;
    return 0;
}

/* ---- serial port ---- */

static void a_uart_is_found_and_set_to_115200_8n1(void **state)
{
    (void) state;
    struct uart u;
    assert_true(uart_init(&u, 0x3f8));
    assert_true(u.has_fifo);
    assert_int_equal(machine.uart[3], 3);
    assert_int_equal(machine.uart[1], 1);       /* interrupt for received bytes */
    assert_int_equal(machine.uart[4], 0x0b);    /* OUT2 on, loop off */
    uart_write(&u, 'x');
    assert_int_equal(machine.sent[machine.sent_count - 1], 'x');
}

static void a_missing_uart_is_noticed_and_never_waited_for(void **state)
{
    (void) state;
    struct uart u;
    uint8_t byte;
    machine.has_uart = false;
    assert_false(uart_init(&u, 0x3f8));
    unsigned long before = machine.reads;
    uart_write(&u, 'x');
    assert_false(uart_read(&u, &byte));
    assert_int_equal(machine.reads, before);
}

static void a_uart_of_any_make_is_found(void **state)
{
    (void) state;
    struct uart u;
    machine.no_loop = true;
    assert_true(uart_init(&u, 0x3f8));
    machine.no_loop = false;
    machine.no_scratch = true;
    assert_true(uart_init(&u, 0x3f8));
    assert_int_equal(machine.uart[4], 0x0b);
}

static void a_bus_that_repeats_its_last_byte_is_no_uart(void **state)
{
    (void) state;
    struct uart u;
    machine.has_uart = false;
    machine.bus_repeats = true;
    assert_false(uart_init(&u, 0x3f8));
}

static void a_uart_that_jams_costs_a_bounded_time_and_recovers(void **state)
{
    (void) state;
    struct uart u;
    assert_true(uart_init(&u, 0x3f8));
    machine.uart_jammed = true;
    for (int i = 0; i < 1000; i++)
        uart_write(&u, 'x');
    assert_true(machine.reads < 10000 && machine.pauses <= 2000);
    size_t before = machine.sent_count;
    machine.uart_jammed = false;
    uart_write(&u, 'y');
    assert_int_equal(machine.sent_count, before + 1);
}

static void a_uart_with_a_slow_reader_loses_nothing(void **state)
{
    (void) state;
    struct uart u;
    assert_true(uart_init(&u, 0x3f8));
    machine.uart_slow = true;
    size_t before = machine.sent_count;
    for (int i = 0; i < 20; i++) {
        machine.uart_jammed = true;
        uart_write(&u, 'x');
    }
    assert_int_equal(machine.sent_count, before + 20);
}

static void a_uart_hands_out_what_it_received_in_order(void **state)
{
    (void) state;
    struct uart u;
    uint8_t byte;
    assert_true(uart_init(&u, 0x3f8));
    machine.received = "ab";
    assert_true(uart_read(&u, &byte));
    assert_int_equal(byte, 'a');
    assert_true(uart_read(&u, &byte));
    assert_int_equal(byte, 'b');
    assert_false(uart_read(&u, &byte));
}

/* ---- a driver's serial port ---- */

static void a_uart_is_adopted_with_what_it_has_received_and_sends_what_it_takes(void **state)
{
    (void) state;
    struct uart u;
    uint8_t byte;
    machine.received = "a";
    uart_adopt(&u, 0x3f8);
    assert_int_equal(machine.uart[1], 0);
    size_t before = machine.sent_count;
    assert_int_equal(uart_send_some(&u, (const uint8_t *) "0123456789abcdefgh", 18), 18);
    machine.uart_jammed = true;
    assert_int_equal(uart_send_some(&u, (const uint8_t *) "x", 1), 0);
    assert_int_equal(machine.sent_count, before + 18);
    assert_memory_equal(machine.sent + before, "0123456789abcdefgh", 18);
    assert_true(uart_read(&u, &byte));
    assert_int_equal(byte, 'a');
    uart_listen(&u, true, true);
    assert_int_equal(machine.uart[1], 3);
    uart_listen(&u, false, true);
    assert_int_equal(machine.uart[1], 2);
    assert_false(uart_interrupt_waits(&u));
}

/* ---- keyboard ---- */

static void a_keyboard_controller_is_set_as_a_whole_and_its_mouse_is_off(void **state)
{
    (void) state;
    struct keyboard k;
    assert_true(keyboard_init(&k));
    assert_int_equal(machine.config, 0x65);
    assert_true(machine.keyboard_scans);
}

static void expect_key(struct keyboard *k)
{
    uint8_t code;
    machine.codes = (const uint8_t[]) { 0x1e, 0 };
    assert_true(keyboard_read(k, &code));
    assert_int_equal(code, 0x1e);
    assert_false(keyboard_read(k, &code));
    machine.codes = NULL;
}

/* The lights shall be on; then the keyboard's answers are read. */
static void light(struct keyboard *k, uint8_t lights)
{
    uint8_t code;
    keyboard_light(k, lights);
    for (int i = 0; i < 10 && keyboard_read(k, &code); i++)
        continue;
    assert_false(keyboard_read(k, &code));
}

static void lights_are_as_they_shall_be(void **state)
{
    (void) state;
    struct keyboard k;
    machine.lights = 7;             /* as a BIOS may have left them */
    assert_true(keyboard_init(&k));
    assert_int_equal(machine.lights, 0);
    light(&k, 4);
    assert_int_equal(machine.lights, 4);
    light(&k, 6);
    assert_int_equal(machine.lights, 6);
    expect_key(&k);
}

static void lights_that_change_while_the_keyboard_is_told_are_told_after_that(void **state)
{
    (void) state;
    struct keyboard k;
    uint8_t code;
    assert_true(keyboard_init(&k));
    keyboard_light(&k, 4);
    assert_true(keyboard_read(&k, &code));      /* the answer to the command: now it is told 4 */
    k.lights = 2;
    light(&k, 2);
    assert_int_equal(machine.lights, 2);
}

static void a_keyboard_that_is_told_of_lights_and_says_nothing_loses_no_key(void **state)
{
    (void) state;
    struct keyboard k;
    assert_true(keyboard_init(&k));
    machine.keyboard_silent = true;
    light(&k, 4);
    light(&k, 0);
    expect_key(&k);
    machine.keyboard_silent = false;
    light(&k, 2);
    assert_int_equal(machine.lights, 2);
    expect_key(&k);
}

static void a_keyboard_is_adopted_with_its_keys_whatever_its_driver_has_left(void **state)
{
    (void) state;
    struct keyboard k;
    uint8_t code;
    assert_true(keyboard_init(&k));
    keyboard_light(&k, 4);                      /* its driver ends after the first half */
    machine.said = 0;
    machine.config = CONFIG_KEYBOARD_OFF;
    machine.codes = (const uint8_t[]) { 0x1e, 0 };
    keyboard_adopt(&k, 2);
    bool typed = false;
    while (keyboard_read(&k, &code))
        typed = typed || code == 0x1e;
    assert_true(typed);
    assert_int_equal(machine.config, 0x65);
    light(&k, 2);
    assert_int_equal(machine.lights, 2);
    expect_key(&k);
}

static void a_mouse_that_was_left_on_keeps_no_key_back(void **state)
{
    (void) state;
    struct keyboard k;
    machine.mouse_reports = true;
    machine.config = 0x47;
    assert_true(keyboard_init(&k));
    expect_key(&k);
}

/* One that somebody switches on again, or a controller that cannot switch it off. */
static void bytes_of_a_mouse_are_taken_and_are_no_keys(void **state)
{
    (void) state;
    struct keyboard k;
    uint8_t code = 99;
    assert_true(keyboard_init(&k));
    machine.mouse_reports = true;
    machine.config &= (uint8_t) ~CONFIG_MOUSE_OFF;
    assert_true(keyboard_read(&k, &code));
    assert_int_equal(code, 0);
    machine.mouse_reports = false;
    expect_key(&k);
}

static void a_keyboard_controller_that_answers_nothing_still_types(void **state)
{
    (void) state;
    struct keyboard k;
    machine.keyboard_silent = true;
    assert_true(keyboard_init(&k));
    assert_true(machine.reads < 1000 && machine.pauses <= 200);
    expect_key(&k);
}

static void a_missing_keyboard_controller_is_noticed(void **state)
{
    (void) state;
    struct keyboard k;
    uint8_t code;
    machine.has_keyboard = false;
    assert_false(keyboard_init(&k));
    assert_false(keyboard_read(&k, &code));
}

static void a_keyboard_controller_that_never_gets_ready_is_given_up(void **state)
{
    (void) state;
    struct keyboard k;
    machine.keyboard_dead = true;
    assert_false(keyboard_init(&k));
    assert_true(machine.reads < 100000);
}

static void a_keyboard_controller_that_never_runs_dry_is_given_up(void **state)
{
    (void) state;
    struct keyboard k;
    machine.keyboard_babbles = true;
    assert_false(keyboard_init(&k));
    assert_true(machine.reads < 100000);
}

/* ---- queue ---- */

static void a_queue_keeps_order_and_refuses_when_full(void **state)
{
    (void) state;
    static struct fifo f;
    f.head = f.tail = 0xfffffff0u;      /* also across the wrap of its counters */
    for (unsigned i = 0; i < FIFO_SIZE; i++)
        assert_true(fifo_put(&f, (uint8_t) i));
    assert_false(fifo_put(&f, 0));
    assert_int_equal(f.lost, 1);
    assert_int_equal(fifo_peek(&f, 0), 0);
    assert_int_equal(fifo_peek(&f, 300), 300 & 0xff);
    fifo_drop(&f, 10);
    assert_int_equal(fifo_count(&f), FIFO_SIZE - 10);
    assert_int_equal(fifo_peek(&f, 0), 10);
}

#define M(f) cmocka_unit_test_setup(f, fresh_machine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        M(a_uart_is_found_and_set_to_115200_8n1),
        M(a_missing_uart_is_noticed_and_never_waited_for),
        M(a_uart_of_any_make_is_found),
        M(a_bus_that_repeats_its_last_byte_is_no_uart),
        M(a_uart_that_jams_costs_a_bounded_time_and_recovers),
        M(a_uart_with_a_slow_reader_loses_nothing),
        M(a_uart_hands_out_what_it_received_in_order),
        M(a_uart_is_adopted_with_what_it_has_received_and_sends_what_it_takes),
        M(a_keyboard_controller_is_set_as_a_whole_and_its_mouse_is_off),
        M(lights_are_as_they_shall_be),
        M(lights_that_change_while_the_keyboard_is_told_are_told_after_that),
        M(a_keyboard_that_is_told_of_lights_and_says_nothing_loses_no_key),
        M(a_keyboard_is_adopted_with_its_keys_whatever_its_driver_has_left),
        M(a_mouse_that_was_left_on_keeps_no_key_back),
        M(bytes_of_a_mouse_are_taken_and_are_no_keys),
        M(a_keyboard_controller_that_answers_nothing_still_types),
        M(a_missing_keyboard_controller_is_noticed),
        M(a_keyboard_controller_that_never_gets_ready_is_given_up),
        M(a_keyboard_controller_that_never_runs_dry_is_given_up),
        M(a_queue_keeps_order_and_refuses_when_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
