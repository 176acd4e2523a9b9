/* SPDX-License-Identifier: MIT */
/* Messages by lot to the driver of a disk: stray [ROUNDS [SEED]], with run -b.  Labels and words
 * are drawn from those that mean something and from those that do not.  Each has to be answered
 * within five seconds, and at the end the driver must do what it is asked.  The sectors are
 * overwritten. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "tests/guest/lot.h"

enum {
    PAGE = 4096,
    PAGES = 16,
    PATIENCE = 5000000,         /* us */
    HANDLES = 24,
};

static L4_ThreadId_t deva, driver;
static L4_Word_t capability, container;
static L4_Word_t handle[HANDLES];       /* that the driver has given us */
static struct lot_tally tally;

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_Word_t any_word(void)
{
    static const L4_Word_t edges[] = { 0, 1, 7, 8, 9, 2047, 2048, 2049, 4096, 0x7FFFFFFF, 0x80000000,
                                       0xFFFFF000, 0xFFFFFFFF };
    switch (draw(8)) {
    case 0: case 1: case 2:
        return handle[draw(HANDLES)];
    case 3:
        return draw(PAGES) * PAGE;
    case 4:
        return draw(64);
    case 5:
        return edges[draw(sizeof edges / sizeof edges[0])];
    case 6:
        return L4_MyGlobalId().raw;
    default:
        return draw(0xFFFFFFFF);
    }
}

static L4_Word_t any_label(void)
{
    switch (draw(16)) {
    case 0:
        return draw(0xFF00);    /* from there on the kernel speaks, and is not answered */
    case 1: case 2:
        return HURD_CAP_CANCEL + draw(8);
    default:
        return HURD_BLOCK_OPEN + draw(9);
    }
}

/* The right number of words, mostly. */
static unsigned words_for(L4_Word_t label)
{
    if (draw(8) == 0)
        return draw(60);
    switch (label) {
    case HURD_BLOCK_READ: case HURD_BLOCK_WRITE:
        return 5 + !draw(8);    /* some with a tag */
    case HURD_BLOCK_BUFFER:
        return 2;
    default:
        return 1;
    }
}

/* A reference for the driver, or 0.  When it has too many, all end, although it may use them. */
static L4_Word_t new_reference(void)
{
    L4_Word_t reference = 0;
    if (hurd_pm_container_share(physmem(), container, L4_Version(driver), 6, &reference))
        hurd_pm_container_revoke(physmem(), container, L4_Version(driver), NULL);
    return reference;
}

/* Mostly what could be meant, so that it gets past the first questions. */
static void words_draw(L4_Word_t label, unsigned n, L4_Word_t *word)
{
    for (unsigned i = 0; i < n; i++)
        word[i] = any_word();
    if (n == 1 && label == HURD_BLOCK_OPEN && draw(2))
        word[0] = capability;
    if (n == 2 && label == HURD_BLOCK_BUFFER && draw(2))
        word[1] = new_reference();
    if (n >= 5 && n <= 6 && draw(4)) {
        word[0] = handle[0];
        word[1] = handle[1];
        word[2] = draw(PAGES) * PAGE;
        word[3] = draw(4000);
        word[4] = draw(64);
    }
}

static void learn(L4_Word_t label, L4_MsgTag_t tag)
{
    L4_Word_t first = 0;
    if (L4_UntypedWords(tag) > 0)
        L4_StoreMR(1, &first);
    if (L4_Label(tag) == HURD_BLOCK_ERROR && first > 0 && first < LOT_ERRNOS) {
        tally.answers[first]++;
    } else if (L4_Label(tag) == 0) {
        tally.answers[0]++;
        if (label == HURD_BLOCK_OPEN || label == HURD_BLOCK_BUFFER)
            handle[label == HURD_BLOCK_OPEN ? 2 * draw(HANDLES / 2) : 2 * draw(HANDLES / 2) + 1] =
                first;
    } else {
        tally.strange++;
    }
}

static void send_one(void)
{
    L4_Word_t label = any_label(), word[64];
    unsigned n = words_for(label);
    words_draw(label, n, word);
    bool typed = draw(64) == 0 && n < 60;
    L4_LoadMR(0, L4_MakeTag(label, n, typed ? 2 : 0).raw);
    L4_LoadMRs(1, n, word);
    if (typed) {                /* a nil map item */
        L4_LoadMR((int) n + 1, 8);
        L4_LoadMR((int) n + 2, 0);
    }
    L4_MsgTag_t tag = L4_Call_Timeouts(driver, L4_TimePeriod(PATIENCE), L4_TimePeriod(PATIENCE));
    if (L4_IpcSucceeded(tag))
        learn(label, tag);
    else if (!typed)            /* nobody there takes it */
        tally.unanswered++;
}

static bool find_driver(void)
{
    L4_Word_t drivers;
    deva = L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
    for (int i = 0; i < 100; i++) {
        if (!hurd_block_capability(deva, __hurd_startup_data->console.cap, &capability) &&
            !hurd_deva_block_find(deva, capability, &driver, &drivers))
            return !hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                             &container) &&
                   !hurd_pm_container_allocate(physmem(), container, 0, 0, PAGES * PAGE, NULL);
        L4_Sleep(L4_TimePeriod(10000));
    }
    return false;
}

/* All handles given up, and then as any program does. */
static int still_serves(void)
{
    struct hurd_block block;
    L4_Word_t client = handle[0] & ~0x3FFFFu;
    for (L4_Word_t i = 0; i < 1024; i++) {
        while (!hurd_cap_drop(driver, client | i))
            continue;
    }
    int err = hurd_block_open(&block, deva, capability);
    if (!err)
        err = hurd_block_use(&block, physmem(), container, 6);
    if (!err)
        err = hurd_block_write(&block, 0, 0, PAGES * HURD_BLOCK_PER_PAGE, NULL);
    return err ? err : hurd_block_read(&block, 0, 0, PAGES * HURD_BLOCK_PER_PAGE, NULL);
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    lot_seed(argc > 2 ? (uint32_t) strtoul(argv[2], NULL, 10) : 0);
    if (!find_driver()) {
        printf("stray: no disk\n");
        return EXIT_FAILURE;
    }
    for (unsigned long i = 0; i < rounds; i++)
        send_one();
    lot_report("stray", rounds, &tally);
    int err = still_serves();
    if (err)
        printf("stray: now the driver does not serve: %s\n", strerror(err));
    return tally.unanswered || tally.strange || err ? EXIT_FAILURE : EXIT_SUCCESS;
}
