/* SPDX-License-Identifier: MIT */
/* The request loop.  Requests come from physmem, `task`, deva and the root task; faults come from
 * the threads that wortel started.
 *
 * A task that sends a wrong request gets an error reply.  If a task does not receive when wortel
 * replies, the reply is lost.  Only the replies to BOOTSTRAP_FINAL come late and must arrive:
 * wortel tries them again until they do. */
#include "wortel.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/protocol.h>

#define RETRY L4_TimePeriod(10000)      /* how long to wait while something is left to send */

/* ---- BOOTSTRAP_FINAL */

static bool root_started;

/* physmem, `task` and deva learn of each other when all three run. */
static bool send_final(L4_ThreadId_t to, const struct boot_task *of)
{
    L4_LoadMR(1, boot_task[BOOT_TASK].thread.raw);
    L4_LoadMR(2, of ? of->task_cap : 0);
    L4_LoadMR(3, boot_task[BOOT_DEVA].thread.raw);
    L4_LoadMR(4, of ? of->deva_cap : 0);
    L4_Set_MsgTag(L4_MakeTag(0, 4, 0));
    return L4_IpcSucceeded(L4_Reply(to))
        || L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_NO_PARTNER;
}

static void finish_boot(void)
{
    if (!root_started)
        return;
    if (boot_task[BOOT_TASK].final &&
        send_final(boot_task[BOOT_TASK].thread, &boot_task[BOOT_TASK]))
        boot_task[BOOT_TASK].final = false;
    if (boot_task[BOOT_DEVA].final &&
        send_final(boot_task[BOOT_DEVA].thread, &boot_task[BOOT_DEVA]))
        boot_task[BOOT_DEVA].final = false;
    if (physmem_final && send_final(physmem_thread, NULL))
        physmem_final = false;
}

static bool something_to_send(void)
{
    return console_waiting() || (root_started && (boot_task[BOOT_TASK].final ||
                                                  boot_task[BOOT_DEVA].final || physmem_final));
}

/* The FINAL of each server starts the next one; deva's ends the boot. */
static int bootstrap_final(const struct request *q)
{
    static unsigned started;            /* how many of physmem, `task` and deva have said FINAL */
    if (q->cap != started || q->cap > HURD_WORTEL_CAP_DEVA)
        return EINVAL;
    started++;
    if (q->cap == HURD_WORTEL_CAP_PHYSMEM)
        physmem_final = true;
    else
        boot_task[q->cap - HURD_WORTEL_CAP_TASK].final = true;
    if (q->cap == HURD_WORTEL_CAP_DEVA) {
        root_started = true;
        finish_boot(); /* `task` and deva come first, so the root task finds them ready */
    }
    boot_start((enum boot_id)q->cap);   /* after the server with cap ID n comes boot_task[n] */
    return -1;
}

/* ---- operations */

static int get_mem(struct reply *r)
{
    static bool told;
    L4_Fpage_t f = memory_next();
    if (L4_IsNilFpage(f) && !told) {
        told = true;
        say("wortel: %lu KB handed to physmem\n", memory_given() >> 10);
    }
    r->word[r->u + r->t++] = L4_Address(f) | L4_ITEM_MAP;
    r->word[r->u + r->t++] = f.raw;
    return 0;
}

static int word(struct reply *r, L4_Word_t w)
{
    r->word[r->u++] = w;
    return 0;
}

static int putchar_op(const struct request *q)
{
    if (q->n != 1)
        return EINVAL;
    console_putchar((char)q->word[0]);
    return 0;
}

static int shutdown_op(const struct request *q)
{
    L4_Word_t status = q->n > 0 ? q->word[0] : 0,
              how = q->n > 1 ? q->word[1] : HURD_SHUTDOWN_POWEROFF;
    if (q->n > 2 || status > 31 || how > HURD_SHUTDOWN_HALT)
        return EINVAL;
    system_shutdown(status, (enum hurd_shutdown)how);
}

static int system_info(struct reply *r)
{
    L4_Word_t pool = 0;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
        const L4_MemoryDesc_t *m = L4_MemoryDesc(kip, i);
        if (!L4_IsMemoryDescVirtual(m) && L4_MemoryDescType(m) == L4_ReservedMemoryType)
            pool += L4_MemoryDescHigh(m) - L4_MemoryDescLow(m) + 1;
    }
    word(r, memory_given());
    return word(r, pool);
}

/* Which task may send which request: bit n stands for wortel cap ID n. */
enum {
    P = 1 << HURD_WORTEL_CAP_PHYSMEM,
    T = 1 << HURD_WORTEL_CAP_TASK,
    D = 1 << HURD_WORTEL_CAP_DEVA,
    R = 1 << HURD_WORTEL_CAP_ROOT
};

static L4_Word_t entitled(L4_Word_t op)
{
    switch (op) {
    case HURD_WORTEL_THREAD_CONTROL:            return T | D;
    case HURD_WORTEL_SPACE_CONTROL:             return T;
    case HURD_WORTEL_PROCESSOR_CONTROL:         return T | R;
    case HURD_WORTEL_MEMORY_CONTROL:            return P;
    case HURD_WORTEL_PUTCHAR:                   return P | T | D | R;
    case HURD_WORTEL_SHUTDOWN:                  return T | D | R;
    case HURD_WORTEL_GET_MEM:
    case HURD_WORTEL_GET_CAP_REQUEST:
    case HURD_WORTEL_GET_CAP_REPLY:
    case HURD_WORTEL_GET_THREADS:               return P;
    case HURD_WORTEL_BOOTSTRAP_FINAL:           return P | T | D;
    case HURD_WORTEL_GET_FIRST_FREE_THREAD_NO:
    case HURD_WORTEL_GET_TASK_CAP_REQUEST:
    case HURD_WORTEL_GET_TASK_CAP_REPLY:        return T;
    case HURD_WORTEL_GET_DEVA_CAP_REQUEST:
    case HURD_WORTEL_GET_DEVA_CAP_REPLY:
    case HURD_WORTEL_GET_IO_PORTS:
    case HURD_WORTEL_GET_IO_MEM:
    case HURD_WORTEL_CONSOLE_TAKE:              return D;
    case HURD_WORTEL_SPACE_INFO:                return T | D;
    case HURD_WORTEL_SPACE_QUOTA:               return T;
    case HURD_WORTEL_PRIORITY:                  return T | D | R;
    case HURD_WORTEL_SYSTEM_INFO:               return P | T | D | R;
    case HURD_WORTEL_TRACE:                     return R;
    default:                                    return 0;
    }
}

/* Returns 0 if *r is the reply, an errno, or -1 if there is no reply now. */
static int operate(const struct request *q, struct reply *r)
{
    switch (q->op) {
    case HURD_WORTEL_THREAD_CONTROL:        return control_thread(q, r);
    case HURD_WORTEL_SPACE_CONTROL:         return control_space(q, r);
    case HURD_WORTEL_PROCESSOR_CONTROL:     return control_processor(q, r);
    case HURD_WORTEL_MEMORY_CONTROL:        return control_memory(q, r);
    case HURD_WORTEL_PUTCHAR:               return putchar_op(q);
    case HURD_WORTEL_SHUTDOWN:              return shutdown_op(q);
    case HURD_WORTEL_GET_MEM:               return get_mem(r);
    case HURD_WORTEL_GET_CAP_REQUEST:       return cap_request(r);
    case HURD_WORTEL_GET_CAP_REPLY:         return q->n == 1 ? cap_reply(q->word[0]) : EINVAL;
    case HURD_WORTEL_GET_THREADS:           return word(r, PHYSMEM_EXTRA_THREADS);
    case HURD_WORTEL_BOOTSTRAP_FINAL:       return bootstrap_final(q);
    case HURD_WORTEL_GET_FIRST_FREE_THREAD_NO:  return word(r, first_free_thread());
    case HURD_WORTEL_GET_TASK_CAP_REQUEST:  return task_cap_request(r);
    case HURD_WORTEL_GET_TASK_CAP_REPLY:    return q->n == 1 ? task_cap_reply(q->word[0]) : EINVAL;
    case HURD_WORTEL_GET_DEVA_CAP_REQUEST:  return deva_cap_request(r);
    case HURD_WORTEL_GET_DEVA_CAP_REPLY:    return q->n == 1 ? deva_cap_reply(q->word[0]) : EINVAL;
    case HURD_WORTEL_GET_IO_PORTS:          return control_io_ports(q, r);
    case HURD_WORTEL_GET_IO_MEM:            return control_io_mem(q, r);
    case HURD_WORTEL_CONSOLE_TAKE:
        console_hand_over(boot_task[BOOT_DEVA].thread);
        return 0;
    case HURD_WORTEL_SPACE_INFO:            return control_space_info(q, r);
    case HURD_WORTEL_SPACE_QUOTA:           return control_space_quota(q, r);
    case HURD_WORTEL_PRIORITY:              return control_priority(q, r);
    case HURD_WORTEL_SYSTEM_INFO:           return system_info(r);
    case HURD_WORTEL_TRACE:                 return control_trace(q, r);
    default:                                return ENOSYS;
    }
}

/* The table of spec hurd 4.5, from cap ID to task ID.  Both are in the order of starting. */
static bool is_holder(L4_Word_t cap, L4_ThreadId_t from)
{
    return cap <= HURD_WORTEL_CAP_ROOT && L4_IsGlobalId(from)
        && L4_Version(from) == HURD_TASK_PHYSMEM + cap;
}

static int request(L4_ThreadId_t from, L4_MsgTag_t tag, struct reply *r)
{
    struct request q = {.from = from, .cap = L4_Label(tag) & 0xFF, .op = L4_Label(tag) >> 8,
                        .n = L4_UntypedWords(tag)};
    if (!is_holder(q.cap, from))
        return EPERM;
    if (L4_TypedWords(tag) != 0 || q.n > 63)
        return EINVAL;
    if (entitled(q.op) == 0)
        return ENOSYS;
    if ((entitled(q.op) & 1ul << q.cap) == 0)
        return EPERM;
    L4_StoreMRs(1, (int)q.n, q.word);
    return operate(&q, r);
}

/* ---- faults of the threads whose pager is wortel */

static const char *name_of(L4_ThreadId_t t)
{
    if (t.raw == physmem_thread.raw)
        return "physmem";
    for (int i = 0; i < BOOT_COUNT; i++)
        if (t.raw == boot_task[i].thread.raw)
            return boot_task[i].name;
    return NULL;
}

/* A task whose pager is still wortel is a server that the system needs, so the machine stops and
 * says why. */
static void __attribute__((noreturn)) server_lost(void)
{
    say("wortel: the system cannot go on without this server, so it stops.\n");
    system_shutdown(2, HURD_SHUTDOWN_POWEROFF);
}

static int fault(L4_ThreadId_t from, L4_MsgTag_t tag, struct reply *r)
{
    L4_Word_t address = L4_MR(1), ip = L4_MR(2);
    if (from.raw == physmem_thread.raw && physmem_covers(address)) {
        r->t = physmem_items(address, r->word, 62);
        return 0;
    }
    for (int i = 0; i < BOOT_COUNT; i++)
        if (from.raw == boot_task[i].thread.raw
            && address - HURD_STARTUP_ADDR < HURD_STARTUP_SIZE) {
            r->word[r->t++] = HURD_STARTUP_ADDR | L4_ITEM_MAP;
            r->word[r->t++] = L4_FpageAddRights(
                L4_FpageLog2(boot_task[i].startup_page, HURD_STARTUP_SIZE_LOG2), L4_FPAGE_RWX).raw;
            return 0;
        }
    say("%s: segmentation violation at 0x%lx, %s, ip 0x%lx\n", name_of(from), address,
        L4_PageFaultIsWrite(tag) ? "write" : "read", ip);
    server_lost();
}

static void __attribute__((noreturn)) exception(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    if (L4_IsException(tag))
        say("%s: exception %lu, error 0x%lx, ip 0x%lx, sp 0x%lx, flags 0x%lx\n", name_of(from),
            L4_MR(3), L4_MR(4), L4_MR(1), L4_MR(8), L4_MR(2));
    else
        say("%s: message 0x%lx, 0x%lx 0x%lx\n", name_of(from), L4_Label(tag), L4_MR(1), L4_MR(2));
    server_lost();
}

/* Labels from 0xff80 up are the kernel's.  wortel believes them only from threads whose pager it
 * is. */
static int from_kernel(L4_ThreadId_t from, L4_MsgTag_t tag, struct reply *r)
{
    if (!name_of(from))
        return EPERM;
    if (L4_IsPageFault(tag))
        return fault(from, tag, r);
    exception(from, tag);
}

static void answer(struct reply *r, int error)
{
    if (error > 0)
        *r = (struct reply) {.label = HURD_WORTEL_ERROR, .u = 1, .word = {(L4_Word_t)error}};
    L4_LoadMRs(1, (int)(r->u + r->t), r->word);
    L4_Set_MsgTag(L4_MakeTag(r->label, r->u, r->t));
}

/* Replies and waits in one call, unless something is left to send: the reply goes first. */
static L4_MsgTag_t next_message(bool reply, L4_ThreadId_t *from)
{
    L4_Accept(L4_UntypedWordsAcceptor);     /* a call to sigma0 has set another acceptor */
    if (!something_to_send())
        return reply ? L4_ReplyWait(*from, from) : L4_Wait(from);
    if (reply)
        L4_Reply(*from);
    finish_boot();
    console_flush();
    return something_to_send() ? L4_Wait_Timeout(RETRY, from) : L4_Wait(from);
}

void serve(void)
{
    L4_ThreadId_t from = L4_nilthread;
    bool reply = false;
    for (;;) {
        struct reply r;
        L4_MsgTag_t tag = next_message(reply, &from);
        reply = false;
        r.label = r.u = r.t = 0;
        if (L4_IpcSucceeded(tag)) {
            int error = L4_Label(tag) >= L4_LABEL_IO_FAULT ? from_kernel(from, tag, &r)
                                                           : request(from, tag, &r);
            reply = error >= 0;
            if (reply)
                answer(&r, error);
        }
    }
}
