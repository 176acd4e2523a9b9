/* SPDX-License-Identifier: MIT */
/* FPU and SSE state, switched lazily: a thread that runs after the owner traps at its first use
 * (#NM). */
#include "x86.h"

#define FPU_STATE_SIZE ARCH_FPU_CHARGE /* FXSAVE; FSAVE needs 108 */

static struct slab states;
static struct thread *owner; /* the FPU holds the registers of this thread */
static bool fpu_live;        /* TS is clear: current == owner, and it has OBSTACLE_FPU */

void fpu_init(void)
{
    slab_init(&states, FPU_STATE_SIZE);
    write_cr0(cpu_has(CPU_FPU) ? read_cr0() | CR0_TS : read_cr0() | CR0_EM);
}

void fpu_leave(void)
{
    if (!fpu_live)
        return;
    fpu_live = false;
    owner->obstacles &= ~OBSTACLE_FPU;
    write_cr0(read_cr0() | CR0_TS);
}

static void save(void *state)
{
    if (cpu_has(CPU_FXSR))
        __asm__ volatile("fxsave (%0)" : : "r"(state) : "memory");
    else
        __asm__ volatile("fnsave (%0)" : : "r"(state) : "memory");
}

/* Some AMD processors load the pointers of the last instruction only if an exception is pending.
 * Without FNINIT, the thread would see the pointers of the thread before it. */
static void restore(const void *state)
{
    if (cpu_has(CPU_FXSR))
        __asm__ volatile("fninit; fxrstor (%0)" : : "r"(state));
    else
        __asm__ volatile("frstor (%0)" : : "r"(state));
}

/* The state of a thread that has never computed: nothing of another thread is left in it. */
static void make_fresh(void *state)
{
    __asm__ volatile("fninit");
    save(state);
    if (cpu_has(CPU_FXSR)) {
        uint8_t *s = state;
        memset(s + 32, 0, FPU_STATE_SIZE - 32); /* the registers */
        *(word_t *)(s + 24) = 0x1F80;           /* MXCSR as after reset */
    } else {
        memset((char *)state + 28, 0, 80);
    }
}

bool fpu_use(struct thread *t)
{
    if (!cpu_has(CPU_FPU))
        return false;
    assert(t == current && !fpu_live);
    if (!t->fpu && !space_charge(t->space, FPU_STATE_SIZE))
        return false;
    bool fresh = !t->fpu;
    if (fresh && !(t->fpu = slab_alloc(&states))) {
        space_uncharge(t->space, FPU_STATE_SIZE);
        return false;
    }
    __asm__ volatile("clts");
    fpu_live = true;
    t->obstacles |= OBSTACLE_FPU;
    if (owner == t)
        return true;
    if (owner)
        save(owner->fpu);
    else
        __asm__ volatile("fninit"); /* no exception of a dead owner may be pending */
    if (fresh)
        make_fresh(t->fpu);
    restore(t->fpu);
    owner = t;
    return true;
}

void arch_fpu_release(struct thread *t)
{
    if (!t->fpu)
        return;
    if (owner == t) {
        fpu_leave();
        owner = NULL;
    }
    slab_free(&states, t->fpu);
    t->fpu = NULL;
    space_uncharge(t->space, FPU_STATE_SIZE);
}
