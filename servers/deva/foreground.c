/* SPDX-License-Identifier: MIT */
/* The foreground is a task or a group of tasks.  `task` says which task is in which group, because
 * deva never asks it.  Before: console.c, which gets bytes and requests. */
#include "foreground.h"
#include "console.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/task.h>

enum { CTRL_C = 3, CTRL_Z = 26 };
enum { MEMBERS_MOST = 272, TASKS = 1 << 14 };   /* more than there can be tasks; their ids */
enum { HEIRS = 16 };

static struct member {
    uint16_t task, group;
} members[MEMBERS_MOST];
static unsigned member_count;

/* Groups that may take the console, though they have it not: those that gave it on since the owner
 * gave it away, and those whose tasks came from such a group.  The latest is the first; the one
 * that has not given it on for longest makes room. */
static uint16_t heirs[HEIRS];

/* ---- its members ---- */

static struct member *member_of(unsigned task)
{
    for (unsigned i = 0; i < member_count; i++) {
        if (members[i].task == task)
            return &members[i];
    }
    return NULL;
}

bool foreground_has(unsigned task)
{
    const struct member *m = console.foreground ? member_of(task) : NULL;
    return console.foreground == 0 || console.foreground == task ||
           (m && m->group == console.foreground);
}

bool foreground_is_given(void)
{
    return console.foreground != console.owner;
}

/* ---- which tasks may change it ---- */

static bool is_heir(unsigned group)
{
    unsigned i = 0;
    while (i < HEIRS && heirs[i] != group)
        i++;
    return group && i < HEIRS;
}

static void heir_add(unsigned group)
{
    unsigned i = 0;
    while (i < HEIRS - 1 && heirs[i] != group)
        i++;
    memmove(heirs + 1, heirs, i * sizeof *heirs);
    heirs[0] = (uint16_t) group;
}

static bool has_right(unsigned task)
{
    const struct member *m = member_of(task);
    return task == console.owner || foreground_has(task) || is_heir(task) ||
           (m && is_heir(m->group));
}

/* Nobody takes the console away from an owner that uses it, nor from a program to which the owner
 * gave it and that did not start the caller. */
static bool may_change(unsigned task)
{
    return !console.owner || (foreground_is_given() && has_right(task));
}

void foreground_note_group(unsigned task, unsigned group)
{
    struct member *m = member_of(task);
    if (foreground_is_given() && has_right(task))
        heir_add(group);
    if (!m && member_count < MEMBERS_MOST)
        m = &members[member_count++];
    if (m)
        *m = (struct member) { (uint16_t) task, (uint16_t) group };
    console_serve_readers();
}

static bool has_members(unsigned group)
{
    unsigned i = 0;
    while (i < member_count && members[i].group != group)
        i++;
    return i < member_count;
}

void foreground_forget_task(unsigned task)
{
    bool was_in = console.foreground && foreground_has(task);
    struct member *m = member_of(task);
    if (m)
        *m = members[--member_count];
    if (was_in)
        console_line_ends();
    if (task == console.owner)
        console.owner = console.foreground = 0;
    else if (was_in && !has_members(console.foreground))
        console.foreground = has_members(console.given) ? console.given : console.owner;
}

/* ---- keys that are signals ---- */

/* What was typed before was for the program that ends or stops now, so it is forgotten. */
static void key_typed(uint8_t byte)
{
    console.typed.interrupts += byte == CTRL_C;
    console.typed.suspends += byte == CTRL_Z;
    fifo_drop(&console.input, fifo_count(&console.input));
    console_line_ends();
    console_write(byte == CTRL_C ? "^C\n" : "^Z\n", 3);
}

static bool is_key(uint8_t byte)
{
    return byte == CTRL_C || byte == CTRL_Z;
}

void foreground_input(uint8_t byte)
{
    if (is_key(byte) && foreground_is_given() && !(console.modes.flags & HURD_DEVA_MODE_KEYS))
        key_typed(byte);
    else
        fifo_put(&console.input, byte);
}

/* Looks for a key that was typed before keys were counted.  Forgets it and all bytes before it. */
static void take_early_key(void)
{
    for (unsigned i = fifo_count(&console.input); i-- > 0;) {
        uint8_t byte = fifo_peek(&console.input, i);
        if (is_key(byte)) {
            console.typed.interrupts += byte == CTRL_C;
            console.typed.suspends += byte == CTRL_Z;
            fifo_drop(&console.input, i + 1);
            return;
        }
    }
}

/* ---- requests ---- */

static void set_foreground(unsigned task)
{
    if (task != console.foreground)
        console_line_ends();
    console.foreground = task;
    if (task == console.owner)
        memset(&console.modes, 0, sizeof console.modes);
    else if (!(console.modes.flags & HURD_DEVA_MODE_KEYS))
        take_early_key();
}

int foreground_serve(struct hurd_cap_call *call)
{
    bool asks = call->words == 2 && call->arg[1] == HURD_DEVA_FOREGROUND_ASK;
    if (call->words != 2 || (!asks && call->arg[1] >= TASKS))
        return EINVAL;
    console_receive();
    call->reply[2] = console.foreground;
    if (!asks) {
        console.owner = call->task;
        console.given = call->arg[1];
        memset(heirs, 0, sizeof heirs);
        heir_add(console.given);
        set_foreground(call->arg[1]);
    }
    call->reply[0] = console.typed.interrupts;
    call->reply[1] = console.typed.suspends;
    call->reply_words = 3;
    console.typed = (struct typed) { 0 };
    console_serve_readers();
    return 0;
}

int foreground_serve_modes(struct hurd_cap_call *call)
{
    enum { WORDS = sizeof console.modes / sizeof(L4_Word_t) };
    if (call->words < 1 || call->words > 1 + WORDS ||
        (call->words > 1 && call->arg[1] & ~(HURD_DEVA_MODE_SILENT | HURD_DEVA_MODE_KEYS)))
        return EINVAL;
    if (call->words > 1 && !may_change(call->task))
        return EPERM;
    if (call->words > 1) {
        memset(&console.modes, 0, sizeof console.modes);
        memcpy(&console.modes, &call->arg[1], (call->words - 1) * sizeof(L4_Word_t));
    }
    memcpy(call->reply, &console.modes, sizeof console.modes);
    call->reply_words = WORDS;
    return 0;
}

int foreground_serve_group(struct hurd_cap_call *call)
{
    bool sets = call->words == 2;
    if ((!sets && call->words != 1) || (sets && (call->arg[1] == 0 || call->arg[1] >= TASKS)))
        return EINVAL;
    if (sets && !may_change(call->task))
        return EPERM;
    if (sets) {
        heir_add(console.foreground);
        set_foreground(call->arg[1]);
    }
    call->reply[0] = console.foreground;
    call->reply_words = 1;
    console_serve_readers();
    return 0;
}
