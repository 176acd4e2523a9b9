/* SPDX-License-Identifier: MIT */
/* Invariant walkers: the twin of every `<=>` in the headers.  They walk each list from its head,
 * and compare what they find with what the threads say of themselves: so no thread is on a list of
 * which it does not know, or on two lists. */
#include "check.h"

#include "../arch.h"
#include "../io.h"
#include "../map.h"
#include "../sched.h"
#include "../timer.h"

#define CHECK(c, t)                                                                                \
    do {                                                                                           \
        if (!(c))                                                                                  \
            panic("check: %s, thread %lx", #c, (unsigned long)(t)->id);                            \
    } while (0)

uint32_t check_every;

/* What the threads say of themselves. */
static struct {
    word_t ready, sleeping, sending, senders; /* senders: on lists */
} seen;

static bool is_on(const struct list_node *n)
{
    return n->next != n;
}

/* n is linked both ways into the list it is on. */
static bool is_linked(const struct list_node *n)
{
    return n->next->prev == n && n->prev->next == n;
}

static bool exists(const struct thread *t)
{
    return thread_find_global(t->id) == t;
}

/* ---- threads */

/* Two engaged threads: one of them copies or asks for a page, the other waits. */
static void check_pair(struct thread *t)
{
    struct thread *p = t->engaged;
    CHECK(p != t && exists(p) && p->engaged == t, t);
    CHECK(t->runs_copy != p->runs_copy && t->copy_sends != p->copy_sends, t);
    CHECK((thread_state(t) == THREAD_ENGAGED) != (thread_state(p) == THREAD_ENGAGED), t);
}

static void check_state(struct thread *t)
{
    bool queued = is_on(&t->in_queue);
    CHECK(!t->searches || (thread_state(t) == THREAD_READY && t->receive_result < IPC_OK), t);
    switch (thread_state(t)) {
    case THREAD_READY:
        CHECK(queued == (t != current), t);
        CHECK(!is_on(&t->in_wheel) || t->searches, t);
        seen.ready += queued;
        break;
    case THREAD_SENDING:
        CHECK(queued && t->partner && (t->partner == idle_thread || exists(t->partner)), t);
        CHECK(t->send_result == IPC_PENDING, t);
        seen.sending++;
        break;
    case THREAD_RECEIVING:
        CHECK(!queued && (t->fast_from || t->receive_result == IPC_PENDING), t);
        CHECK(!t->fast_from || (!t->kernel_sp && !is_on(&t->in_wheel) && !t->halted && !t->engaged),
              t);
        break;
    case THREAD_ENGAGED:
        CHECK(!queued && t->engaged, t);
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
    word_t senders = 0, proxies = 0;
    list_for_each (n, &t->senders) {
        struct thread *src = list_entry(n, struct thread, in_queue);
        CHECK(is_linked(n) && thread_state(src) == THREAD_SENDING && src->partner == t, t);
        senders++;
        proxies += src->virtual_sender != L4_ID_NIL;
    }
    CHECK(t->proxies == proxies, t);
    seen.senders += senders;
    if (t != idle_thread)
        CHECK((t->obstacles & ~(OBSTACLE_FPU | OBSTACLE_REDIRECTED | OBSTACLE_OVERTIME |
                                OBSTACLE_QUANTUM | OBSTACLE_COMPAT)) == senders * OBSTACLE_SENDER,
              t);
}

/* The UTCB is where the space shows it. */
static void check_utcb(struct thread *t)
{
    vaddr_t v = t->local_id - L4_UTCB_U;
    word_t *entry = v - t->space->utcb.base < t->space->utcb.size ? arch_table_entry(t->space, v)
                                                                  : NULL;
    CHECK(entry && (*entry & ENTRY_PRESENT), t);
    CHECK((char *)arch_kernel_address(entry_frame(*entry)) + (v & PAGE_MASK) == (char *)t->utcb, t);
}

static void check_thread(struct thread *t)
{
    CHECK(t->canary == STACK_CANARY && exists(t), t);
    CHECK(is_linked(&t->in_all) && is_linked(&t->in_space) && is_on(&t->in_space), t);
    CHECK(is_linked(&t->in_queue) && is_linked(&t->in_wheel) && is_linked(&t->senders), t);
    CHECK((t->utcb == NULL) == (thread_state(t) == THREAD_INACTIVE), t);
    CHECK(!(t->obstacles & OBSTACLE_QUANTUM) == (t->quantum_left == TIMEOUT_NEVER), t);
    CHECK(!t->space->redirector || (t->obstacles & OBSTACLE_REDIRECTED), t);
    if (t->utcb)
        check_utcb(t);
    if (t->engaged)
        check_pair(t);
    seen.sleeping += is_on(&t->in_wheel);
    check_state(t);
    check_senders(t);
}

/* Interrupts send, and nothing else; they are not on all_threads. */
static void check_interrupts(void)
{
    for (word_t line = 0; line < ARCH_INTERRUPTS; line++) {
        struct thread *t = thread_block(line);
        bool sends = thread_state(t) == THREAD_SENDING;
        CHECK(sends || thread_state(t) == THREAD_INTERRUPT, t);
        CHECK(is_linked(&t->in_queue) && is_on(&t->in_queue) == sends, t);
        CHECK(!sends || exists(t->partner), t);
        seen.sending += sends;
        check_senders(t); /* acknowledgements that came too early */
    }
}

/* ---- which thread runs, and when */

static void check_queues(void)
{
    word_t queued = 0;
    for (word_t p = 0; p < PRIORITIES; p++) {
        word_t bit = ready.map[p / WORD_BITS] >> p % WORD_BITS & 1;
        CHECK(bit == !list_empty(&ready.queue[p]), current);
        CHECK((ready.summary >> p / WORD_BITS & 1) == (ready.map[p / WORD_BITS] != 0), current);
        if (!bit)
            continue;
        list_for_each (n, &ready.queue[p]) {
            struct thread *t = list_entry(n, struct thread, in_queue);
            CHECK(is_linked(n) && exists(t) && t != current && thread_state(t) == THREAD_READY &&
                      t->priority == p,
                  t);
            queued++;
        }
    }
    CHECK(queued == seen.ready, current);
}

/* t is where its deadline belongs: level n's slots are what is left of the present 64^(n+1)
 * ticks. */
static void check_slot(const struct list_node *n, uint32_t level, uint32_t slot)
{
    struct thread *t = list_entry(n, struct thread, in_wheel);
    uint64_t deadline = t->deadline >> (TIMER_SLOT_BITS * level),
             now = timer.now >> (TIMER_SLOT_BITS * level);
    CHECK(is_linked(n) && exists(t), t);
    CHECK((deadline & (TIMER_SLOTS - 1)) == slot && deadline > now, t);
    CHECK(level == TIMER_LEVELS - 1 || deadline >> TIMER_SLOT_BITS == now >> TIMER_SLOT_BITS, t);
}

static void check_wheel(void)
{
    word_t sleeping = 0;
    for (uint32_t level = 0; level < TIMER_LEVELS; level++)
        for (uint32_t slot = 0; slot < TIMER_SLOTS; slot++)
            list_for_each (n, &timer.wheel[level][slot]) {
                check_slot(n, level, slot);
                sleeping++;
            }
    list_for_each (n, &timer.left) {
        CHECK(is_linked(n) && exists(list_entry(n, struct thread, in_wheel)), current);
        sleeping++;
    }
    CHECK(sleeping == seen.sleeping, current);
}

/* ---- a space: its mappings, and what they and all else cost */

struct account {
    word_t tables, nodes_pages, nodes, utcb_pages, utcbs;
};

/* An entry and its node point at each other, and the node has its place in the tree: in front of it
 * is its parent, or the last node that came from an older child of its parent.  The parent maps the
 * same frame, with no fewer rights. */
static void check_node(struct mapping *m, word_t *entry, struct thread *t)
{
    struct mapping *parent = mdb_parent(m), *p = mdb_prev(m);
    CHECK(m->entry == entry && (*entry & ENTRY_PRESENT) && (*entry & ENTRY_USER), t);
    CHECK((!m->next || mdb_prev(m->next) == m) && (!p || p->next == m), t);
    while (p && p != parent)
        p = mdb_parent(p);
    CHECK(p == parent, t);
    CHECK((parent == NULL) == t->space->is_sigma0, t);
    if (!parent) {
        CHECK(entry_frame(*entry) == arch_entry_vaddr(entry), t);
        return;
    }
    CHECK(entry_frame(*parent->entry) == entry_frame(*entry), t);
    CHECK(!(*entry & ENTRY_WRITE) || (*parent->entry & ENTRY_WRITE), t);
}

/* A page without a node is the KIP, or one of UTCBs. */
static void check_own(word_t entry, vaddr_t v, struct account *a, struct thread *t)
{
    struct space *s = t->space;
    if (v == s->kip.base && s->kip.size) {
        CHECK(!(entry & ENTRY_WRITE), t);
        return;
    }
    CHECK(v - s->utcb.base < s->utcb.size, t);
    a->utcb_pages++;
    a->utcbs += kpage_of(arch_kernel_address(entry_frame(entry)))->used;
}

static bool empty8(const word_t *w)
{
    return !(w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]);
}

static void check_table(word_t *table, vaddr_t v, struct account *a, struct thread *t)
{
    struct mapping **node = arch_entry_node(table);
    word_t present = 0;
    a->tables++;
    a->nodes_pages += node != NULL;
    CHECK(kpage_of(table)->table.space == t->space && kpage_of(table)->table.vaddr == v, t);
    for (word_t i = 0; i < PAGE_SIZE / sizeof(word_t); i++) {
        if (i % 8 == 0 && empty8(&table[i]) && (!node || empty8((word_t *)&node[i]))) {
            i += 7;
            continue;
        }
        vaddr_t at = v + (i << PAGE_BITS);
        struct mapping *m = node ? node[i] : NULL;
        CHECK((table[i] & ENTRY_PRESENT) || (!table[i] && !m), t);
        if (!table[i])
            continue;
        present++;
        a->nodes += m != NULL;
        CHECK(!m || space_mappable(t->space, at), t);
        if (m)
            check_node(m, &table[i], t);
        else
            check_own(table[i], at, a, t);
    }
    CHECK(present == kpage_of(table)->used, t);
}

/* t is one of its threads. */
static void check_space(struct thread *t)
{
    struct space *s = t->space;
    struct account a = {0};
    word_t threads = 0, active = 0, fpus = 0, ports = 0;
    for (vaddr_t v = 0; v < USER_LIMIT; v += LARGE_SIZE) {
        word_t e = *arch_directory_entry(s, v);
        CHECK((e & ENTRY_PRESENT) == (s->tables[v >> 27] >> (v >> LARGE_BITS & 31) & 1), t);
        if (e)
            check_table(arch_table_of(e), v, &a, t);
    }
    list_for_each (n, &s->threads) {
        struct thread *member = list_entry(n, struct thread, in_space);
        CHECK(member->space == s && exists(member), member);
        threads++;
        active += member->utcb != NULL;
        fpus += member->fpu != NULL;
    }
    for (struct io_node *n = s->io; n; n = n->next_in_space) {
        CHECK(n->space == s && n->first <= n->last, t);
        CHECK(!n->parent || (n->parent->first <= n->first && n->parent->last >= n->last), t);
        ports++;
    }
    CHECK(threads == s->thread_count && active == a.utcbs, t);
    CHECK(s->kmem_used ==
              PAGE_SIZE * (1 + (s->spare_table != NULL) + a.tables + a.nodes_pages + a.utcb_pages) +
                  NODE_CHARGE * a.nodes + THREAD_BLOCK * threads + ARCH_FPU_CHARGE * fpus +
                  (s->io_table ? ARCH_IO_CHARGE : 0) + (uint32_t)sizeof(struct io_node) * ports,
          t);
}

/* ---- all of it */

/* Returns how many threads there are; *space_turn moves on if a space was looked at. */
static uint32_t check_threads(uint32_t *space_turn, bool space_too)
{
    uint32_t threads = 0, spaces = 0;
    struct thread *member = NULL;
    memset(&seen, 0, sizeof seen);
    list_for_each (node, &all_threads) {
        struct thread *t = list_entry(node, struct thread, in_all);
        check_thread(t);
        threads++;
        if (t->space->threads.next == &t->in_space && spaces++ == *space_turn)
            member = t;
    }
    if (space_too && member)
        check_space(member);
    if (space_too)
        *space_turn = member ? *space_turn + 1 : 0;
    return threads;
}

void check_all(void)
{
    static uint32_t turn, event, space_turn, last_count;
    if (++turn % (check_every ? check_every : 1 + last_count / 64))
        return;
    last_count = check_threads(&space_turn, check_every || ++event % 64 == 0);
    check_interrupts();
    check_senders(idle_thread);
    CHECK(seen.senders == seen.sending, current);
    check_queues();
    check_wheel();
}
