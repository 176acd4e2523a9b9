/* SPDX-License-Identifier: MIT */
/* Messages by lot to deva about devices, to the driver framework, and to the drivers of devices other
 * than disks: straydev TASK [ROUNDS [SEED]], with run -d.  TASK is the framework's task id.  Each
 * message has to be answered within five seconds, and at the end the framework and deva must do what
 * they are asked.  tests/guest/disk/stray.c does this to drivers of disks. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/bus.h>
#include <hurd/cap.h>
#include <hurd/clock.h>
#include <hurd/deva.h>
#include <hurd/net.h>
#include <hurd/speaker.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "tests/guest/lot.h"

enum {
    PATIENCE = 5000000,         /* us */
    ERROR = 0x8000,             /* the label of a refusal, of all of them */
    HANDLES = 16,
    FIRST_NUMBER = 36,          /* of our devices: fabrica gives none so high here */
    NUMBERS = 8,
    THREADS = 4096,
    LOOKS = 50,                 /* for the framework's thread, */
    PAUSE = 10000,              /* us between two */
    WORDS = 60,
};

static L4_ThreadId_t deva, fabrica;
static L4_Word_t master, self, handle[HANDLES];
static struct lot_tally tally;

static L4_Word_t any_word(void)
{
    static const L4_Word_t edges[] = { 0, 1, 2, 3, 7, 8, 15, 16, 47, 48, 0x2F8, 0x378, 0xB8000, 0xFFFF, 0x10000,
                                       0xE0000000, 0x7FFFFFFF, 0x80000000, 0xFFFFF000, 0xFFFFFFFF };
    switch (draw(6)) {
    case 0: case 1:
        return handle[draw(HANDLES)];
    case 2:
        return draw(64);
    case 3:
        return L4_MyGlobalId().raw;
    case 4:
        return edges[draw(sizeof edges / sizeof edges[0])];
    default:
        return draw(0xFFFFFFFF);
    }
}

/* ---- to deva ---- */

/* Capabilities for devices that this machine has, and for such as cannot be. */
static unsigned grant_words(L4_Word_t *word)
{
    static const struct hurd_resource good[] = {
        { HURD_RESOURCE_PORTS, 0x2F8, 8 }, { HURD_RESOURCE_PORTS, 0x378, 3 }, { HURD_RESOURCE_IRQ, 3, 0 },
        { HURD_RESOURCE_IRQ, 5, 1 }, { HURD_RESOURCE_MEMORY, 0xE0000000, 0x1000 },
    };
    unsigned resources = draw(4);
    const L4_Word_t head[] = { master, draw(8) ? self : any_word(), FIRST_NUMBER + draw(NUMBERS),
                               draw(8) ? HURD_DEVICE_OTHER : any_word(), draw(8) ? 0 : any_word(), 7, draw(4) == 0 };
    memcpy(word, head, sizeof head);
    for (unsigned i = 0; i < resources; i++) {
        struct hurd_resource r = good[draw(sizeof good / sizeof good[0])];
        if (draw(8) == 0)
            r = (struct hurd_resource) { draw(5), any_word(), any_word() };
        memcpy(word + 7 + 3 * i, &r, sizeof r);
    }
    return 7 + 3 * resources + (draw(16) == 0);
}

static L4_Word_t device_label(void)
{
    static const L4_Word_t labels[] = {
        HURD_DEVICE_GRANT, HURD_DEVICE_GRANT, HURD_DEVICE_DESCRIBE, HURD_DEVICE_DRIVER_REGISTER,
        HURD_DEVICE_DRIVER_FIND, HURD_DEVICE_DRIVER_ARCHIVE, HURD_DEVA_INFO, HURD_DEVA_IRQ_ATTACH,
        HURD_DEVA_IRQ_DETACH, HURD_DEVA_PORTS_MAP, HURD_DEVA_MEMORY_MAP, HURD_DEVA_DMA_MEMORY,
        HURD_DEVA_BLOCK_REGISTER, HURD_DEVA_BLOCK_CHECK, HURD_CAP_DROP, HURD_CAP_DROP,
    };
    return labels[draw(sizeof labels / sizeof labels[0])];
}

/* The master capability is for grants: what else it may do, it may, and it would be our fault. */
static unsigned deva_draw(L4_Word_t *label, L4_Word_t *word)
{
    static const uint8_t usual[HURD_DEVICE_ALIVE + 1] = {
        [HURD_DEVICE_DESCRIBE] = 1, [HURD_DEVICE_DRIVER_REGISTER] = 2, [HURD_DEVICE_DRIVER_FIND] = 3,
        [HURD_DEVICE_DRIVER_ARCHIVE] = 1, [HURD_DEVA_INFO] = 1, [HURD_DEVA_IRQ_ATTACH] = 3,
        [HURD_DEVA_IRQ_DETACH] = 2, [HURD_DEVA_PORTS_MAP] = 2, [HURD_DEVA_MEMORY_MAP] = 3,
        [HURD_DEVA_DMA_MEMORY] = 3, [HURD_DEVA_BLOCK_REGISTER] = 4, [HURD_DEVA_BLOCK_CHECK] = 3,
    };
    *label = device_label();
    if (*label == HURD_DEVICE_GRANT)
        return grant_words(word);
    unsigned n = draw(8) && *label < sizeof usual ? usual[*label] : draw(WORDS);
    n = n ? n : 1;
    for (unsigned i = 0; i < n; i++)
        word[i] = any_word();
    word[0] = handle[draw(HANDLES)];
    if (*label == HURD_CAP_DROP && word[0] == master)
        word[0] = 0;
    return n;
}

/* ---- to the framework and the drivers ---- */

static unsigned fabrica_draw(L4_Word_t *label, L4_Word_t *word)
{
    *label = draw(16) ? HURD_BUS_DEVICE + draw(4) : draw(0xFF00);
    unsigned n = draw(8) ? 1 + draw(2) : draw(WORDS);
    for (unsigned i = 0; i < n; i++)
        word[i] = draw(2) ? draw(50) : any_word();
    return n;
}

/* A beep is not to last: there are many of them. */
static unsigned driver_draw(L4_Word_t *label, L4_Word_t *word)
{
    static const L4_Word_t labels[] = { HURD_DEVICE_ALIVE, HURD_CLOCK_READ, HURD_SPEAKER_BEEP, HURD_NET_INFO,
                                        HURD_NET_WRITE, HURD_NET_SEND, HURD_NET_RECEIVE, HURD_NET_READ };
    *label = draw(16) ? labels[draw(sizeof labels / sizeof labels[0])] : draw(0xFF00);
    unsigned n = draw(8) ? draw(4) : draw(WORDS);
    for (unsigned i = 0; i < n; i++)
        word[i] = any_word();
    if (*label == HURD_SPEAKER_BEEP && n == 2 && word[1] > 1)
        word[1] = HURD_SPEAKER_LONGEST + 1;
    return n;
}

static L4_ThreadId_t any_driver(void)
{
    struct hurd_driver driver;
    enum hurd_device_class class = HURD_DEVICE_CLOCK + draw(3);
    if (hurd_driver_find(deva, master, class, draw(2), &driver) ||
        L4_IsThreadEqual(driver.thread, L4_MyGlobalId()))
        return L4_nilthread;
    return driver.thread;
}

/* ---- one message ---- */

static void learn(L4_Word_t label, L4_MsgTag_t tag)
{
    L4_Word_t first = 0;
    if (L4_UntypedWords(tag) > 0)
        L4_StoreMR(1, &first);
    if (L4_Label(tag) == ERROR && first > 0 && first < LOT_ERRNOS) {
        tally.answers[first]++;
    } else if (L4_Label(tag) == 0) {
        tally.answers[0]++;
        if (label == HURD_DEVICE_GRANT)
            handle[1 + draw(HANDLES - 1)] = first;
    } else {
        tally.strange++;
    }
}

static void send_one(void)
{
    L4_Word_t label, word[WORDS + 4];
    L4_ThreadId_t to = deva;
    unsigned n;
    switch (draw(4)) {
    case 0:
        to = fabrica;
        n = fabrica_draw(&label, word);
        break;
    case 1:
        to = any_driver();
        n = driver_draw(&label, word);
        break;
    default:
        n = deva_draw(&label, word);
    }
    if (L4_IsNilThread(to) || label == HURD_DEVICE_INTERRUPT || label == HURD_DEVICE_IRQ_DONE)
        return;
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, n, word);
    L4_MsgTag_t tag = L4_Call_Timeouts(to, L4_TimePeriod(PATIENCE), L4_TimePeriod(PATIENCE));
    if (L4_IpcSucceeded(tag))
        learn(label, tag);
    else
        tally.unanswered++;
}

/* ---- the parent of it all ---- */

/* No server names the framework's thread, so each thread of its task is asked. */
static bool fabrica_find(L4_Word_t task)
{
    for (unsigned look = 0; look < LOOKS; look++) {
        for (unsigned number = 1; number < THREADS; number++) {
            L4_ThreadId_t thread = L4_GlobalId(number, task);
            L4_LoadMR(0, L4_MakeTag(HURD_BUS_DEVICE, 1, 0).raw);
            L4_LoadMR(1, 0);
            L4_MsgTag_t tag = L4_Call_Timeouts(thread, L4_ZeroTime, L4_TimePeriod(PATIENCE));
            if (L4_IpcSucceeded(tag) && L4_Label(tag) == 0 && L4_UntypedWords(tag) > 10) {
                fabrica = thread;
                return true;
            }
        }
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return false;
}

static bool master_find(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    deva = L4_ThreadIdOfRaw(data->console.server);
    master = data->console.cap + 1;
    self = L4_Version(L4_MyGlobalId());
    for (int i = 0; i < LOOKS; i++) {
        L4_Word_t kind, parts;
        if (!hurd_deva_info(deva, master, &kind, &parts))
            return kind == HURD_DEVA_KIND_MASTER;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return false;
}

static int still_serves(void)
{
    struct hurd_bus_device d;
    const struct hurd_device device = { FIRST_NUMBER, HURD_DEVICE_OTHER, 0, 0, 0, 0, {{ 0 }} };
    L4_Word_t h;
    int err = hurd_bus_device(fabrica, 0, &d);
    if (!err && hurd_bus_rescan(fabrica, &h, &h) != EPERM)
        err = EINVAL;
    if (!err)
        err = hurd_device_grant(deva, master, self, &device, &h);
    if (!err)
        err = hurd_driver_register(deva, h, L4_MyGlobalId());
    return err;
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    lot_seed(argc > 3 ? (uint32_t) strtoul(argv[3], NULL, 10) : 0);
    if (argc < 2 || !master_find() || !fabrica_find(strtoul(argv[1], NULL, 10))) {
        printf("straydev: no framework, or no right to devices\n");
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < HANDLES; i++)
        handle[i] = i % 2 ? master + 1 + i : 0;
    for (unsigned long i = 0; i < rounds; i++)
        send_one();
    lot_report("straydev", rounds, &tally);
    int err = still_serves();
    if (err)
        printf("straydev: now they do not serve: %s\n", strerror(err));
    return tally.unanswered || tally.strange || err ? EXIT_FAILURE : EXIT_SUCCESS;
}
