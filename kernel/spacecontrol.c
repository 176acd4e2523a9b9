/* SPDX-License-Identifier: MIT */
/* SpaceControl, MemoryControl, ProcessorControl, Unmap.  Spec 4.8 - 4.11. */
#include <l4/pecan.h>

#include "arch.h"
#include "debug/trace.h"
#include "debug/watch.h"
#include "fpage.h"
#include "io.h"
#include "kmem.h"
#include "map.h"
#include "sched.h"
#include "redirect.h"
#include "syscall.h"

/* ---- the "spaceinfo" extension, include/l4/pecan.h */

static bool counter(const struct thread *t, word_t which, word_t *value)
{
    const struct space *s = t->space;
    switch (which) {
    case L4_PECAN_FAULTS_SELF:
        *value = s->faults_self;
        return true;
    case L4_PECAN_FAULTS_OTHER:
        *value = s->faults_other;
        return true;
    case L4_PECAN_KMEM_USED:
        *value = s->kmem_used;
        return true;
    case L4_PECAN_KMEM_QUOTA:
        *value = s->kmem_quota;
        return true;
    case L4_PECAN_THREADS:
        *value = s->thread_count;
        return true;
    case L4_PECAN_POOL_FREE:
        *value = kmem_free() * PAGE_SIZE;
        return true;
    default:
        return watch_counter(t, which, value);
    }
}

static word_t extension(struct thread *self, struct thread *t, struct space_control *a)
{
    word_t op = a->control & L4_PECAN_SPACE_OP_MASK, operand = a->control & 0xFFFFFF;
    if (op == L4_PECAN_SPACE_READ && counter(t, operand, &a->old_control))
        return 1;
    if (op == L4_PECAN_SPACE_QUOTA && operand <= UINT32_MAX >> PAGE_BITS) {
        t->space->kmem_quota = operand << PAGE_BITS;
        return 1;
    }
    if (op == L4_PECAN_SPACE_TRACE)
        return trace_control(self, a);
    return failed(self, L4_ERR_PARAMETER);
}

/* ---- standard calls */

/* Turns *id into the redirector as the space stores it: nil leaves the old one, anythread ends
 * redirection.  The redirector need not exist: senders wait for it.  Returns false if a local id
 * names no thread. */
static bool redirector_global(struct thread *self, const struct space *s, word_t *id)
{
    struct thread *t = thread_find(self->space, *id);
    if (*id == L4_ID_NIL)
        *id = s->redirector;
    else if (*id == L4_ID_ANY)
        *id = L4_ID_NIL;
    else if (id_is_local(*id)) {
        if (!t)
            return false;
        *id = t->id;
    }
    return true;
}

word_t sys_space_control(struct thread *self, struct space_control *a)
{
    a->old_control = 0;
again:
    if (!self->space->privileged)
        return failed(self, L4_ERR_PRIVILEGE);
    word_t redirector = a->redirector;
    struct thread *t = id_is_local(a->space) ? NULL : thread_find_global(a->space);
    if (!t || t->kind == IPC_INTERRUPT)
        return failed(self, L4_ERR_SPACE);
    struct space *s = t->space;
    if (a->control & L4_PECAN_SPACE_OP_MASK)
        return extension(self, t, a);
    if (!redirector_global(self, s, &redirector))
        return failed(self, L4_ERR_THREAD);
    word_t err = space_configured(s) ? L4_ERR_OK : space_configure(s, a->kip, a->utcb);
    if (err)
        return failed(self, err);
    if (redirector != s->redirector && redirect_space(s, redirector))
        goto again;
    return 1;
}

word_t sys_processor_control(struct thread *self)
{
    return self->space->privileged ? 1 : failed(self, L4_ERR_PRIVILEGE);
}

#define ATTRIBUTES_486                                                                            \
    (1u << L4_ATTR_DEFAULT | 1u << L4_ATTR_WRITE_BACK | 1u << L4_ATTR_WRITE_THROUGH |              \
     1u << L4_ATTR_UNCACHEABLE)
#define ATTRIBUTES_PAT (1u << L4_ATTR_WRITE_COMBINING | 1u << L4_ATTR_WRITE_PROTECTED)

/* Attribute a > 0 is entry a - 1 of the PAT.  PWT and PCD alone choose among the first four
 * entries.  Spec 4.11. */
static bool attribute_bits(word_t attribute, word_t *bits)
{
    word_t entry = attribute ? attribute - 1 : 0;
    *bits = (entry & 3) << 3 | (entry & 4) << 5;
    return attribute < 32 &&
           (1u << attribute & (ATTRIBUTES_486 | (arch_has_pat ? ATTRIBUTES_PAT : 0)));
}

/* Sets the cache attributes of all pages of the fpage.  Returns false if one of them is not mapped;
 * then none is set, unless another thread has unmapped it meanwhile.  Blocks. */
static bool attributes_set(struct thread *self, word_t fpage, word_t bits)
{
    vaddr_t base = fpage_base(fpage);
    struct space *s = map_source(self->space, &base);
    vaddr_t last = base + fpage_mask(fpage);
    if (!fpage_mask(fpage))
        return true;
    if (last >= USER_LIMIT)
        return false;
    for (int commit = 0; commit <= 1; commit++) {
        int state = -1;
        for (vaddr_t at = base; state < 0; (void)preempt_point())
            state = map_set_attributes(s, &at, last, bits, commit);
        if (!state)
            return false;
    }
    return true;
}

word_t sys_memory_control(struct thread *self, word_t control, const word_t *attributes)
{
    word_t bits[4];
    if (!self->space->privileged)
        return failed(self, L4_ERR_PRIVILEGE);
    if (control > L4_UNMAP_COUNT_MASK)
        return failed(self, L4_ERR_PARAMETER);
    for (word_t i = 0; i <= control; i++) {
        word_t fpage = self->utcb->mr[i];
        if (fpage != L4_FPAGE_NIL && !attribute_bits(attributes[fpage & 3], &bits[fpage & 3]))
            return failed(self, L4_ERR_PARAMETER);
    }
    for (word_t i = 0; i <= control; i++) {
        word_t fpage = self->utcb->mr[i];
        if (fpage != L4_FPAGE_NIL && !attributes_set(self, fpage, bits[fpage & 3]))
            return failed(self, L4_ERR_PARAMETER);
    }
    return 1;
}

void sys_unmap(struct thread *self, word_t control)
{
    bool flush = control & L4_UNMAP_FLUSH;
    struct space *s = self->space;
    for (word_t i = 0; i <= (control & L4_UNMAP_COUNT_MASK); i++) {
        word_t fpage = self->utcb->mr[i];
        if (i)
            (void)preempt_point();
        if (!fpage_is_io(fpage))
            self->utcb->mr[i] = unmap_fpage(self, fpage, flush);
        else
            while (fpage_rights(fpage) && self->space == s && io_unmap(s, fpage, flush))
                ; /* else it has migrated: not our ports */
    }
}
