/* SPDX-License-Identifier: MIT */
/* The longest stretch with interrupts off, in a CHECK build.  The clock is read at every entry,
 * exit and preemption point and around idle; under `-icount shift=0` the time-stamp counter counts
 * instructions.  Reports go to port 0xE9 (QEMU: -debugcon file:NAME), apart from the console that
 * users write to.  Each is a line, with numbers in hexadecimal:
 *   irqoff INSTRUCTIONS VECTOR FROM TO    a new record: the vector of the last entry, and the
 *                                         kernel addresses where the stretch began and ended
 *   missed VECTOR FROM TO                 two beginnings without an end between them, or two ends:
 *                                         the clock is wrong
 *   late INSTRUCTIONS                     a new record of another witness: how long a tick of the
 *                                         PIT had been waiting when its interrupt was taken.  A
 *                                         long stretch that comes often cannot hide from it. */
#include "irqoff.h"

#include "../arch/x86/x86.h"

#define DEBUG_CONSOLE 0xE9
#define COUNT_NS 838u

static struct {
    uint32_t began, worst;
    word_t from, vector;
    bool runs, booted, ticked;
    uint32_t latest;
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

static void report(const char *what, const word_t *words, size_t count)
{
    say(what);
    for (size_t i = 0; i < count; i++) {
        say(" ");
        say_hex(words[i]);
    }
    say("\n");
}

static void missed(word_t from, word_t to)
{
    const word_t words[] = {stretch.vector, from, to};
    report("missed", words, ARRAY_LEN(words));
}

static void begin(word_t from)
{
    if (stretch.runs)
        missed(stretch.from, from);
    stretch.from = from;
    stretch.runs = true;
    stretch.began = cycles();
}

/* Nanoseconds, and so instructions, since the tick whose interrupt this is. */
static void look_at_tick(void)
{
    out8(PIT_MODE, 0x00); /* latch channel 0 */
    uint32_t left = in8(PIT_COUNTER);
    left |= (uint32_t)in8(PIT_COUNTER) << 8;
    word_t late = (PIT_DIVISOR - left) * COUNT_NS;
    bool first = !stretch.ticked; /* waited for the end of the boot */
    stretch.ticked = true;
    if (first || left > PIT_DIVISOR || late <= stretch.latest)
        return;
    stretch.latest = late;
    report("late", &late, 1);
}

void irqoff_enter(word_t vector)
{
    if (!cpu_has(CPU_TSC))
        return;
    begin((word_t)__builtin_return_address(0));
    stretch.vector = vector;
    if (vector == IRQ_VECTOR)
        look_at_tick();
}

void irqoff_begin(void)
{
    if (cpu_has(CPU_TSC))
        begin((word_t)__builtin_return_address(0));
}

void irqoff_end(void)
{
    word_t to = (word_t)__builtin_return_address(0);
    uint32_t length = stretch.runs ? cycles() - stretch.began : 0;
    if (!stretch.runs && stretch.booted && cpu_has(CPU_TSC))
        missed(stretch.from, to);
    stretch.runs = false;
    stretch.booted = true; /* the first end is that of the boot: it does not count */
    if (length <= stretch.worst)
        return;
    stretch.worst = length;
    const word_t words[] = {length, stretch.vector, stretch.from, to};
    report("irqoff", words, ARRAY_LEN(words));
}
