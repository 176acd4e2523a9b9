/* SPDX-License-Identifier: MIT */
/* The client functions of include/hurd/wortel.h: words out, words in. */
#include <errno.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/kip.h>

L4_ThreadId_t hurd_wortel_thread(void)
{
    return L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()) + 2, HURD_TASK_WORTEL);
}

enum { REPLY_MOST = 8 };                /* words of a reply behind the first */

/* Sends a request whose reply begins with an L4 error code.  `count` words behind it, REPLY_MOST at
 * most, go to `values`; those that the reply does not have are 0. */
static int control_many(L4_Word_t op, L4_Word_t cap, unsigned n, const L4_Word_t *in,
                        unsigned count, L4_Word_t *values)
{
    L4_Word_t out[1 + REPLY_MOST] = {0};
    unsigned got = 0;
    int error = hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(op, cap), n, in, 1 + count,
                             out, &got);
    if (error != 0)
        return error;
    if (got < 1)
        return EIO;
    if (out[0] != 0)
        return -1 - (int)out[0];
    for (unsigned i = 0; i < count; i++)
        values[i] = out[1 + i];
    return 0;
}

static int control(L4_Word_t op, L4_Word_t cap, unsigned n, const L4_Word_t *in, L4_Word_t *second)
{
    return control_many(op, cap, n, in, second ? 1 : 0, second);
}

void hurd_wortel_putchar(L4_Word_t cap, int c)
{
    L4_Word_t in = (unsigned char)c;
    hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_PUTCHAR, cap), 1, &in, 0, NULL,
                 NULL);
}

void hurd_wortel_write(L4_Word_t cap, const char *text, L4_Word_t n)
{
    while (n-- > 0)
        hurd_wortel_putchar(cap, *text++);
}

int hurd_wortel_thread_control(L4_Word_t cap, L4_ThreadId_t dest, L4_ThreadId_t space,
                               L4_ThreadId_t scheduler, L4_ThreadId_t pager, L4_Word_t utcb)
{
    L4_Word_t in[] = {dest.raw, space.raw, scheduler.raw, pager.raw, utcb};
    return control(HURD_WORTEL_THREAD_CONTROL, cap, 5, in, NULL);
}

int hurd_wortel_space_control(L4_Word_t cap, L4_ThreadId_t space, L4_Word_t flags, L4_Word_t kip,
                              L4_Word_t utcb, L4_ThreadId_t redirector, L4_Word_t *old_control)
{
    L4_Word_t in[] = {space.raw, flags, kip, utcb, redirector.raw};
    return control(HURD_WORTEL_SPACE_CONTROL, cap, 5, in, old_control);
}

int hurd_wortel_processor_control(L4_Word_t cap, L4_Word_t number, L4_Word_t flags,
                                  L4_Word_t internal, L4_Word_t external, L4_Word_t voltage)
{
    L4_Word_t in[] = {number, flags, internal, external, voltage};
    return control(HURD_WORTEL_PROCESSOR_CONTROL, cap, 5, in, NULL);
}

int hurd_wortel_memory_control(L4_Word_t cap, const L4_Word_t *fpages, L4_Word_t n,
                               const L4_Word_t attributes[4])
{
    L4_Word_t in[63];
    if (n < 1 || n > 59)
        return EINVAL;
    for (L4_Word_t i = 0; i < n; i++)
        in[i] = fpages[i];
    for (L4_Word_t i = 0; i < 4; i++)
        in[n + i] = attributes[i];
    return control(HURD_WORTEL_MEMORY_CONTROL, cap, (unsigned)n + 4, in, NULL);
}

int hurd_wortel_space_info(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                           L4_Word_t *value)
{
    L4_Word_t in[] = {space.raw, (L4_Word_t)k};
    return control(HURD_WORTEL_SPACE_INFO, cap, 2, in, value);
}

int hurd_wortel_space_infos(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                            L4_Word_t count, L4_Word_t *values)
{
    L4_Word_t in[] = {space.raw, (L4_Word_t)k, count};
    return count > REPLY_MOST ? EINVAL
                              : control_many(HURD_WORTEL_SPACE_INFO, cap, 3, in, count, values);
}

int hurd_wortel_space_quota(L4_Word_t cap, L4_ThreadId_t space, L4_Word_t pages)
{
    L4_Word_t in[] = {space.raw, pages};
    return control(HURD_WORTEL_SPACE_QUOTA, cap, 2, in, NULL);
}

int hurd_wortel_priority(L4_Word_t cap, L4_ThreadId_t thread, L4_Word_t priority)
{
    L4_Word_t in[] = {thread.raw, priority};
    return control(HURD_WORTEL_PRIORITY, cap, 2, in, NULL);
}

int hurd_wortel_trace(L4_Word_t cap, enum hurd_trace op, L4_Word_t argument, L4_Word_t *written,
                      L4_Word_t *records, L4_Word_t *count)
{
    L4_Word_t in[] = {op, argument}, out[2 + HURD_TRACE_RECORDS * HURD_TRACE_WORDS] = {0};
    unsigned got = 0;
    int error = hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_TRACE, cap), 2, in,
                             sizeof out / sizeof out[0], out, &got);
    if (error != 0)
        return error;
    if (got < 2)
        return EIO;
    *written = out[1];
    if (out[0] != 0)
        return -1 - (int)out[0];
    if (op == HURD_TRACE_READ) {
        *count = (got - 2) / HURD_TRACE_WORDS;
        for (L4_Word_t i = 0; i < *count * HURD_TRACE_WORDS; i++)
            records[i] = out[2 + i];
    }
    return 0;
}

int hurd_wortel_shutdown(L4_Word_t cap, L4_Word_t status, enum hurd_shutdown how)
{
    L4_Word_t in[] = {status, (L4_Word_t)how};
    int error = hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_SHUTDOWN, cap), 2,
                             in, 0, NULL, NULL);
    return error ? error : EIO;
}

/* Requests whose reply has a map item cannot use hurd_cap_rpc(), because the caller's acceptor must
 * stay. */
static int map_call(L4_Word_t op, L4_Word_t cap, unsigned n, const L4_Word_t *in, L4_Fpage_t window)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_MapGrantItems(window));
    L4_LoadMRs(1, (int)n, in);
    L4_Set_MsgTag(L4_MakeTag(HURD_WORTEL_LABEL(op, cap), n, 0));
    L4_MsgTag_t tag = L4_Call(hurd_wortel_thread());
    L4_Accept(before);
    if (L4_IpcFailed(tag) || L4_UntypedWords(tag) < 1)
        return EIO;
    return (int)L4_MR(1);               /* 0 or an errno; also after a refusal (label 0x8000) */
}

int hurd_wortel_get_io_ports(L4_Word_t cap, L4_Word_t io_fpage)
{
    return map_call(HURD_WORTEL_GET_IO_PORTS, cap, 1, &io_fpage, L4_CompleteIoSpace);
}

int hurd_wortel_get_io_mem(L4_Word_t cap, L4_Word_t base, L4_Word_t size, L4_Word_t window_fpage)
{
    L4_Word_t in[] = {base, size};
    return map_call(HURD_WORTEL_GET_IO_MEM, cap, 2, in, L4_FpageOfRaw(window_fpage));
}

int hurd_wortel_console_take(L4_Word_t cap)
{
    return hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_CONSOLE_TAKE, cap), 0,
                        NULL, 0, NULL, NULL);
}
