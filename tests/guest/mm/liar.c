/* SPDX-License-Identifier: MIT */
/* A task whose pager thread answers `maps` with lies: tests/system/maps.py asks it. */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <stdio.h>
#include <string.h>
#include "suite.h"

enum lie { WITHOUT_END, LATE, IN_CIRCLES, BACKWARDS, TOO_LONG, HALF_A_REGION, SILENT };

static char stack[4 * PAGE] __attribute__((aligned(4096)));

/* The answer to a question for the regions from `from` on. */
static void lie(enum lie kind, L4_Word_t from)
{
    L4_Word_t n = kind == TOO_LONG ? 12 : 10, words = n * HURD_MM_MAPS_WORDS;
    for (L4_Word_t i = 0; i < n; i++) {
        L4_Word_t first = kind == IN_CIRCLES && i ? i * PAGE : from + i * PAGE;
        L4_Word_t last = kind == BACKWARDS && i == 5 ? first - 1 : first + PAGE - 1;
        L4_Word_t region[HURD_MM_MAPS_WORDS] = {first, last, 7, 0xffffffff, 0xffffffff};
        L4_LoadMRs((int)(1 + i * HURD_MM_MAPS_WORDS), HURD_MM_MAPS_WORDS, region);
    }
    L4_LoadMR(0, L4_MakeTag(0, kind == HALF_A_REGION ? words - 3 : words, 0).raw);
}

/* Takes no fault after its first answer: its pager would end the task. */
static _Noreturn void liar(void)
{
    enum lie kind = (enum lie)child_argument;
    L4_ThreadId_t from;
    lie(kind, 0);
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_Wait(&from);
    L4_Word_t address = L4_MR(1);
    for (bool first = true;; first = false) {
        while (kind == SILENT && !first)
            L4_Sleep(L4_Never);
        if (kind == LATE)
            L4_Sleep(L4_TimePeriod(250000));
        lie(kind, address);
        L4_ReplyWait(from, &from);
        address = L4_MR(1);
    }
}

int child_liar(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t thread, task = L4_ThreadIdOfRaw(data->task.server);
    memset(stack, 0, sizeof stack);
    if (hurd_task_thread_alloc(task, data->task.cap, 0, &thread))
        return 1;
    L4_Set_PagerOf(thread, hurd_mm_pager());            /* for its first steps */
    L4_UtcbOf(L4_LocalIdOf(thread).raw)->exception_handler = task.raw;
    L4_Start_SpIp(thread, (L4_Word_t)stack + sizeof stack - 16, (L4_Word_t)liar);
    L4_LoadMR(1, 0);
    L4_LoadMR(0, L4_MakeTag(HURD_MM_MAPS, 1, 0).raw);
    L4_Call(thread);
    L4_Set_PagerOf(thread, task);
    printf("# the liar is ready\n");
    L4_Sleep(L4_Never);
    return 2;
}
