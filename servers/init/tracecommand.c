/* SPDX-License-Identifier: MIT */
/* The command `trace`.  Called by commands.c.  `trace dump` prints the records as numbers, which
 * tools/trace on another machine reads. */
#include "tracecommand.h"
#include "lib/shell/language.h"
#include "reports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/kip.h>

enum {
    PAGE_KB = 4,
    RING_KB = 256,              /* of `trace on` without a number */
    RING_MOST = 1023 * PAGE_KB, /* as <l4/pecan.h> says */
    DUMP_MOST = 2000, /* records of `trace dump` without a number: 18 seconds of a serial line */
};

bool tracecommand_good(int error)
{
    if (error == ENOSYS)
        complain("trace: this kernel has no trace\n");
    else if (error < 0)
        complain("trace: the kernel has no memory for so many records\n");
    else if (error)
        complain("trace: wortel does not answer: %s\n", strerror(error));
    return error == 0;
}

static int call(enum hurd_trace op, L4_Word_t argument, L4_Word_t *written)
{
    return hurd_wortel_trace(__hurd_startup_data->wortel.cap, op, argument, written, NULL, NULL);
}

static void turn_on(const char *size)
{
    unsigned long kb = RING_KB;
    L4_Word_t written;
    if (size && (!words_number(size, &kb) || kb < PAGE_KB || kb > RING_MOST))
        complain("trace: %s is no size: say a number of KB from %d to %d\n", size, PAGE_KB,
               RING_MOST);
    else if (tracecommand_good(call(HURD_TRACE_ON, kb / PAGE_KB, &written)))
        printf("the kernel's trace is on: a ring of %lu KB\n", kb);
}

static void turn_off(void)
{
    L4_Word_t written;
    if (tracecommand_good(call(HURD_TRACE_OFF, 0, &written)))
        printf("the kernel's trace is off; it wrote %lu records\n", written);
}

static void print_name(L4_Word_t task, const char *name)
{
    printf("trace: task %lu %s\n", task, name);
}

static void print_record(const L4_Word_t *r)
{
    printf("trace:");
    for (int i = 0; i < HURD_TRACE_WORDS; i++)
        printf(" %lx", r[i]);
    putchar('\n');
}

/* The last `most` records that are there, the oldest first.  The trace is turned off before. */
static void dump(const char *number)
{
    L4_Word_t records[HURD_TRACE_RECORDS * HURD_TRACE_WORDS], written, count;
    unsigned long most = DUMP_MOST;
    if (number && !words_number(number, &most)) {
        complain("trace: %s is no number of records\n", number);
        return;
    }
    if (!tracecommand_good(call(HURD_TRACE_OFF, 0, &written)))
        return;
    printf("trace: %lu kHz\n", L4_ProcDescInternalFreq(L4_ProcDesc(L4_GetKernelInterface(), 0)));
    report_each_task(print_name);
    for (L4_Word_t at = written > most ? written - most : 0; at < written;) {
        int error = hurd_wortel_trace(__hurd_startup_data->wortel.cap, HURD_TRACE_READ, at,
                                      &written, records, &count);
        if (error < 0) { /* the ring is smaller than that */
            at++;
            continue;
        }
        if (!tracecommand_good(error) || count == 0)
            return;
        for (L4_Word_t i = 0; i < count; i++)
            print_record(records + i * HURD_TRACE_WORDS);
        at += count;
    }
    printf("trace: end\n");
}

static void say_state(void)
{
    L4_Word_t records[HURD_TRACE_RECORDS * HURD_TRACE_WORDS], written, count;
    int error = hurd_wortel_trace(__hurd_startup_data->wortel.cap, HURD_TRACE_READ, 0, &written,
                                  records, &count);
    if (error > 0) {
        tracecommand_good(error);
        return;
    } /* below 0: record 0 is not there any more, or there is no ring */
    printf("%lu records were written since the trace was turned on.\n"
           "`trace on` records what enters and leaves the kernel, `trace off` ends that, and\n"
           "`trace dump` prints it for tools/trace.\n",
           written);
}

void tracecommand_obey(const struct words *w)
{
    const char *verb = w->count > 1 ? w->word[1] : "", *operand = w->count > 2 ? w->word[2] : NULL;
    if (!*verb)
        say_state();
    else if (!strcmp(verb, "on"))
        turn_on(operand);
    else if (!strcmp(verb, "off") && !operand)
        turn_off();
    else if (!strcmp(verb, "dump"))
        dump(operand);
    else
        complain("trace: say trace, trace on [KB], trace off or trace dump [RECORDS]\n");
}
