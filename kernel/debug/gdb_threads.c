/* SPDX-License-Identifier: MIT */
/* L4 threads as gdb's threads, and the monitor commands. */
#include "../sched.h"
#include "gdb.h"
#include "trace.h"

#define RESET_PORT  0x64
#define RESET_PULSE 0xFE
#define TRACE_PAGES 64 /* of a ring, if gdb does not say */
#define TRACE_KB_MOST 100000 /* digits behind are not read */

word_t gdb_thread_id(const struct thread *t)
{
    return t == idle_thread ? GDB_IDLE : t->id;
}

struct thread *gdb_thread_find(word_t id)
{
    if (id == GDB_IDLE)
        return idle_thread;
    list_for_each(n, &all_threads)
    {
        struct thread *t = list_entry(n, struct thread, in_all);
        if (t->id == id)
            return t;
    }
    return NULL;
}

/* ---- words.  In some packets text goes as two digits a character; `put` is which. */

static void (*put)(char c) = gdb_char;

static void put_output(char c)
{
    gdb_byte((uint8_t)c);
}

static void put_text(const char *s)
{
    while (*s)
        put(*s++);
}

static void put_decimal(word_t value)
{
    word_t unit = 1;
    while (value / unit >= 10)
        unit *= 10;
    for (; unit; unit /= 10)
        put((char)('0' + value / unit % 10));
}

static void put_hex(word_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static void put_id(word_t id)
{
    if (id == L4_ID_ANY || id == L4_ID_ANYLOCAL || id == L4_ID_NIL) {
        put_text(id == L4_ID_ANY ? "anybody" : id ? "anybody in its space" : "nobody");
        return;
    }
    if (id_is_local(id)) {
        put_text("local ");
        put_hex(id);
        return;
    }
    put_decimal(id >> L4_ID_VERSION_BITS);
    put('.');
    put_decimal(id & L4_ID_VERSION_MASK);
}

static void put_name(const struct thread *t)
{
    if (t == idle_thread)
        put_text("idle");
    else
        put_id(t->id);
}

static void put_kind(const struct thread *t)
{
    static const char *const kinds[] = {"",
                                        ", a page fault",
                                        ", an IO fault",
                                        ", an exception",
                                        ", the end of its time",
                                        ", its start",
                                        ", an interrupt"};
    if (t->kind < ARRAY_LEN(kinds))
        put_text(kinds[t->kind]);
}

static void put_state(const struct thread *t)
{
    if (t == current) {
        put_text("runs");
        return;
    }
    switch (thread_state(t)) {
    case THREAD_INACTIVE:
        put_text("not started");
        break;
    case THREAD_READY:
        put_text("ready");
        break;
    case THREAD_SENDING:
        put_text("sends to ");
        put_id(t->partner->id);
        put_kind(t);
        break;
    case THREAD_RECEIVING:
        put_text("waits for ");
        put_id(accepts_of(t));
        put_kind(t);
        break;
    case THREAD_STOPPED:
        put_text("stopped");
        break;
    case THREAD_ENGAGED:
        put_text("in a string copy");
        break;
    default:
        put_text("interrupt");
        break;
    }
    if (t->halted)
        put_text(", halted");
}

void gdb_thread_words(const struct thread *t)
{
    put = put_output;
    put_state(t);
    put = gdb_char;
}

static void thread_xml(const struct thread *t)
{
    put_text("<thread id=\"");
    gdb_hex(gdb_thread_id(t));
    put_text("\" name=\"");
    put_name(t);
    put_text("\">");
    put_state(t);
    put_text("</thread>");
}

void gdb_threads_xml(void)
{
    put = gdb_char;
    put_text("<?xml version=\"1.0\"?><threads>");
    thread_xml(idle_thread);
    list_for_each(n, &all_threads) thread_xml(list_entry(n, struct thread, in_all));
    put_text("</threads>");
}

/* For a gdb without XML: as many as fit. */
void gdb_threads_list(void)
{
    word_t left = GDB_PACKET / 9 - 1; /* eight digits and a comma each */
    gdb_begin();
    gdb_char('m');
    gdb_hex(GDB_IDLE);
    list_for_each(n, &all_threads)
    {
        if (!left--)
            break;
        gdb_char(',');
        gdb_hex(list_entry(n, struct thread, in_all)->id);
    }
    gdb_send();
}

/* ---- monitor commands */

static void line_begin(void)
{
    put = put_output;
    gdb_begin();
    gdb_char('O');
}

static void line_end(void)
{
    put('\n');
    gdb_send();
}

static void say_line(const char *s)
{
    line_begin();
    put_text(s);
    line_end();
}

static void ps_line(const struct thread *t)
{
    line_begin();
    put_id(t->id);
    put_text("  priority ");
    put_decimal(t->priority);
    put_text("  space ");
    put_hex(t->space->directory_phys);
    put_text("  ");
    put_state(t);
    line_end();
}

static void monitor_ps(void)
{
    list_for_each(n, &all_threads) ps_line(list_entry(n, struct thread, in_all));
}

static void monitor_ptab(const char *at)
{
    word_t v;
    paddr_t p;
    if (!gdb_take(&at, ' ') || (gdb_take_word(&at, "0x"), !gdb_take_hex(&at, &v)) || *at) {
        say_line("ptab ADDRESS, in hexadecimal");
        return;
    }
    line_begin();
    put_hex(v);
    if (gdb_translate(v, &p)) {
        put_text(" is at ");
        put_hex(p);
    } else {
        put_text(" is not mapped");
    }
    put_text(", in the space of ");
    put_name(gdb_stop.thread);
    line_end();
}

/* The size in KB behind `on`, in pages.  0: it is no size. */
static word_t take_pages(const char **at)
{
    word_t kb = 0;
    if (!**at)
        return TRACE_PAGES;
    while (gdb_take(at, ' '))
        ;
    for (; **at >= '0' && **at <= '9' && kb < TRACE_KB_MOST; ++*at)
        kb = kb * 10 + (word_t)(**at - '0');
    return kb / (PAGE_SIZE / 1024);
}

static void trace_turn(word_t pages)
{
    if (!(gdb_stop.frame->cs & 3))
        say_line("the kernel is at work: continue to a stop in a program first");
    else if (!trace_set(pages))
        say_line("the kernel has no memory for so many records");
}

static void trace_say(void)
{
    bool on;
    word_t written = trace_written(&on);
    line_begin();
    put_text(on ? "the trace is on, " : "the trace is off, ");
    put_decimal(written);
    put_text(" records were written");
    line_end();
}

static void monitor_trace(const char *at)
{
    bool asks = !*at, on = gdb_take_word(&at, " on"), off = gdb_take_word(&at, " off");
    word_t pages = on ? take_pages(&at) : 0;
    if (*at || !(asks || off || pages)) {
        say_line("trace, trace on [KB] or trace off");
        return;
    }
    if (!asks)
        trace_turn(pages);
    trace_say();
}

static void reboot(void)
{
    gdb_answer("OK");
    out8(RESET_PORT, RESET_PULSE);
    struct {
        uint16_t limit;
        word_t base;
    } __attribute__((packed)) none = {0, 0};
    __asm__ volatile("lidt %0; int3"
                     :
                     : "m"(none)); /* a machine without that controller: no gate, no way on */
    arch_halt();
}

void gdb_monitor(const char *command)
{
    if (gdb_take_word(&command, "ptab"))
        monitor_ptab(command);
    else if (gdb_take_word(&command, "ps"))
        monitor_ps();
    else if (gdb_take_word(&command, "trace"))
        monitor_trace(command);
    else if (gdb_take_word(&command, "reboot"))
        reboot();
    else {
        say_line("ps              all threads");
        say_line("ptab ADDRESS    the frame of an address, in the space of the thread that gdb "
                 "looks at");
        say_line("trace [on [KB]] the kernel's trace: is it on?  Turns it on; trace off: off");
        say_line("reboot          resets the machine");
    }
    put = gdb_char;
    gdb_answer("OK");
}
