/* SPDX-License-Identifier: MIT */
/* gdb's stub: why the machine stands still, and the packets until it goes on.  gdb.h names the
 * other files.
 *
 * Every packet gets an answer: an empty one if it is not known, an error if it is
 * malformed.  Threads are the L4 threads, by their global ids.  Only the thread at which the
 * machine stands can be stepped; the others go on when it does. */
#include "gdb.h"

#define VECTOR_DEBUG      1
#define VECTOR_BREAKPOINT 3
#define MASTER            0x20 /* the interrupt controller of COM2's line */
#define EOI               0x20

#define DR6_STEP          0x4000u
#define FLAG_RESUME       0x10000u
#define SIGNAL_INTERRUPT  2
#define SIGNAL_TRAP       5
#define CTRL_C            3

#define ERROR_SYNTAX      "E01"
#define ERROR_TOO_LONG    "E07"
#define ERROR_MEMORY      "E0e"
#define ERROR_REFUSED     "E16"

bool gdb_wanted, gdb_waits, gdb_here, gdb_inside;

static struct {
    bool wanted; /* the next debug exception of this thread is the end of a step */
    word_t thread; /* its id */
    int end; /* a debug register at the end of a step over SYSENTER; -1: none */
} step = {.end = -1};
static bool trap_works; /* the processor takes debug exceptions; an emulator may not */
static bool probing;
static bool says_reasons; /* gdb knows swbreak and hwbreak */
static bool connected;    /* gdb has asked something; before, no stop is reported */

static struct {
    word_t signal;
    enum { WHY_NOTHING, WHY_SOFT, WHY_HARD, WHY_WATCH } what;
    word_t type; /* of the watchpoint */
    vaddr_t address;
} why;

char gdb_stack[GDB_STACK] __attribute__((aligned(16), used)); /* gdb_entry.asm runs us on it */

/* ---- answers */

static void say_stop(void)
{
    static const char *const watch[] = {[2] = "watch:", [3] = "rwatch:", [4] = "awatch:"};
    gdb_begin();
    gdb_char('T');
    gdb_byte((uint8_t)why.signal);
    if (why.what == WHY_WATCH) {
        gdb_text(watch[why.type]);
        gdb_hex(why.address);
        gdb_char(';');
    } else if (why.what != WHY_NOTHING && says_reasons) {
        gdb_text(why.what == WHY_SOFT ? "swbreak:;" : "hwbreak:;");
    }
    gdb_text("thread:");
    gdb_hex(gdb_thread_id(current));
    gdb_char(';');
    gdb_send();
}

static void answer_if(bool good, const char *error)
{
    gdb_answer(good ? "OK" : error);
}

/* A sentence on gdb's terminal. */
static void say(const char *s)
{
    gdb_begin();
    gdb_char('O');
    while (*s)
        gdb_byte((uint8_t)*s++);
    gdb_send();
}

static void packet_g(void)
{
    gdb_begin();
    for (word_t n = 0; n < GDB_REGISTERS; n++)
        gdb_register_write(n);
    gdb_send();
}

/* The general registers are what can be set; the rest of the packet may be anything. */
static void packet_G(const char *at)
{
    word_t values[10];
    uint8_t *bytes = (uint8_t *)values;
    for (size_t i = 0; i < sizeof values; i++)
        if (!gdb_take_byte(&at, &bytes[i])) {
            gdb_answer(ERROR_SYNTAX);
            return;
        }
    bool good = true;
    for (word_t n = 0; n < ARRAY_LEN(values); n++)
        good &= gdb_register_set(n, values[n]);
    answer_if(good, ERROR_REFUSED);
}

static void packet_p(const char *at)
{
    word_t n;
    if (!gdb_take_hex(&at, &n) || n >= GDB_REGISTERS) {
        gdb_answer(ERROR_SYNTAX);
        return;
    }
    gdb_begin();
    gdb_register_write(n);
    gdb_send();
}

static void packet_P(const char *at)
{
    word_t n, value;
    uint8_t *bytes = (uint8_t *)&value;
    bool good = gdb_take_hex(&at, &n) && gdb_take(&at, '=');
    for (size_t i = 0; good && i < sizeof value; i++)
        good = gdb_take_byte(&at, &bytes[i]);
    if (good)
        answer_if(gdb_register_set(n, value), ERROR_REFUSED);
    else
        gdb_answer(ERROR_SYNTAX);
}

static uint8_t buffer[GDB_PACKET / 2];

/* Fewer bytes than gdb wants are an answer, too. */
static void packet_m(const char *at)
{
    word_t v, count;
    if (!gdb_take_hex(&at, &v) || !gdb_take(&at, ',') || !gdb_take_hex(&at, &count)) {
        gdb_answer(ERROR_SYNTAX);
        return;
    }
    word_t n = gdb_read(v, buffer, count < sizeof buffer ? count : sizeof buffer);
    if (!n && count) {
        gdb_answer(ERROR_MEMORY);
        return;
    }
    gdb_begin();
    for (word_t i = 0; i < n; i++)
        gdb_byte(buffer[i]);
    gdb_send();
}

static void packet_M(const char *at)
{
    word_t v, count;
    bool good = gdb_take_hex(&at, &v) && gdb_take(&at, ',') && gdb_take_hex(&at, &count) &&
                gdb_take(&at, ':') && count <= sizeof buffer;
    for (word_t i = 0; good && i < count; i++)
        good = gdb_take_byte(&at, &buffer[i]);
    if (!good || *at)
        gdb_answer(ERROR_SYNTAX);
    else
        answer_if(gdb_write(v, buffer, count) == count, ERROR_MEMORY);
}

static void packet_Z(const char *at, bool set)
{
    word_t type, v, length;
    if (!gdb_take_hex(&at, &type) || !gdb_take(&at, ',') || !gdb_take_hex(&at, &v) ||
        !gdb_take(&at, ',') || !gdb_take_hex(&at, &length))
        gdb_answer(ERROR_SYNTAX);
    else if (type > 4)
        gdb_answer("");
    else
        answer_if((set ? gdb_break_set : gdb_break_clear)(type, v, length),
                  type ? ERROR_REFUSED : ERROR_MEMORY);
}

/* ---- what the machine is: the names of the registers for gdb.  st0 to st7 have 80 bits and are
 * not known here. */

static void description(void)
{
    static const char *const names[] = {
        "eax",    "ecx",   "edx",   "ebx",   "esp", "ebp", "esi",   "edi",   "eip",
        "eflags", "cs",    "ss",    "ds",    "es",  "fs",  "gs",    "st0",   "st1",
        "st2",    "st3",   "st4",   "st5",   "st6", "st7", "fctrl", "fstat", "ftag",
        "fiseg",  "fioff", "foseg", "fooff", "fop", "cr0", "cr2",   "cr3",   "cr4"};
    static_assert(ARRAY_LEN(names) == GDB_REGISTERS, "a name a register");
    gdb_text("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM "
             "\"gdb-target.dtd\"><target><architecture>i386</architecture>"
             "<feature name=\"org.gnu.gdb.i386.core\">");
    for (word_t n = 0; n < GDB_REGISTERS; n++) {
        bool x87 = n >= 16 && n < 24;
        if (n == 32)
            gdb_text("</feature><feature name=\"pecan.system\">");
        gdb_text("<reg name=\"");
        gdb_text(names[n]);
        gdb_text(x87                ? "\" bitsize=\"80\" type=\"i387_ext\"/>"
                 : n == 8           ? "\" bitsize=\"32\" type=\"code_ptr\"/>"
                 : n == 4 || n == 5 ? "\" bitsize=\"32\" type=\"data_ptr\"/>"
                                    : "\" bitsize=\"32\" type=\"int32\"/>");
    }
    gdb_text("</feature></target>");
}

static void packet_xfer(const char *at, void (*write)(void))
{
    word_t offset, count;
    if (!gdb_take_hex(&at, &offset) || !gdb_take(&at, ',') || !gdb_take_hex(&at, &count)) {
        gdb_answer(ERROR_SYNTAX);
        return;
    }
    gdb_piece(offset, count);
    write();
    gdb_piece_end();
    gdb_send();
}

/* ---- questions */

static void packet_supported(const char *at)
{
    says_reasons = false;
    for (; *at && !says_reasons; at++)
        says_reasons = gdb_take_word(&at, "swbreak+");
    gdb_begin();
    gdb_text("PacketSize=");
    gdb_hex(GDB_PACKET);
    gdb_text(";qXfer:features:read+;qXfer:threads:read+;swbreak+;hwbreak+");
    gdb_send();
}

static void packet_command(const char *at)
{
    static char command[80];
    size_t n = 0;
    uint8_t c;
    while (n < sizeof command - 1 && gdb_take_byte(&at, &c))
        command[n++] = (char)c;
    command[n] = 0;
    if (*at)
        gdb_answer(ERROR_SYNTAX);
    else
        gdb_monitor(command);
}

static void packet_extra(const char *at)
{
    word_t id;
    struct thread *t = gdb_take_hex(&at, &id) ? gdb_thread_find(id) : NULL;
    gdb_begin();
    if (t)
        gdb_thread_words(t);
    else
        gdb_text(ERROR_SYNTAX);
    gdb_send();
}

/* Offered under QEMU's name, too: what reads physical memory there does so here. */
static void packet_physical(const char *at)
{
    gdb_stop.physical = *at == '1';
    gdb_answer("OK");
}

static void packet_q(const char *at)
{
    if (gdb_take_word(&at, "qSupported"))
        packet_supported(at);
    else if (gdb_take_word(&at, "qXfer:features:read:target.xml:"))
        packet_xfer(at, description);
    else if (gdb_take_word(&at, "qXfer:threads:read::"))
        packet_xfer(at, gdb_threads_xml);
    else if (gdb_take_word(&at, "qfThreadInfo"))
        gdb_threads_list();
    else if (gdb_take_word(&at, "qsThreadInfo"))
        gdb_answer("l");
    else if (gdb_take_word(&at, "qThreadExtraInfo,"))
        packet_extra(at);
    else if (gdb_take_word(&at, "qRcmd,"))
        packet_command(at);
    else if (gdb_take_word(&at, "qAttached"))
        gdb_answer("1");
    else if (gdb_take_word(&at, "qPecan"))
        gdb_answer("kernel"); /* for tools/gdb: not an emulator's stub */
    else if (gdb_take_word(&at, "Qqemu.PhyMemMode:"))
        packet_physical(at);
    else if (gdb_take_word(&at, "qC")) {
        gdb_begin();
        gdb_text("QC");
        gdb_hex(gdb_thread_id(current));
        gdb_send();
    } else
        gdb_answer("");
}

static void packet_H(const char *at)
{
    char what = *at;
    word_t id;
    if (!what || (at++, gdb_take_word(&at, "-1"))) {
        answer_if(what, ERROR_SYNTAX);
        return;
    }
    if (!gdb_take_hex(&at, &id)) {
        gdb_answer(ERROR_SYNTAX);
        return;
    }
    struct thread *t = id ? gdb_thread_find(id) : current;
    if (t && what == 'g') {
        gdb_stop.thread = t;
        gdb_stop.cr3 = 0;
    }
    answer_if(t && (what == 'g' || t == current), ERROR_REFUSED);
}

/* ---- going on */

/* An address in the packet is where to go on. */
static void go(const char *at)
{
    word_t ip;
    if (gdb_take_hex(&at, &ip))
        gdb_stop.frame->eip = ip;
    gdb_stop.frame->eflags |= FLAG_RESUME; /* not into the same breakpoint again */
}

static bool go_step(const char *at)
{
    if (!trap_works) {
        say("This machine takes no debug exceptions (the emulator v86 is one), so nothing can be "
            "stepped.\n");
        gdb_answer(ERROR_REFUSED);
        return false;
    }
    go(at);
    gdb_stop.frame->eflags |= FLAG_TRAP;
    step.wanted = true;
    step.thread = gdb_thread_id(current);
    return true;
}

static void leave(void)
{
    gdb_break_clear_all();
    connected = false;
    go("");
}

/* One packet.  Returns true if the machine goes on. */
static bool packet(char *text)
{
    const char *at = text + 1;
    switch (text[0]) {
    case '?':
        say_stop();
        return false;
    case 'g':
        packet_g();
        return false;
    case 'G':
        packet_G(at);
        return false;
    case 'p':
        packet_p(at);
        return false;
    case 'P':
        packet_P(at);
        return false;
    case 'm':
        packet_m(at);
        return false;
    case 'M':
        packet_M(at);
        return false;
    case 'Z':
        packet_Z(at, true);
        return false;
    case 'z':
        packet_Z(at, false);
        return false;
    case 'H':
        packet_H(at);
        return false;
    case 'q':
    case 'Q':
        packet_q(text);
        return false;
    case 'T': {
        word_t id;
        answer_if(gdb_take_hex(&at, &id) && gdb_thread_find(id), ERROR_SYNTAX);
        return false;
    }
    case 's':
        return go_step(at);
    case 'c':
        go(at);
        return true;
    case 'D':
        gdb_answer("OK");
        leave();
        return true;
    case 'k': /* gdb wants no answer, and a machine is not killed by its cable */
        leave();
        return true;
    default:
        gdb_answer("");
        return false;
    }
}

static void serve(struct trapframe *f, bool begun)
{
    size_t length;
    bool goes_on = false;
    gdb_inside = true;
    gdb_stop = (struct gdb_stop){f, current, 0, false, 0};
    gdb_window_save();
    if (connected && !begun)
        say_stop();
    while (!goes_on) {
        char *text = gdb_line_receive(begun, &length);
        begun = false;
        connected = true;
        if (length == GDB_PACKET)
            gdb_answer(ERROR_TOO_LONG);
        else
            goes_on = packet(text);
    }
    gdb_window_restore();
    gdb_inside = false;
}

/* ---- why the machine stops */

static bool is_stepped(const struct thread *t)
{
    return step.wanted && step.thread == gdb_thread_id(t);
}

/* A thread that should step may wait for a page by now: then the flag is in its own frame. */
static void step_forget(struct trapframe *f)
{
    struct thread *t = step.wanted ? gdb_thread_find(step.thread) : NULL;
    if (t && t->utcb)
        user_frame(t)->eflags &= ~FLAG_TRAP;
    f->eflags &= ~FLAG_TRAP;
    step.wanted = false;
    if (step.end >= 0)
        gdb_debug_disarm(step.end);
    step.end = -1;
}

static void stop(struct trapframe *f, word_t signal)
{
    why.signal = signal;
    step_forget(f);
    serve(f, false);
}

/* Ctrl-C, or the first packet of a gdb that connects while the machine runs. */
static void line_interrupt(struct trapframe *f)
{
    out8(MASTER, EOI);
    /* All bytes: as long as one is there, the port makes no other interrupt. */
    for (int c; (c = gdb_line_poll()) >= 0;) {
        why.what = WHY_NOTHING;
        why.signal = SIGNAL_INTERRUPT;
        if (c == CTRL_C) {
            stop(f, SIGNAL_INTERRUPT);
        } else if (c == '$') {
            step_forget(f);
            serve(f, true);
        }
    }
}

extern void sysenter_entry(void), sysenter_fast(void);

/* SYSENTER with the trap flag set traps on the kernel's first instruction, and forgets the flag:
 * the step ends where the call returns to. */
static void step_over_call(struct trapframe *f)
{
    f->eflags &= ~FLAG_TRAP;
    if (is_stepped(current))
        step.end = gdb_debug_arm(1, f->ebx, 1);
}

static bool debug_exception(struct trapframe *f)
{
    word_t status = gdb_debug_status(), type;
    int hit = gdb_debug_hit(status, &type, &why.address);
    if (probing) {
        trap_works = true;
        f->eflags &= ~FLAG_TRAP;
        return false;
    }
    if (hit >= 0 && hit == step.end && !is_stepped(current)) {
        f->eflags |= FLAG_RESUME;
        return false;
    }
    if (hit >= 0) {
        why.what = hit == step.end ? WHY_NOTHING : type == 1 ? WHY_HARD : WHY_WATCH;
        why.type = type;
        stop(f, SIGNAL_TRAP);
        return false;
    }
    if (!(f->cs & 3) && (f->eip == (word_t)sysenter_fast || f->eip == (word_t)sysenter_entry)) {
        step_over_call(f);
        return false;
    }
    if (!is_stepped(current))
        return true; /* a program's own trap flag */
    why.what = WHY_NOTHING;
    stop(f, SIGNAL_TRAP);
    return false;
}

/* An INT3 that is not gdb's is a program's exception; in the kernel it means that the kernel
 * wants to stop. */
static bool breakpoint(struct trapframe *f)
{
    bool ours = gdb_break_at(f->eip - 1);
    if (!ours && (f->cs & 3))
        return true;
    why.what = ours ? WHY_SOFT : WHY_NOTHING;
    if (ours)
        f->eip--;
    stop(f, SIGNAL_TRAP);
    return false;
}

bool gdb_trap(struct trapframe *f)
{
    if ((f->eflags & FLAG_VM) || gdb_inside)
        return true;
    if (f->vector == IRQ_VECTOR + GDB_LINE) {
        line_interrupt(f);
        return false;
    }
    return f->vector == VECTOR_DEBUG ? debug_exception(f) : breakpoint(f);
}

/* ---- the start */

extern const uint32_t gdb_entry_debug[], gdb_entry_breakpoint[],
    gdb_entry_line[]; /* gdb_entry.asm */

void gdb_init(void)
{
    if (!gdb_line_find()) {
        kprintf("gdb      there is no COM2\n");
        return;
    }
    gdb_here = true;
    cpu_set_gate(VECTOR_DEBUG, gdb_entry_debug, false);
    cpu_set_gate(VECTOR_BREAKPOINT, gdb_entry_breakpoint, true);
    cpu_set_gate(IRQ_VECTOR + GDB_LINE, gdb_entry_line, false);
    probing = true;
    __asm__ volatile("pushfl; orl %0, (%%esp); popfl; nop; nop"
                     :
                     : "i"(FLAG_TRAP)
                     : "memory", "cc");
    probing = false;
    arch_interrupt_unmask(GDB_LINE);
    kprintf("gdb      on COM2%s\n", trap_works ? "" : ", without single steps");
}
