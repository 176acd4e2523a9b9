/* SPDX-License-Identifier: MIT */
/* What gdb asks of the machine: registers, memory of any space, breakpoints, watchpoints. User
 * memory is read by walking its page tables, never at its own address: nothing here can fault. */
#include <l4/utcb.h>

#include "gdb.h"

#define SOFT_MAX           64
#define HARD_MAX           4
#define INT3               0xCC
#define KERNEL_FRAME_WORDS 5         /* what switch_stacks() leaves: edi esi ebx ebp eip */
#define STUB_END           0x5DE989u /* mov ecx, ebp; pop ebp: behind a program's Ipc, <l4/ipc.h> */

struct gdb_stop gdb_stop;

static struct {
    paddr_t at;
    vaddr_t named; /* gdb's name for it */
    uint8_t code;  /* that the INT3 replaces */
    bool set;
} soft[SOFT_MAX];

static struct {
    vaddr_t at;
    word_t type, length;
    bool set;
} hard[HARD_MAX];

/* ---- one page of physical memory, at the kernel's scratch address */

static word_t saved_entry;

static word_t *window_entry(void)
{
    return &arch_table_of(kernel_directory[SCRATCH >> LARGE_BITS])[SCRATCH >> PAGE_BITS & 1023u];
}

void gdb_window_save(void)
{
    saved_entry = *window_entry();
}

void gdb_window_restore(void)
{
    *window_entry() = saved_entry;
    flush_page(SCRATCH);
}

static uint8_t *window(paddr_t p)
{
    *window_entry() = (p & ~PAGE_MASK) | ENTRY_PRESENT | ENTRY_WRITE;
    flush_page(SCRATCH);
    return (uint8_t *)(SCRATCH + (p & PAGE_MASK));
}

/* ---- memory */

static bool translate(paddr_t directory, vaddr_t v, paddr_t *p)
{
    word_t e = ((word_t *)arch_kernel_address(directory))[v >> LARGE_BITS];
    if (!(e & ENTRY_PRESENT))
        return false;
    if (e & ENTRY_LARGE) {
        *p = (e & ~(LARGE_SIZE - 1)) | (v & (LARGE_SIZE - 1));
        return true;
    }
    e = arch_table_of(e)[v >> PAGE_BITS & 1023u];
    *p = (e & ~PAGE_MASK) | (v & PAGE_MASK);
    return e & ENTRY_PRESENT;
}

bool gdb_translate(vaddr_t v, paddr_t *p)
{
    *p = v;
    paddr_t directory = gdb_stop.cr3 ? gdb_stop.cr3 : gdb_stop.thread->space->directory_phys;
    return gdb_stop.physical || translate(directory, v, p);
}

/* gdb must not see its own breakpoints. */
static void hide_breakpoints(paddr_t p, uint8_t *bytes, word_t count)
{
    for (int i = 0; i < SOFT_MAX; i++)
        if (soft[i].set && soft[i].at - p < count && bytes[soft[i].at - p] == INT3)
            bytes[soft[i].at - p] = soft[i].code;
}

/* Bytes that are set under a breakpoint go into it, and the INT3 stays. */
static void write_bytes(paddr_t p, const uint8_t *from, word_t count)
{
    memcpy(window(p), from, count);
    for (int i = 0; i < SOFT_MAX; i++)
        if (soft[i].set && soft[i].at - p < count) {
            soft[i].code = from[soft[i].at - p];
            *window(soft[i].at) = INT3;
        }
}

static word_t part_of_page(vaddr_t v, word_t count)
{
    word_t rest = PAGE_SIZE - (v & PAGE_MASK);
    return count < rest ? count : rest;
}

/* No range goes on at address 0. */
static word_t up_to_the_end(vaddr_t v, word_t count)
{
    return v && count > -v ? -v : count;
}

word_t gdb_read(vaddr_t v, uint8_t *to, word_t count)
{
    word_t done = 0, part;
    count = up_to_the_end(v, count);
    for (paddr_t p; done < count && gdb_translate(v + done, &p); done += part) {
        part = part_of_page(v + done, count - done);
        memcpy(to + done, window(p), part);
        hide_breakpoints(p, to + done, part);
    }
    return done;
}

word_t gdb_write(vaddr_t v, const uint8_t *from, word_t count)
{
    word_t done = 0, part;
    count = up_to_the_end(v, count);
    for (paddr_t p; done < count && gdb_translate(v + done, &p); done += part) {
        part = part_of_page(v + done, count - done);
        write_bytes(p, from + done, part);
    }
    return done;
}

/* A word of a thread's user memory, 0 if it is not there. */
static word_t user_word(const struct thread *t, vaddr_t v)
{
    word_t value = 0;
    paddr_t p;
    for (word_t i = 0; i < sizeof value; i++)
        if (v + i < USER_LIMIT && translate(t->space->directory_phys, v + i, &p))
            value |= (word_t)*window(p) << 8 * i;
    return value;
}

/* ---- registers, in the order of the target description: gdb.c */

enum {
    R_EAX,
    R_ECX,
    R_EDX,
    R_EBX,
    R_ESP,
    R_EBP,
    R_ESI,
    R_EDI,
    R_EIP,
    R_EFLAGS,
    R_CS,
    R_SS,
    R_DS,
    R_ES,
    R_FS,
    R_GS,
    R_ST0,
    R_FCTRL = 24,
    R_CR0 = 32,
    R_CR2,
    R_CR3,
    R_CR4
};

static word_t *general(struct trapframe *f, word_t n)
{
    word_t *const at[] = {&f->eax, &f->ecx, &f->edx, &f->ebx, NULL,
                          &f->ebp, &f->esi, &f->edi, &f->eip, &f->eflags};
    return n < ARRAY_LEN(at) ? at[n] : NULL;
}

static bool from_user(const struct trapframe *f)
{
    return f->cs & 3;
}

/* Of the thread at which the machine stands. */
static bool read_stopped(word_t n, word_t *value)
{
    struct trapframe *f = gdb_stop.frame;
    const word_t segments[] = {f->cs,  from_user(f) ? f->ss : KERNEL_DS, USER_DS, USER_DS, USER_DS,
                               USER_GS};
    if (n == R_ESP)
        *value = from_user(f) ? f->esp : gdb_stop.esp ? gdb_stop.esp : (word_t)&f->esp;
    else if (general(f, n))
        *value = *general(f, n);
    else if (n - R_CS < ARRAY_LEN(segments))
        *value = segments[n - R_CS];
    else
        return false;
    return true;
}

/* Of a thread that waits in the kernel: where it goes on there.  What the compiler does not keep
 * over a call is not known. */
static bool read_waiting(const struct thread *t, word_t n, word_t *value)
{
    const word_t *sp = t->kernel_sp;
    switch (n) {
    case R_EDI:
        *value = sp[0];
        return true;
    case R_ESI:
        *value = sp[1];
        return true;
    case R_EBX:
        *value = sp[2];
        return true;
    case R_EBP:
        *value = sp[3];
        return true;
    case R_EIP:
        *value = sp[4];
        return true;
    case R_ESP:
        *value = (word_t)(sp + KERNEL_FRAME_WORDS);
        return true;
    case R_CS:
        *value = KERNEL_CS;
        return true;
    default:
        return false;
    }
}

/* Of a thread whose wait ends in user mode.  Behind a program's Ipc, its EBP is on its stack. */
static bool read_user(const struct thread *t, word_t n, word_t *value)
{
    struct trapframe *f = user_frame(t);
    bool stub = (user_word(t, f->eip) & 0xFFFFFF) == STUB_END;
    if (n == R_ESP)
        *value = f->esp + (stub ? sizeof(word_t) : 0);
    else if (n == R_EBP)
        *value = stub ? user_word(t, f->esp) : f->ebp;
    else if (n == R_CS)
        *value = USER_CS;
    else if (general(f, n))
        *value = *general(f, n);
    else
        return false;
    return true;
}

static word_t read_cr4(void)
{
    word_t v;
    __asm__ volatile("mov %%cr4, %0" : "=r"(v));
    return v;
}

static bool read_system(word_t n, word_t *value)
{
    switch (n) {
    case R_CR0:
        *value = read_cr0();
        return true;
    case R_CR2:
        *value = read_cr2();
        return true;
    case R_CR3:
        *value = gdb_stop.cr3 ? gdb_stop.cr3 : gdb_stop.thread->space->directory_phys;
        return true;
    case R_CR4:
        *value = cpu_has(CPU_CPUID) ? read_cr4() : 0;
        return true;
    default:
        return false;
    }
}

static bool register_read(word_t n, word_t *value)
{
    const struct thread *t = gdb_stop.thread;
    if (read_system(n, value))
        return true;
    if (t == current)
        return read_stopped(n, value);
    if (t->kernel_sp)
        return read_waiting(t, n, value);
    if (t->utcb)
        return read_user(t, n, value);
    *value = 0; /* not started: it is nowhere */
    return n == R_EIP || n == R_ESP;
}

void gdb_register_write(word_t n)
{
    word_t value = 0;
    if (register_read(n, &value))
        gdb_word(value);
    else
        gdb_text(n >= R_ST0 && n < R_FCTRL ? "xxxxxxxxxxxxxxxxxxxx" : "xxxxxxxx");
}

/* Only a space that exists may be looked at. */
static bool set_space(paddr_t directory)
{
    list_for_each(n, &all_threads)
    {
        if (list_entry(n, struct thread, in_all)->space->directory_phys != directory)
            continue;
        gdb_stop.cr3 = directory;
        return true;
    }
    return false;
}

bool gdb_register_set(word_t n, word_t value)
{
    struct trapframe *f = gdb_stop.frame;
    if (n == R_CR3)
        return set_space(value);
    if (gdb_stop.thread != current)
        return false;
    if (n == R_ESP) {
        if (from_user(f))
            f->esp = value;
        else
            gdb_stop.esp = value; /* kernel code keeps its stack; gdb may look from elsewhere */
        return true;
    }
    if (!general(f, n))
        return false;
    *general(f, n) = n == R_EFLAGS ? (f->eflags & ~FLAGS_USER) | (value & FLAGS_USER) : value;
    return true;
}

/* ---- breakpoints */

static bool soft_set(vaddr_t v)
{
    paddr_t p;
    int free = -1;
    if (!gdb_translate(v, &p))
        return false;
    for (int i = 0; i < SOFT_MAX; i++) {
        if (soft[i].set && soft[i].at == p)
            return true;
        if (!soft[i].set)
            free = i;
    }
    if (free < 0)
        return false;
    soft[free].at = p;
    soft[free].named = v;
    soft[free].code = *window(p);
    soft[free].set = true;
    *window(p) = INT3;
    return true;
}

static void soft_drop(int i)
{
    soft[i].set = false;
    if (*window(soft[i].at) == INT3) /* the frame may have other contents by now */
        *window(soft[i].at) = soft[i].code;
}

/* gdb knows one space only: it takes a breakpoint back by its address, whichever thread it looks at
 * by then, and even if the page is not mapped there any more. */
static bool soft_clear(vaddr_t v)
{
    for (int i = 0; i < SOFT_MAX; i++)
        if (soft[i].set && soft[i].named == v)
            soft_drop(i);
    return true;
}

bool gdb_break_at(vaddr_t v)
{
    paddr_t p;
    if (!translate(current->space->directory_phys, v, &p))
        return false;
    for (int i = 0; i < SOFT_MAX; i++)
        if (soft[i].set && soft[i].at == p)
            return true;
    return false;
}

static void write_address(int n, vaddr_t v)
{
    switch (n) {
    case 0:
        __asm__ volatile("mov %0, %%dr0" : : "r"(v));
        break;
    case 1:
        __asm__ volatile("mov %0, %%dr1" : : "r"(v));
        break;
    case 2:
        __asm__ volatile("mov %0, %%dr2" : : "r"(v));
        break;
    default:
        __asm__ volatile("mov %0, %%dr3" : : "r"(v));
        break;
    }
}

/* DR7 as `hard` says: the enabling bit, then what is watched and how wide. */
static void write_control(void)
{
    static const uint8_t access[] = {0, 0, 1, 3,
                                     3}; /* by type: execute; write; there is no read alone */
    word_t control = 0x400;
    for (int n = 0; n < HARD_MAX; n++)
        if (hard[n].set)
            control |= 2u << 2 * n | (word_t)access[hard[n].type] << (16 + 4 * n) |
                       (hard[n].length - 1) << (18 + 4 * n);
    __asm__ volatile("mov %0, %%dr7" : : "r"(control));
}

int gdb_debug_arm(word_t type, vaddr_t v, word_t length)
{
    for (int n = 0; n < HARD_MAX; n++)
        if (!hard[n].set) {
            hard[n].at = v;
            hard[n].type = type;
            hard[n].length = type == 1 ? 1 : length;
            hard[n].set = true;
            write_address(n, v);
            write_control();
            return n;
        }
    return -1;
}

void gdb_debug_disarm(int n)
{
    hard[n].set = false;
    write_control();
}

static bool hard_clear(word_t type, vaddr_t v, word_t length)
{
    for (int n = 0; n < HARD_MAX; n++)
        if (hard[n].set && hard[n].type == type && hard[n].at == v && hard[n].length == length) {
            gdb_debug_disarm(n);
            return true;
        }
    return false;
}

/* The first piece of a range that one register can watch: 4, 2 or 1 bytes, aligned. */
static word_t piece_of(vaddr_t v, word_t length)
{
    word_t piece = 4;
    while (piece > length || v & (piece - 1))
        piece /= 2;
    return piece;
}

static bool hard_clear_all(word_t type, vaddr_t v, word_t length)
{
    bool good = true;
    for (word_t piece; length; v += piece, length -= piece) {
        piece = piece_of(v, length);
        good &= hard_clear(type, v, piece);
    }
    return good;
}

/* As many registers as the range needs, or none. */
static bool hard_set(word_t type, vaddr_t v, word_t length)
{
    word_t done = 0, piece;
    if (!length || length > HARD_MAX * sizeof(word_t) || up_to_the_end(v, length) < length ||
        !gdb_debug_works())
        return false;
    for (; done < length; done += piece) {
        piece = piece_of(v + done, length - done);
        if (gdb_debug_arm(type, v + done, piece) < 0) {
            hard_clear_all(type, v, done);
            return false;
        }
    }
    return true;
}

bool gdb_break_set(word_t type, vaddr_t v, word_t length)
{
    return type == 0 ? soft_set(v) : hard_set(type, v, type == 1 ? 1 : length);
}

bool gdb_break_clear(word_t type, vaddr_t v, word_t length)
{
    if (type && length > HARD_MAX * sizeof(word_t))
        return false;
    return type == 0 ? soft_clear(v) : hard_clear_all(type, v, type == 1 ? 1 : length);
}

void gdb_break_clear_all(void)
{
    for (int i = 0; i < SOFT_MAX; i++)
        if (soft[i].set)
            soft_drop(i);
    for (int n = 0; n < HARD_MAX; n++)
        hard[n].set = false;
    write_control();
}

word_t gdb_debug_status(void)
{
    word_t status;
    __asm__ volatile("mov %%dr6, %0" : "=r"(status));
    __asm__ volatile("mov %0, %%dr6" : : "r"(0));
    return status;
}

int gdb_debug_hit(word_t dr6, word_t *type, vaddr_t *address)
{
    for (int n = 0; n < HARD_MAX; n++)
        if (dr6 >> n & 1 && hard[n].set) {
            *type = hard[n].type;
            *address = hard[n].at;
            return n;
        }
    return -1;
}

bool gdb_debug_works(void)
{
    word_t before, after;
    __asm__ volatile("mov %%dr0, %0" : "=r"(before));
    __asm__ volatile("mov %0, %%dr0" : : "r"(~before));
    __asm__ volatile("mov %%dr0, %0" : "=r"(after));
    __asm__ volatile("mov %0, %%dr0" : : "r"(before));
    return after == ~before;
}
