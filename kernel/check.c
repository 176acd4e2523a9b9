/* SPDX-License-Identifier: MIT */
/* Invariant walkers: the twin of every `<=>` in the headers. */
#include "check.h"

#include "arch.h"
#include "sched.h"

#define CHECK(c, t)                                                                                \
    do {                                                                                           \
        if (!(c))                                                                                  \
            panic("check: %s, thread %lx", #c, (unsigned long)(t)->id);                            \
    } while (0)

static bool is_on(const struct list_node *n)
{
    return n->next != n;
}

/* n is linked both ways into the list it is on. */
static bool is_linked(const struct list_node *n)
{
    return n->next->prev == n && n->prev->next == n;
}

static void check_state(struct thread *t)
{
    bool queued = is_on(&t->in_queue);
    CHECK(t->canary == STACK_CANARY, t);
    CHECK(thread_find_global(t->id) == t, t);
    CHECK(is_linked(&t->in_queue) && is_linked(&t->in_wheel) && is_linked(&t->senders), t);
    CHECK((t->utcb == NULL) == (thread_state(t) == THREAD_INACTIVE), t);
    CHECK(!t->utcb || t->local_id, t);
    switch (thread_state(t)) {
    case THREAD_READY:
        CHECK(queued == (t != current), t);
        CHECK(!is_on(&t->in_wheel), t);
        break;
    case THREAD_SENDING:
        CHECK(queued && t->partner, t);
        CHECK(t->partner == idle_thread || thread_find_global(t->partner->id) == t->partner, t);
        break;
    case THREAD_RECEIVING:
        CHECK(!queued && (t->fast_from || t->receive_result == IPC_PENDING), t);
        CHECK(!t->fast_from || (!t->kernel_sp && !is_on(&t->in_wheel) && !t->halted), t);
        break;
    case THREAD_ENGAGED:
        CHECK(!queued && t->engaged && t->engaged->engaged == t, t);
        break;
    case THREAD_STOPPED:
        CHECK(!queued && (t->halted || !t->quantum_left), t);
        break;
    default:
        CHECK(!queued && !is_on(&t->in_wheel), t);
    }
}

static void check_senders(struct thread *t)
{
    word_t senders = 0;
    list_for_each (n, &t->senders) {
        senders++;
        struct thread *src = list_entry(n, struct thread, in_queue);
        CHECK(thread_state(src) == THREAD_SENDING && src->partner == t, t);
    }
    CHECK((t->obstacles & ~(OBSTACLE_FPU | OBSTACLE_REDIRECTED)) == senders * OBSTACLE_SENDER, t);
}

/* One entry and its node point at each other; the node's parent maps the same frame. */
static void check_mapping(word_t *entry, struct thread *t)
{
    struct mapping **slot = arch_entry_node(entry);
    struct mapping *m = slot ? *slot : NULL;
    if (!m)
        return; /* KIP and UTCB pages have none */
    struct mapping *parent = mdb_parent(m);
    CHECK(m->entry == entry && (*entry & ENTRY_PRESENT), t);
    CHECK(!m->next || mdb_prev(m->next) == m, t);
    CHECK(!mdb_prev(m) || mdb_prev(m)->next == m, t);
    CHECK((parent == NULL) == arch_entry_space(entry)->is_sigma0, t);
    CHECK(!parent || entry_frame(*parent->entry) == entry_frame(*entry), t);
    CHECK(!parent || !(*entry & ENTRY_WRITE) || (*parent->entry & ENTRY_WRITE), t);
}

static void check_space(struct thread *t)
{
    struct space *s = t->space;
    for (vaddr_t v = 0; space_next_table(s, &v); v = (v | (LARGE_SIZE - 1)) + 1) {
        word_t *table = arch_table_entry(s, v & ~(LARGE_SIZE - 1)), used = 0;
        for (word_t i = 0; i < PAGE_SIZE / sizeof(word_t); i++) {
            used += table[i] & ENTRY_PRESENT;
            CHECK((table[i] & ENTRY_PRESENT) || !table[i], t);
            check_mapping(&table[i], t);
        }
        CHECK(used == kpage_of(table)->used, t);
    }
}

uint32_t check_every;

static void check_everything(void)
{
    list_for_each (node, &all_threads) {
        struct thread *t = list_entry(node, struct thread, in_all);
        check_state(t);
        check_senders(t);
        if (t->space->threads.next == &t->in_space)
            check_space(t);
    }
}

void check_all(void)
{
    static uint32_t turn, last_count;
    uint32_t n = 0, threads = 0;
    if (check_every) {
        if (++turn % check_every == 0)
            check_everything();
        return;
    }
    if (++turn % (1 + last_count / 64)) /* thousands of threads: look less often */
        return;
    list_for_each (node, &all_threads) {
        check_state(list_entry(node, struct thread, in_all));
        check_senders(list_entry(node, struct thread, in_all));
        threads++;
    }
    last_count = threads;
    if (turn % 64)
        return;
    list_for_each (node, &all_threads)
        if (n++ == turn / 64 % threads)
            check_space(list_entry(node, struct thread, in_all));
}
