/* SPDX-License-Identifier: MIT */
/* links: kernel/timer.c */
/* Times decoded and encoded (1.4) in 128 bits; the wheel against a table of sleepers. */
#include "input.h"
#include "kernel/ipc.h"
#include "kernel/sched.h"
#include "kernel/timer.h"

enum { SLEEPERS = 64 };

static uint64_t clock_us;
static uint64_t ticks;
uint8_t sched_wanted;
static struct {
    struct thread thread;
    bool sleeps;
    uint64_t since, until; /* ticks */
} sleeper[SLEEPERS];

uint64_t arch_tick_us(void) { return ticks * 999847 / 1000; }
static bool pretends; /* clock_us is the clock */
uint64_t arch_clock_us(void) { return pretends ? clock_us : arch_tick_us(); }
void sched_tick(uint32_t us) { REQUIRE(us == 1000); }
void panic(const char *format, ...)
{
    fprintf(stderr, "panic: %s\n", format);
    abort();
}

void ipc_expire(struct thread *t)
{
    for (int i = 0; i < SLEEPERS; i++) {
        if (&sleeper[i].thread != t)
            continue;
        REQUIRE(sleeper[i].sleeps);
        REQUIRE(arch_tick_us() >= sleeper[i].until);
        sleeper[i].sleeps = false;
        return;
    }
    abort();
}

static void check_time(uint16_t time)
{
    uint64_t us = timeout_us(time);
    if (time == 0) {
        REQUIRE(us == TIMEOUT_NEVER && !timeout_is_zero(time));
    } else if (time & 0x8000) { /* a point: spec 1.4, B, m, e, c */
        unsigned e = time >> 11 & 15;
        unsigned long long unit = 1ull << e, span = unit << 10;
        unsigned long long at = clock_us / span * span + (time & 1023) * unit;
        if (clock_us / span % 2 != (time >> 10 & 1))
            at += span;
        REQUIRE(us == (at > clock_us ? at - clock_us : 0));
        REQUIRE(timeout_is_zero(time) == (at <= clock_us));
        REQUIRE(us <= 2 * span);
    } else {
        unsigned long long length = time & 1023;
        for (unsigned e = time >> 10 & 31; e > 0; e--)
            length *= 2;
        REQUIRE(us == length && timeout_is_zero(time) == (length == 0));
        uint16_t again = timeout_encode(us);
        REQUIRE(timeout_us(again) == us); /* lossless: it was a period */
    }
}

static void check_length(uint64_t us)
{
    uint16_t time = timeout_encode(us);
    REQUIRE(!(time & 0x8000));
    if (us >= 1024ull << 31) {
        REQUIRE(time == 0);
        return;
    }
    uint64_t back = timeout_us(time);
    REQUIRE(back <= us && (us < 1024 ? back == us : us - back <= us / 512));
}

static void start(int i, uint16_t time)
{
    uint64_t us = timeout_us(time);
    if (sleeper[i].sleeps)
        timer_disarm(&sleeper[i].thread);
    sleeper[i].sleeps = us != TIMEOUT_NEVER;
    if (!sleeper[i].sleeps)
        return;
    timer_arm(&sleeper[i].thread, time);
    sleeper[i].until = arch_tick_us() + us;
}

static void tick(bool busy)
{
    ticks++;
    timer_tick();
    if (busy) /* the kernel is not left: what many sleepers want is put off */
        return;
    while (timer_catch_up())
        ;
    for (int i = 0; i < SLEEPERS; i++)
        REQUIRE(!sleeper[i].sleeps || sleeper[i].until > arch_tick_us()); /* nobody is late */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    for (int i = 0; i < SLEEPERS; i++) {
        if (sleeper[i].sleeps)
            timer_disarm(&sleeper[i].thread);
        sleeper[i].sleeps = false;
    }
    timer_init();
    for (int i = 0; i < SLEEPERS; i++)
        list_init(&sleeper[i].thread.in_wheel);
    for (unsigned budget = 3000; input_left(&in) && budget > 0; budget--) {
        unsigned what = take(&in, 1);
        switch (what % 6) {
        case 0:
            clock_us = (uint64_t)take(&in, 4) << (what / 6 % 32) ^ take(&in, 2);
            pretends = true;
            check_time((uint16_t)take(&in, 2));
            pretends = false;
            break;
        case 1:
            check_length((uint64_t)take(&in, 4) << (what / 6 % 32));
            break;
        case 2:
            start((int)(take(&in, 1) % SLEEPERS), (uint16_t)take(&in, 2));
            break;
        case 3: /* a length that ticks of this run can reach */
            start((int)(take(&in, 1) % SLEEPERS), (uint16_t)(1 + take(&in, 2) % 1023) | (what / 6 % 12) << 10);
            break;
        case 4: {
            int i = (int)(take(&in, 1) % SLEEPERS);
            timer_disarm(&sleeper[i].thread);
            sleeper[i].sleeps = false;
            break;
        }
        case 5:
            for (unsigned n = 1u << (what / 6 % 10); n > 0 && budget > 0; n--, budget--)
                tick(what >= 128 && n % 4);
            break;
        }
    }
    return 0;
}
