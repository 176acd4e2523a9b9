/* SPDX-License-Identifier: MIT */
/* The last words of a task, spoken by the thread that went wrong: what it did, its registers, the
 * regions beside the address; then the exit status that says so. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/message.h>
#include <libc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "handler.h"
#include "mm.h"
#include "report.h"

/* How a line is written.  The thread may have died with a lock of descriptors: then writing ends in
 * __libc_deadlock(), which comes back to say(), and from then on lines go to the console. */
static struct {
    bool writes, plainly;
    jmp_buf back;
} saying;

static void line_write(const char *line, size_t length)
{
    for (size_t done = 0; done < length;) {
        long n = __libc_write(2, line + done, length - done);
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

/* Not by stdio: the thread may have died with a stream locked, too. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[LAST_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!saying.plainly && setjmp(saying.back) == 0) {
        saying.writes = true;
        line_write(line, strlen(line));
    }
    saying.writes = false;
    if (saying.plainly)
        last_say(line, strlen(line));
}

static const char *kind_name(unsigned kind)
{
    static const char *const names[] = {"reserved", "anonymous", "container", "store",
                                        "wired",    "paged",     "pool", "file"};
    return kind < sizeof names / sizeof *names ? names[kind] : "?";
}

static void say_region(const L4_Word_t *words)
{
    unsigned rights = words[2] & HURD_VM_RIGHTS;
    say("  region %08lx-%08lx %c%c%c %s\n", words[0], words[1], rights & HURD_VM_READ ? 'r' : '-',
        rights & HURD_VM_WRITE ? 'w' : '-', rights & HURD_VM_EXECUTE ? 'x' : '-',
        kind_name(HURD_MM_MAPS_KIND(words[2])));
}

/* The regions from an address on, as the pager tells: how many.  The program may have overwritten
 * anything, so we neither wait for ever nor believe what cannot be. */
static unsigned ask_regions(uintptr_t from, L4_Word_t words[10 * HURD_MM_MAPS_WORDS])
{
    L4_Time_t second = L4_TimePeriod(1000000);
    L4_LoadMR(1, from);
    L4_LoadMR(0, L4_MakeTag(HURD_MM_MAPS, 1, 0).raw);
    L4_MsgTag_t tag = L4_Call_Timeouts(mm.pager, second, second);
    unsigned n = L4_UntypedWords(tag);
    if (L4_IpcFailed(tag) || L4_Label(tag) != 0 || n > 10 * HURD_MM_MAPS_WORDS)
        return 0;
    L4_StoreMRs(1, (int)n, words);
    for (unsigned i = 0; i + HURD_MM_MAPS_WORDS <= n; i += HURD_MM_MAPS_WORDS) {
        if (words[i + 1] < from)
            return 0;
        from = words[i + 1];
    }
    return n / HURD_MM_MAPS_WORDS;
}

/* The regions before, at and behind the address, as far as there are any. */
static void say_neighbours(uintptr_t address)
{
    L4_Word_t before[HURD_MM_MAPS_WORDS] = {0}, words[10 * HURD_MM_MAPS_WORDS];
    bool has_before = false, more = true;
    uintptr_t from = 0;
    unsigned n, asked = 0;
    while (more && asked++ < 100 && (n = ask_regions(from, words)) > 0) {
        for (const L4_Word_t *r = words; more && n > 0; r += HURD_MM_MAPS_WORDS, n--) {
            more = r[1] < address && r[1] != UINTPTR_MAX;
            if (more)
                memcpy(before, r, sizeof before), has_before = true;
            else if (has_before)
                say_region(before), has_before = false;
            if (!more)
                say_region(r);
            from = r[1] + 1;
        }
    }
    if (has_before)
        say_region(before);
}

static void say_registers(uintptr_t ip)
{
    const L4_Word_t *r = casualty.registers;
    say("  eip %08lx esp %08lx ebp %08lx eflags %08lx thread %lu.%lu\n", (L4_Word_t)ip, r[7], r[6],
        r[1], (L4_Word_t)L4_ThreadNo(casualty.thread), (L4_Word_t)L4_Version(casualty.thread));
    say("  eax %08lx ebx %08lx ecx %08lx edx %08lx esi %08lx edi %08lx\n", r[11], r[8], r[10], r[9],
        r[5], r[4]);
}

/* A page that is not in core may be the one for which there was no memory. */
static bool is_resident(L4_Word_t address)
{
    L4_Word_t bits = 0;
    return !hurd_vm_resident(address & ~(HURD_MM_PAGE - 1), HURD_MM_PAGE, &bits) && (bits & 1);
}

/* What could be return addresses among the words on the guilty thread's stack; tools/symbolise
 * knows which of them follow a call.  The report reads anonymous memory only: the pages of other
 * stores may come from a thread that waits for this one.  One write: others' lines come before or
 * behind it. */
static void say_callers(void)
{
    enum { WORDS = 1024, MOST = 12 };
    extern const char __mm_text_start[], __text_end[];
    L4_Word_t r[10 * HURD_MM_MAPS_WORDS], sp = casualty.registers[7] & ~3ul;
    unsigned found = 0;
    char callers[MOST * sizeof " 12345678"] = "";
    if (ask_regions(sp, r) == 0 || r[0] > sp || r[2] >> 8 != HURD_MM_ANONYMOUS ||
        !(r[2] & HURD_VM_READ) || !is_resident(sp))
        return;
    for (L4_Word_t i = 0; i < WORDS && found < MOST && r[1] - sp >= 4 * i + 3; i++) {
        if ((sp + 4 * i) % HURD_MM_PAGE == 0 && !is_resident(sp + 4 * i))
            break;
        L4_Word_t word = ((const L4_Word_t *)sp)[i];
        if (word > (L4_Word_t)__mm_text_start && word <= (L4_Word_t)__text_end) {
            sprintf(callers + strlen(callers), " %08lx", word);
            found++;
        }
    }
    say("  code addresses on the stack, its callers among them:%s\n", callers);
}

/* In the guard of a stack, and the stack pointer is not far. */
static bool is_stack_overflow(void)
{
    enum { NEAR = 64 * 1024 };          /* of the stack pointer */
    L4_Word_t r[10 * HURD_MM_MAPS_WORDS];
    if (casualty.address - (casualty.registers[7] - NEAR) >= 2 * NEAR ||
        ask_regions(casualty.address, r) == 0)
        return false;
    return r[0] <= casualty.address && (r[2] & 0xfff) == HURD_MM_ANONYMOUS << 8 &&
           r[1] - r[0] >= HURD_MM_STACK_GUARD - 1 && r[1] - casualty.address < HURD_MM_STACK_GUARD;
}

/* Vector -> what a shell would call it. */
static int exception_status(L4_Word_t vector)
{
    switch (vector) {
    case 0: case 16: case 19: return HURD_MM_STATUS_FPE;
    case 1: case 3: return HURD_MM_STATUS_TRAP;
    case 6: return HURD_MM_STATUS_ILL;
    case 17: return HURD_MM_STATUS_BUS;
    default: return HURD_MM_STATUS_SEGV;
    }
}

static const char *exception_name(L4_Word_t vector)
{
    static const char *const names[] = {
        [0] = "division error",       [1] = "debug exception",
        [3] = "breakpoint",           [4] = "overflow",
        [5] = "bound exceeded",       [6] = "invalid instruction",
        [11] = "segment not present", [12] = "stack segment fault",
        [13] = "general protection",  [16] = "floating point error",
        [17] = "misaligned access",   [19] = "SIMD error",
    };
    return vector < sizeof names / sizeof *names && names[vector] ? names[vector] : "exception";
}

static const char *program_name(void)
{
    struct hurd_startup_data *data = __hurd_startup_data;
    return data->argz && data->argz_len ? (const char *)data->argz : "program";
}

static const char *no_page_because(int error)
{
    return error == ENOMEM ? "out of memory" : error ? strerror(error) : "";
}

_Noreturn void report_run(void)
{
    unsigned task = L4_Version(casualty.thread);
    int status = HURD_MM_STATUS_SEGV;
    if (casualty.io_fpage) {
        say("%s (task %u): port %lx is not ours\n", program_name(), task, casualty.io_fpage >> 16);
    } else if (casualty.is_violation) {
        say("%s (task %u): segmentation violation, %s at %08lx%s%s%s\n", program_name(), task,
            casualty.access & HURD_VM_WRITE ? "write" : "read", (L4_Word_t)casualty.address,
            casualty.error ? ": no page: " : "", no_page_because(casualty.error),
            is_stack_overflow() ? ": stack overflow" : "");
    } else {
        status = exception_status(casualty.registers[2]);
        say("%s (task %u): %s (exception %lu, error code %lx)\n", program_name(), task,
            exception_name(casualty.registers[2]), casualty.registers[2], casualty.registers[3]);
    }
    say_registers(casualty.ip);
    say_neighbours(casualty.is_violation ? casualty.address : casualty.ip);
    say_callers();
    hurd_mm_die_of(status);
}

_Noreturn void report_store_refused(const struct hurd_store_fault *fault, uintptr_t ip)
{
    say("%s (task %u): segmentation violation, no page for offset %08lx of its store: %s at %08lx, "
        "eip %08lx\n",
        program_name(), (unsigned)L4_Version(fault->thread), (L4_Word_t)fault->offset,
        fault->access & HURD_VM_WRITE ? "write" : "read", (L4_Word_t)fault->address, (L4_Word_t)ip);
    say_neighbours(fault->address);
    hurd_mm_die_of(HURD_MM_STATUS_SEGV);
}

_Noreturn void __libc_mistake(const char *what, const void *at, const void *caller)
{
    say("%s (task %u): %s: block %08lx, in a call from %08lx\n", program_name(), mm.task, what,
        (L4_Word_t)at, (L4_Word_t)caller);
    say_neighbours((uintptr_t)at);
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}

_Noreturn void __libc_deadlock(const void *lock, const void *caller)
{
    if (saying.writes) {
        saying.plainly = true;
        longjmp(saying.back, 1);
    }
    say("%s (task %u): it waits for a lock that it has itself: %08lx, in a call from %08lx\n",
        program_name(), mm.task, (L4_Word_t)lock, (L4_Word_t)caller);
    if (signals.lost.error)
        say("  before, it had a signal, because the page at %08lx did not come: %s\n",
            (L4_Word_t)signals.lost.address, no_page_because(signals.lost.error));
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}
