/* SPDX-License-Identifier: MIT */
/* Sends random messages to every server and to threads that it has no business with:
 *      garbage [ROUNDS [SEED [wild]]]
 * Nobody may hang, die, or hand over anything because of it.  Handles of its own are left alone: with
 * those it may destroy itself, and `wild` is for that.  The console is never written to. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/misc.h>
#include <l4/thread.h>

#define PATIENCE 2000   /* us for a server to listen, and again to answer */

static uint32_t random_state;
static bool wild;

static uint32_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* A number below `limit`. */
static uint32_t random_below(uint32_t limit)
{
    return random_word() % limit;
}

/* ---- the receivers ---- */

static L4_Word_t user_base;

/* Servers most of the time, else any thread number near the start with any small task id. */
static L4_ThreadId_t random_target(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    switch (random_below(8)) {
    case 0:
        return L4_GlobalId(user_base, 1);               /* sigma0 */
    case 1:
        return L4_GlobalId(user_base + 2, 1);           /* wortel */
    case 2:
        return L4_ThreadIdOfRaw(data->physmem_control.server);
    case 3:
        return L4_ThreadIdOfRaw(data->task.server);
    case 4:
        return L4_ThreadIdOfRaw(data->console.server);
    case 5:
        return L4_GlobalId(random_below(16), 1);        /* interrupts */
    default:
        return L4_GlobalId(user_base + random_below(80),
                           random_below(2) ? 1 + random_below(8) : 513 + random_below(16));
    }
}

/* ---- what ---- */

/* The client index in handles that are ours, in any server: words that carry it are not sent
 * first. */
static bool own_handle(L4_Word_t word)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t client = word >> 18;
    return client == data->physmem_control.cap >> 18 || client == data->task.cap >> 18 ||
           client == data->console.cap >> 18;
}

/* Any capability of ours but the console. */
static L4_Word_t handle_of_ours(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const L4_Word_t ours[] = { data->physmem_control.cap, data->memory.cap, data->image.cap,
                               data->startup.cap, data->task.cap };
    return ours[random_below(sizeof ours / sizeof ours[0])];
}

static L4_Word_t random_handle(void)
{
    L4_Word_t word;
    if (wild && random_below(2))
        return handle_of_ours();
    do
        word = random_below(2) ? random_below(16) << 18 | random_below(8) : random_word();
    while (own_handle(word));
    return word;
}

static L4_Word_t random_label(void)
{
    switch (random_below(6)) {
    case 0:
        return 128 + random_below(24);          /* physmem */
    case 1:
        return 512 + random_below(40);          /* task */
    case 2:
        return 768 + random_below(20);          /* deva */
    case 3:
        return 0x100 + random_below(8);         /* capabilities */
    case 4:
        return 0xff80 + random_below(0x80);     /* faults, exceptions, interrupts, sigma0 */
    default:
        return random_word() & 0xffff;          /* wortel, and anything */
    }
}

static L4_Word_t random_argument(void)
{
    switch (random_below(4)) {
    case 0:
        return random_below(16);
    case 1:
        return random_below(1 << 20) << 12;
    case 2:
        return ~random_below(4096);
    default:
        return random_word();
    }
}

/* Fills MR0.. with a message: mostly words, at times map items or words that look like items. */
static void compose(void)
{
    L4_Word_t words = random_below(8) ? random_below(8) : random_below(64);
    L4_Word_t typed = random_below(6) ? 0 : random_below(64 - words);
    L4_LoadMR(0, random_label() << 16 | typed << 6 | words);
    L4_LoadMR(1, random_handle());
    for (L4_Word_t i = 2; i <= words; i++)
        L4_LoadMR((int) i, random_argument());
    for (L4_Word_t i = 1; i <= typed; i++)
        L4_LoadMR((int) (words + i), random_below(2) ? 8 | random_below(16) << 12 : random_word());
}

/* `task` kills a task that reports an exception of its own to it, and that would end the game. */
static void tame(void)
{
    L4_Word_t tag;
    L4_StoreMR(0, &tag);
    if (tag >> 16 >= 0xff00)
        L4_LoadMR(0, tag & 0x0fffffff);
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 5000;
    random_state = argc > 2 ? (uint32_t) strtoul(argv[2], NULL, 0) : 0x9e3779b9u;
    wild = argc > 3 && !strcmp(argv[3], "wild");
    if (random_state == 0)
        random_state = 1;
    user_base = L4_ThreadIdUserBase(L4_GetKernelInterface());

    unsigned long answered = 0;
    L4_Time_t patience = L4_TimePeriod(PATIENCE);
    for (unsigned long i = 0; i < rounds; i++) {
        L4_ThreadId_t target = random_target();
        compose();
        if (L4_IsThreadEqual(target, L4_ThreadIdOfRaw(__hurd_startup_data->task.server)))
            tame();
        if (L4_IpcSucceeded(L4_Call_Timeouts(target, patience, patience)))
            answered++;
    }
    printf("garbage: %lu messages sent, %lu answered\n", rounds, answered);
    return 0;
}
