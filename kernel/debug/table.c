/* SPDX-License-Identifier: MIT */
/* A table for debuggers: the offsets of fields of the kernel's structures, and the addresses of its
 * variables.  The table is a part of the loaded kernel, so a debugger needs no debugging
 * information to find it: it searches the kernel's memory for the magic bytes.  tools/gdb reads it.
 *
 * The values stand in the order of the names.  If a name gets another meaning, or is taken away,
 * the table needs another version; a new name does not need one. */
#include "../arch/x86/x86.h"
#include "../io.h"
#include "../kip.h"
#include "../sched.h"
#include "../timer.h"

#define TABLE_VERSION 1

/* clang-format off */
#define FIELDS(F) \
    F(thread, id) F(thread, local_id) F(thread, utcb) F(thread, space) F(thread, kernel_sp) \
    F(thread, state) F(thread, priority) F(thread, halted) F(thread, in_kernel) \
    F(thread, searches) F(thread, kind) F(thread, from_spec) F(thread, timeouts) \
    F(thread, accepts) F(thread, fast_from) F(thread, partner) F(thread, engaged) \
    F(thread, kmsg) F(thread, senders) F(thread, in_queue) F(thread, in_wheel) \
    F(thread, expires) F(thread, in_all) F(thread, scheduler) F(thread, timeslice) \
    F(thread, quantum_left) F(thread, in_space) \
    F(space, directory) F(space, directory_phys) F(space, kip) F(space, utcb) \
    F(space, threads) F(space, thread_count) F(space, redirector) F(space, privileged) \
    F(space, is_sigma0) F(space, kmem_used) F(space, kmem_quota) F(space, faults_self) \
    F(space, faults_other) F(space, io) \
    F(area, base) F(area, size) \
    F(mapping, next) F(mapping, prev_bits) F(mapping, parent_bits) F(mapping, entry) \
    F(kpage, table.space) F(kpage, table.vaddr) F(kpage, table.nodes) \
    F(io_node, next_in_space) F(io_node, first) F(io_node, last) \
    F(ready, queue) F(ready, owner) \
    F(timer, now) \
    F(l4_utcb, mr) F(l4_utcb, pager) F(l4_utcb, exception_handler) F(l4_utcb, handle) \
    F(l4_utcb, error) F(l4_utcb, br0) F(l4_utcb, flags) F(l4_utcb, sender) \
    F(l4_utcb, xfer_timeouts) \
    F(trapframe, edi) F(trapframe, vector) F(trapframe, error) F(trapframe, eip) \
    F(trapframe, cs) F(trapframe, eflags) F(trapframe, esp)

#define NUMBERS(N) \
    N(THREAD_BLOCK) N(TCB_BASE) N(KERNEL_WINDOW) N(WINDOW_SIZE) N(KPAGES_WINDOW) \
    N(USER_LIMIT) N(PRIORITIES) N(SYSCALL_VECTOR) N(UNMAP_CALL) N(THREAD_INACTIVE) \
    N(THREAD_READY) N(THREAD_SENDING) N(THREAD_RECEIVING) N(THREAD_STOPPED) \
    N(THREAD_INTERRUPT) N(THREAD_ENGAGED)

#define ADDRESSES(A) \
    A(all_threads) A(idle_thread) A(ready) A(timer) A(kernel_space) A(the_kip) \
    A(exception_entries) A(interrupt_entries) A(sysenter_entry) A(sysenter_fast) A(trace) \
    A(trace_set)
/* clang-format on */

extern const uint32_t exception_entries[IRQ_VECTOR], interrupt_entries[]; /* cpu.c */
extern void sysenter_entry(void), sysenter_fast(void);
extern struct trace trace; /* trace.c */
extern bool trace_set(word_t pages);

#define VALUE_OF_FIELD(s, f) offsetof(struct s, f),
#define VALUE_OF_NUMBER(n) n,
#define ADDRESS_OF(a) (word_t)&a,
#define NAME_OF_FIELD(s, f) #s "." #f " "
#define NAME_OF_NUMBER(n) #n " "
#define ONE_FIELD(s, f) +1
#define ONE(n) +1
#define COUNT (0 FIELDS(ONE_FIELD) NUMBERS(ONE) ADDRESSES(ONE) + 2)

#define TABLE_MAGIC {'P', 'e', 'c', 'a', 'n', ' ', 'd', 'e', 'b', 'u', 'g', ' ', 't', 'a', 'b', 'l'}

static const struct {
    char magic[16];
    word_t version, count;
    word_t values[COUNT];
    char names[sizeof(FIELDS(NAME_OF_FIELD) NUMBERS(NAME_OF_NUMBER)
                          ADDRESSES(NAME_OF_NUMBER) "sizeof.trapframe current")];
} table __attribute__((used, section(".stub.table"))) = {
    TABLE_MAGIC,
    TABLE_VERSION,
    COUNT,
    {FIELDS(VALUE_OF_FIELD) NUMBERS(VALUE_OF_NUMBER) ADDRESSES(ADDRESS_OF) sizeof(struct trapframe),
     ARCH_KERNEL_STACK_TOP},
    FIELDS(NAME_OF_FIELD) NUMBERS(NAME_OF_NUMBER)
        ADDRESSES(NAME_OF_NUMBER) "sizeof.trapframe current",
};
