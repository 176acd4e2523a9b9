/* SPDX-License-Identifier: MIT */
/* Gives a part of the console to its driver, talks with it, and takes the part back.  deva waits
 * for no driver, except in part_put(), with a limit.  Before: device.c (requests), console.c
 * (output).  After: console.c, which drives a part itself while no driver has it. */
#include "parts.h"
#include "console.h"
#include "favour.h"
#include "hardware.h"
#include "interrupts.h"
#include "lease.h"
#include "owned.h"

#include <errno.h>
#include <stdio.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>

enum { PATIENCE = 2000000 };    /* us, for a driver that is far behind */

static struct lease leases[PARTS];     /* their memory is touched only when a driver comes */

static struct place {
    const char *name;
    struct hurd_device owns;
    struct lease *lease;
    bool behind;                /* the driver has not caught up in time */
    L4_ThreadId_t driver;       /* valid while the part is lent */
} places[PARTS] = {
    [PART_SCREEN] = {
        "the screen",
        { .count = 2, .resource = { { HURD_RESOURCE_PORTS, SCREEN_PORTS, 2 },
                                    { HURD_RESOURCE_MEMORY, SCREEN_PHYSICAL, SCREEN_BYTES } } },
        &leases[PART_SCREEN], false, { 0 },
    },
    [PART_SERIAL] = {
        "the serial port",
        { .count = 2, .resource = { { HURD_RESOURCE_PORTS, 0x3F8, 8 },
                                    { HURD_RESOURCE_IRQ, IRQ_SERIAL, 0 } } },
        &leases[PART_SERIAL], false, { 0 },
    },
    [PART_KEYBOARD] = {
        "the keyboard",
        { .count = 3, .resource = { { HURD_RESOURCE_PORTS, 0x60, 1 },
                                    { HURD_RESOURCE_PORTS, 0x64, 1 },
                                    { HURD_RESOURCE_IRQ, IRQ_KEYBOARD, 0 } } },
        &leases[PART_KEYBOARD], false, { 0 },
    },
};

static unsigned lent;           /* how many parts are */
static uint64_t next_tick;      /* valid while one is */
static bool look;               /* a part was taken back: perhaps there is input */

static enum part number(const struct place *p)
{
    return (enum part) (p - places);
}

/* NULL: the device makes no interrupt, because it has nothing to say. */
static const struct hurd_resource *line_of(const struct place *p)
{
    const struct hurd_resource *last = &p->owns.resource[p->owns.count - 1];
    return last->kind == HURD_RESOURCE_IRQ ? last : NULL;
}

static uint64_t now(void)
{
    return L4_SystemClock().raw;
}

/* ---- which device is which part ---- */

static bool owns(const struct hurd_device *all, const struct hurd_resource *r)
{
    if (r->kind == HURD_RESOURCE_IRQ)
        return owned_line(all, r->base) != NULL;
    return owned_has(all, r->kind, r->base, r->size);
}

enum part part_of(const struct hurd_device *is)
{
    for (unsigned part = 0; part < PARTS; part++) {
        unsigned i = 0;
        while (i < is->count && owns(&places[part].owns, &is->resource[i]))
            i++;
        if (i > 0 && i == is->count)
            return part;
    }
    return PARTS;
}

bool part_has(enum hurd_resource_kind kind, L4_Word_t base, L4_Word_t size)
{
    const struct hurd_device asked = { .count = 1, .resource = { { kind, base, size } } };
    for (const struct place *p = places; p < places + PARTS; p++) {
        if (owned_conflict(&asked, &p->owns))
            return true;
    }
    return false;
}

/* ---- lending and taking back ---- */

static L4_Fpage_t card_fpage(void)
{
    return L4_FpageAddRights(L4_Fpage((L4_Word_t) console.card, SCREEN_BYTES), L4_FullyAccessible);
}

/* deva maps ports and the card's memory on, so it can take them away. */
static void unmap(const struct place *p)
{
    for (unsigned i = 0; i < p->owns.count; i++) {
        const struct hurd_resource *r = &p->owns.resource[i];
        if (r->kind == HURD_RESOURCE_PORTS)
            L4_UnmapFpage(L4_FpageAddRights(L4_IoFpage(r->base, (int) r->size),
                                            L4_FullyAccessible));
        if (r->kind == HURD_RESOURCE_MEMORY)
            L4_UnmapFpage(card_fpage());
    }
}

/* Gives the part's interrupt, if it has one, to a thread.  Pre: no thread has it. */
static int line_attach(const struct place *p, L4_ThreadId_t thread)
{
    return line_of(p) ? interrupt_attach(line_of(p)->base, thread) : 0;
}

static void line_detach(const struct place *p, unsigned task)
{
    if (line_of(p))
        interrupt_detach(line_of(p)->base, task);
}

/* deva drives the part again.  Pre: no thread has its interrupt. */
static void resume(struct place *p)
{
    lent--;
    lease_end(p->lease);
    hardware_resume(number(p));
    while (fifo_count(&p->lease->out) > 0) {
        hardware_send(number(p), fifo_peek(&p->lease->out, 0));
        fifo_drop(&p->lease->out, 1);
    }
    line_attach(p, L4_MyGlobalId());
    look = true;
}

static void take_back(struct place *p, const char *why)
{
    char text[96];
    favour_end(L4_Version(p->driver));
    line_detach(p, L4_Version(p->driver));
    unmap(p);
    resume(p);
    int size = snprintf(text, sizeof text, "deva: the driver of %s %s: it has the device no more\n",
                        p->name, why);
    console_write(text, (unsigned) size);
}

int part_serve_drive(struct hurd_cap_call *call, const struct hurd_device *is)
{
    if (call->words != 2 || part_of(is) == PARTS)
        return EINVAL;
    struct place *p = &places[part_of(is)];
    L4_ThreadId_t pager = { .raw = call->arg[1] };
    if (!L4_IsGlobalId(pager) || L4_Version(pager) != call->task)
        return EPERM;
    if (!hardware_present(number(p)))
        return ENODEV;
    if (p->lease->lent)
        return EBUSY;
    line_detach(p, HURD_TASK_DEVA);
    if (line_attach(p, call->from)) {
        line_attach(p, L4_MyGlobalId());
        return EIO;
    }
    if (lent++ == 0)
        next_tick = now() + HURD_CONSOLE_TICK;
    p->driver = call->from;
    p->behind = false;
    lease_begin(p->lease, line_of(p) != NULL);
    hardware_lend(number(p));
    favour_begin(p->driver, pager, HURD_CONSOLE_PRIORITY);
    return 0;
}

/* The driver may read the cells, and deva alone writes them. */
int part_serve_picture(struct hurd_cap_call *call, const struct hurd_device *is)
{
    if (call->words != 1 || part_of(is) != PART_SCREEN)
        return EINVAL;
    if (!hardware_present(PART_SCREEN))
        return ENODEV;
    call->reply_words = 1;
    return hurd_cap_give(L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server),
                         console.picture, call->task, HURD_PM_READ, 0, &call->reply[0]);
}

int part_serve_memory(struct hurd_cap_call *call)
{
    if (call->arg[1] != SCREEN_PHYSICAL || call->arg[2] != SCREEN_BYTES)
        return EINVAL;
    if (!hardware_present(PART_SCREEN))
        return ENODEV;
    call->reply[0] = L4_ITEM_MAP;
    call->reply[1] = card_fpage().raw;
    call->reply_typed = 2;
    return 0;
}

void parts_forget_task(unsigned task)
{
    for (struct place *p = places; lent > 0 && p < places + PARTS; p++) {
        if (p->lease->lent && L4_Version(p->driver) == task)
            resume(p);
    }
}

/* ---- talking ---- */

static void tell(struct place *p, bool always)
{
    L4_Word_t words[LEASE_WORDS];
    if (p->lease->ready && fifo_count(&p->lease->out) == 0)
        hardware_offer(number(p));
    unsigned n = lease_tell(p->lease, always, words);
    if (n == 0)
        return;
    L4_LoadMR(0, L4_MakeTag(0, n, 0).raw);
    L4_LoadMRs(1, (int) n, words);
    lease_told(p->lease, words, L4_IpcSucceeded(L4_Reply(p->driver)));
}

/* Returns false if it was nonsense; then the part is not lent any more. */
static bool hear(struct place *p, unsigned label, const L4_Word_t *words, unsigned n)
{
    unsigned given = p->lease->given;
    if (label != HURD_CONSOLE_EXCHANGE || !lease_hear(p->lease, words, n)) {
        take_back(p, "says what makes no sense");
        return false;
    }
    if (p->lease->given < given)
        p->behind = false;
    return true;
}

int part_serve_exchange(struct hurd_cap_call *call, const struct hurd_device *is)
{
    enum part part = part_of(is);
    if (part == PARTS)
        return EINVAL;
    struct place *p = &places[part];
    if (!p->lease->lent || !L4_IsThreadEqual(p->driver, call->from))
        return EPERM;
    return hear(p, call->label, call->arg, call->words) ? HURD_CAP_NO_REPLY : EINVAL;
}

static void refuse(L4_ThreadId_t driver)
{
    L4_LoadMR(0, L4_MakeTag(HURD_DEVA_ERROR, 1, 0).raw);
    L4_LoadMR(1, EINVAL);
    L4_Reply(driver);
}

/* What comes meanwhile from others waits; so does what the driver has received. */
static void wait_for_room(struct place *p)
{
    uint64_t end = now() + PATIENCE;
    while (p->lease->lent && fifo_count(&p->lease->out) == FIFO_SIZE) {
        tell(p, false);
        uint64_t at = now();
        L4_MsgTag_t tag = { 0 };
        bool came = at < end;
        if (came) {
            tag = L4_Receive_Timeout(p->driver, L4_TimePeriod(end - at));
            came = L4_IpcSucceeded(tag);
        }
        p->behind = !came;
        if (!came)
            return;
        L4_Word_t words[63];
        L4_StoreMRs(1, (int) L4_UntypedWords(tag), words);
        if (!hear(p, L4_Label(tag), words, L4_UntypedWords(tag)))
            refuse(p->driver);
    }
}

bool part_lent(enum part part)
{
    return lent > 0 && places[part].lease->lent;
}

bool part_put(enum part part, uint8_t byte)
{
    struct place *p = &places[part];
    if (!part_lent(part))
        return false;
    if (fifo_count(&p->lease->out) == FIFO_SIZE && !p->behind)
        wait_for_room(p);
    if (!part_lent(part))
        return false;
    fifo_put(&p->lease->out, byte);
    return true;
}

bool parts_need_pass(void)
{
    return lent > 0 || look;
}

void parts_spoken(L4_ThreadId_t from)
{
    for (struct place *p = places; lent > 0 && p < places + PARTS; p++) {
        if (L4_IsThreadEqual(p->driver, from))
            p->lease->ready = false;
    }
}

static void tick(void)
{
    for (struct place *p = places; p < places + PARTS; p++) {
        if (p->lease->lent && !lease_tick(p->lease))
            take_back(p, "does not answer");
        tell(p, true);
    }
    next_tick = now() + HURD_CONSOLE_TICK;
}

static void deliver(struct place *p)
{
    if (p->lease->in_count > 0)
        lease_taken(p->lease, hardware_take(number(p), p->lease->in, p->lease->in_count));
}

uint32_t parts_pass(void)
{
    for (struct place *p = places; p < places + PARTS; p++) {
        deliver(p);
        tell(p, false);
    }
    if (look) {
        look = false;
        console_receive();
    }
    if (lent > 0 && now() >= next_tick)
        tick();
    if (lent == 0)
        return look ? 1 : UINT32_MAX;
    uint64_t at = now();
    return look || at >= next_tick ? 1 : (uint32_t) (next_tick - at);
}
