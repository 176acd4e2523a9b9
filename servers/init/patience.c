/* SPDX-License-Identifier: MIT */
/* A file server may never answer: its disk hangs, or it means harm.  Ctrl-C takes the shell out of
 * a request to one: init's linker puts __wrap_hurd_cap_rpc() in the place of hurd_cap_rpc()
 * (room.mk), so this goes for all requests of lib/file.  A second thread looks: while the shell's
 * thread has been in one request since the last look, it asks for Ctrl-C, and breaks the request
 * off.  Before: lib/file.  After: lib/hurd-cap/rpc.c. */
#include "patience.h"
#include "terminal.h"

#include <errno.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum {
    LOOK = 100000,                      /* us between two looks */
    NONE = 0,
};

static L4_ThreadId_t shell;             /* nil: it does not run yet */
static L4_ThreadId_t looker;            /* nil: not started */

/* Written by the shell's thread. */
static volatile unsigned request;       /* its number; NONE: it is in none */
static unsigned requests;               /* so far */

/* Set by the looker while the shell's thread is halted, and taken back by that thread. */
static volatile bool broken;            /* the request has been broken off */
static volatile bool interrupted;       /* Ctrl-C: requests end at the next look, until the shell
                                           begins its next command */

/* Written by the looker. */
static volatile bool sleeps;            /* it waits for a message, or is about to */

/* ---- the looker ---- */

/* L4_Start() would break the request off. */
static void go_on(L4_ThreadId_t thread)
{
    L4_ExchangeRegisters(thread, L4_EXREGS_HALT_VALID, 0, 0, 0, 0, L4_nilthread, NULL, NULL, NULL,
                         NULL, NULL, NULL);
}

/* Ctrl-C, while the shell's thread is halted in the request.  If it was over, the shell's thread
 * would set the console itself. */
static void break_off(unsigned number)
{
    L4_Stop(shell);
    bool same = request == number;
    if (same && !interrupted)
        interrupted = terminal_listen();
    if (same && interrupted) {
        broken = true;
        L4_AbortIpc_and_stop(shell);
    }
    go_on(shell);
}

static void look(void *unused)
{
    (void) unused;
    for (unsigned last = NONE;;) {
        unsigned now = request;
        if (now != NONE && now == last)
            break_off(now);
        last = now;
        if (now != NONE) {
            L4_Sleep(L4_TimePeriod(LOOK));
            continue;
        }
        L4_ThreadId_t from;
        sleeps = true;
        if (request == NONE)            /* if it begins now, its message waits for us */
            L4_Wait(&from);
        sleeps = false;
    }
}

static void looker_wake(void)
{
    if (L4_IsNilThread(looker) && hurd_thread_start(&looker, look, NULL, 0))
        looker = L4_nilthread;          /* then nothing breaks requests off */
    if (sleeps) {
        L4_LoadMR(0, 0);
        L4_Send_Timeout(looker, L4_TimePeriod(LOOK));
    }
}

/* ---- the shell's thread ---- */

int __real_hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                        unsigned max, L4_Word_t *out, unsigned *got);
int __wrap_hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                        unsigned max, L4_Word_t *out, unsigned *got);

int __wrap_hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                        unsigned max, L4_Word_t *out, unsigned *got)
{
    if (L4_Version(server) < HURD_TASK_FIRST || !L4_IsThreadEqual(L4_MyGlobalId(), shell))
        return __real_hurd_cap_rpc(server, label, n, in, max, out, got);
    broken = false;
    request = ++requests == NONE ? ++requests : requests;
    looker_wake();
    int err = __real_hurd_cap_rpc(server, label, n, in, max, out, got);
    request = NONE;
    return broken ? EINTR : err;
}

void patience_begin(void)
{
    shell = L4_MyGlobalId();
}

bool patience_is_over(void)
{
    return interrupted;
}

void patience_new_command(void)
{
    interrupted = false;
}
