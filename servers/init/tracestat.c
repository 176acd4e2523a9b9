/* SPDX-License-Identifier: MIT */
/* Counts records of the kernel's trace: which task sends to which, and which interrupts come.  If
 * the trace is off, this turns it on for some seconds; if it is on, the records in its ring count.
 * Before: commands.c.  After: wortel, a few records in each message. */
#include "tracestat.h"
#include "lib/shell/language.h"
#include "reports.h"
#include "shell.h"
#include "tracecommand.h"
#include "lib/shell/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/pecan.h>
#include <l4/thread.h>

enum {
    RING_PAGES = 128,
    RECORDS_OF_PAGE = 4096 / (HURD_TRACE_WORDS * 4),
    SECONDS_MOST = 10,
    STEP = 100000,              /* us between two looks for Ctrl-C */
    STEPS_OF_SECOND = 10,
    PAIRS = 64,                 /* that are counted */
    PAIRS_SHOWN = 20,
    LINES = 16,
    INTERRUPT_VERSION = 1,      /* of the threads that interrupts come from */
};

struct pair {
    L4_Word_t from, to;         /* tasks */
    unsigned messages, faults;
};

static struct {
    struct pair pair[PAIRS];
    unsigned pairs, left_out, records;
    unsigned came[LINES];       /* interrupts */
    L4_Word_t handler[LINES];   /* the task that got the last one; 0: the kernel itself */
} counts;

/* ---- records to counts ---- */

static L4_Word_t task_of(L4_Word_t thread)
{
    return L4_Version(L4_ThreadIdOfRaw(thread));
}

static void count_pair(L4_Word_t from, L4_Word_t to, bool is_fault)
{
    unsigned i = 0;
    while (i < counts.pairs && (counts.pair[i].from != from || counts.pair[i].to != to))
        i++;
    if (i == PAIRS) {
        counts.left_out++;
        return;
    }
    struct pair *p = &counts.pair[i];
    if (i == counts.pairs) {
        *p = (struct pair) { .from = from, .to = to };
        counts.pairs++;
    }
    p->messages++;
    p->faults += is_fault;
}

static bool is_interrupt(L4_Word_t thread)
{
    L4_ThreadId_t t = L4_ThreadIdOfRaw(thread);
    return L4_IsGlobalId(t) && L4_Version(t) == INTERRUPT_VERSION && L4_ThreadNo(t) < LINES;
}

/* A thread that is named by its local id is of the sender's task.  A message to an interrupt's
 * thread acknowledges the interrupt. */
static void count_send(L4_Word_t from, L4_Word_t to, bool is_fault)
{
    if (to != L4_nilthread.raw && !is_interrupt(to))
        count_pair(task_of(from), L4_IsLocalId(L4_ThreadIdOfRaw(to)) ? task_of(from) : task_of(to),
                   is_fault);
}

static void count_receive(L4_Word_t receiver, L4_Word_t sender)
{
    if (is_interrupt(sender))
        counts.handler[L4_ThreadNo(L4_ThreadIdOfRaw(sender))] = task_of(receiver);
}

static void count(const L4_Word_t *r)
{
    L4_Word_t kind = r[1] & 0xff, detail = r[1] >> 8 & 0xff;
    counts.records++;
    if (kind == L4_PECAN_TRACE_SEND)
        count_send(r[2], r[3], false);
    else if (kind == L4_PECAN_TRACE_FAULT)
        count_send(r[2], r[7], true);
    else if (kind == L4_PECAN_TRACE_RECEIVE)
        count_receive(r[2], r[4]);
    else if (kind == L4_PECAN_TRACE_IRQ && detail < LINES)
        counts.came[detail]++;
}

/* ---- the trace ---- */

static int call(enum hurd_trace op, L4_Word_t argument, L4_Word_t *written, L4_Word_t *records,
                L4_Word_t *n)
{
    return hurd_wortel_trace(__hurd_startup_data->wortel.cap, op, argument, written, records, n);
}

/* The question itself leaves records, if the trace is on. */
static bool is_on(void)
{
    L4_Word_t records[HURD_TRACE_RECORDS * HURD_TRACE_WORDS], first = 0, second = 0, n;
    return call(HURD_TRACE_READ, 0, &first, records, &n) <= 0 &&
           call(HURD_TRACE_READ, 0, &second, records, &n) <= 0 && second != first;
}

static void wait(unsigned long seconds)
{
    for (unsigned long i = 0; i < seconds * STEPS_OF_SECOND && !shell_interrupted(); i++)
        L4_Sleep(L4_TimePeriod(STEP));
}

/* Counts the last records that are there up to number `end`, as many as our own ring would hold. */
static void count_all(L4_Word_t end)
{
    L4_Word_t records[HURD_TRACE_RECORDS * HURD_TRACE_WORDS], written, n;
    L4_Word_t most = RING_PAGES * RECORDS_OF_PAGE;
    for (L4_Word_t at = end > most ? end - most : 0; at < end;) {
        int error = call(HURD_TRACE_READ, at, &written, records, &n);
        if (error > 0 || (!error && n == 0))
            return;
        if (error < 0) {        /* it is not there any more */
            at++;
            continue;
        }
        for (L4_Word_t i = 0; i < n && at < end; i++, at++)
            count(records + i * HURD_TRACE_WORDS);
    }
}

/* Returns false if there is nothing to show: then this said why. */
static bool collect(const struct words *w)
{
    unsigned long seconds = 1;
    L4_Word_t written;
    if (w->count > 1 && (!words_number(w->word[1], &seconds) || seconds < 1 ||
                         seconds > SECONDS_MOST)) {
        complain("%s: %s is no number of seconds from 1 to %d\n", w->word[0], w->word[1],
                 SECONDS_MOST);
        return false;
    }
    memset(&counts, 0, sizeof counts);
    bool was_on = is_on();
    if (!was_on) {
        if (!tracecommand_good(call(HURD_TRACE_ON, RING_PAGES, &written, NULL, NULL)))
            return false;
        wait(seconds);
    }
    L4_Word_t records[HURD_TRACE_RECORDS * HURD_TRACE_WORDS], n;
    int error = was_on ? call(HURD_TRACE_READ, 0, &written, records, &n)
                       : call(HURD_TRACE_OFF, 0, &written, NULL, NULL);
    if (error > 0)
        return tracecommand_good(error);
    count_all(written);
    if (!was_on)
        call(HURD_TRACE_ON, 0, &written, NULL, NULL);   /* gives the ring's memory back */
    return true;
}

/* ---- tables ---- */

static void sort_pairs(void)
{
    for (unsigned i = 1; i < counts.pairs; i++) {
        for (unsigned k = i; k > 0 && counts.pair[k].messages > counts.pair[k - 1].messages; k--) {
            struct pair p = counts.pair[k];
            counts.pair[k] = counts.pair[k - 1];
            counts.pair[k - 1] = p;
        }
    }
}

void tracestat_ipc(const struct words *w)
{
    if (!collect(w))
        return;
    sort_pairs();
    printf("FROM                        TO                       MESSAGES   FAULTS\n");
    for (unsigned i = 0; i < counts.pairs && i < PAIRS_SHOWN; i++) {
        const struct pair *p = &counts.pair[i];
        printf("%5lu  %-16s  ", p->from, report_task_name(p->from));
        printf("%5lu  %-16s %11u %8u\n", p->to, report_task_name(p->to), p->messages, p->faults);
    }
    if (counts.pairs > PAIRS_SHOWN || counts.left_out)
        printf("more pairs of tasks are left out\n");
    printf("%u records of the trace were counted\n", counts.records);
}

void tracestat_irq(const struct words *w)
{
    if (!collect(w))
        return;
    printf("LINE     CAME  HANDLED BY\n");
    for (unsigned i = 0; i < LINES; i++) {
        if (counts.came[i] && counts.handler[i])
            printf("%4u %8u  task %lu, %s\n", i, counts.came[i], counts.handler[i],
                   report_task_name(counts.handler[i]));
        else if (counts.came[i])
            printf("%4u %8u  %s\n", i, counts.came[i], i == 0 ? "the kernel: its clock" : "-");
    }
    printf("%u records of the trace were counted\n", counts.records);
}
