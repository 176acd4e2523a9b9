/* SPDX-License-Identifier: MIT */
/* The longest stretch with interrupts off, in a CHECK build.  The clock is read at every entry, exit and
 * preemption point and around idle; under `-icount shift=0` the time-stamp counter counts instructions.
 * Each new record goes to port 0xE9 (QEMU: -debugcon file:NAME), apart from the console that users
 * write to, as a line
 *   irqoff INSTRUCTIONS VECTOR FROM TO
 * in hexadecimal: the vector of the last entry, and the kernel addresses where the stretch began and ended. */
#include "irqoff.h"

#include "../arch/x86/x86.h"

#define DEBUG_CONSOLE 0xE9

static struct {
    uint32_t began, worst;
    word_t from, vector;
    bool runs;
} stretch;

static uint32_t cycles(void)
{
    uint32_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

static void say_hex(word_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        out8(DEBUG_CONSOLE, "0123456789abcdef"[value >> shift & 15]);
}

static void say(const char *s)
{
    while (*s)
        out8(DEBUG_CONSOLE, (uint8_t)*s++);
}

static void begin(word_t from)
{
    stretch.from = from;
    stretch.runs = true;
    stretch.began = cycles();
}

void irqoff_enter(word_t vector)
{
    stretch.vector = vector;
    if (cpu.tsc)
        begin((word_t)__builtin_return_address(0));
}

void irqoff_begin(void)
{
    if (cpu.tsc)
        begin((word_t)__builtin_return_address(0));
}

void irqoff_end(void)
{
    uint32_t length = stretch.runs ? cycles() - stretch.began : 0;
    stretch.runs = false;
    if (length <= stretch.worst)
        return;
    stretch.worst = length;
    const word_t words[] = {length, stretch.vector, stretch.from, (word_t)__builtin_return_address(0)};
    say("irqoff");
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        say(" ");
        say_hex(words[i]);
    }
    say("\n");
}
