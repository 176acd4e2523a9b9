/* SPDX-License-Identifier: MIT */
/* A second task from the same program.  It waits for orders of its parent (a request to physmem, a
 * mapping in its window, a look at a page, a write), obeys, and answers with an errno and a word.
 * */
#include "suite.h"

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <stdio.h>
#include <stdlib.h>

#define FRIEND_FRAMES   128u            /* beside its program */
#define PATIENCE        L4_TimePeriod(5000000)

enum order { HELLO = 0x700, ASK, MAP, PEEK, POKE };

L4_Word_t friend_task;
static L4_ThreadId_t friend;
static struct hurd_task_created created;

/* ---- the parent's side ---- */

/* task takes a share of a container of ours; our image is a weak reference, so it is copied once.
 * */
static L4_Word_t image_container(L4_Word_t *size)
{
    static L4_Word_t container, bytes;
    const struct hurd_startup_data *data = __hurd_startup_data;
    if (!bytes) {
        struct hurd_pm_container_info info = { 0 };
        EXPECT_EQ(hurd_pm_container_info(pm, data->image.cap, &info), 0);
        EXPECT_EQ(hurd_pm_container_create(pm, own_control, 0, &container), 0);
        EXPECT_EQ(hurd_pm_container_copy(pm, data->image.cap, 0, container, 0, info.allocated, 0, NULL), 0);
        bytes = info.allocated;
    }
    *size = bytes;
    return container;
}

void friend_start(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t server = L4_ThreadIdOfRaw(data->task.server);
    L4_Word_t size, image, memory, container = image_container(&size);
    char argz[64];
    int n = snprintf(argz, sizeof argz, "friend%cfriend=%lx", 0, L4_MyGlobalId().raw) + 1;
    friend_task = 0;
    EXPECT_EQ(hurd_pm_container_share(pm, container, HURD_TASK_TASK, HURD_PM_READ | HURD_PM_EXECUTE, &image), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, FRIEND_FRAMES + size / PAGE, HURD_TASK_TASK, &memory), 0);
    int err = hurd_task_create(server, data->task.cap, image, 0, size, memory, argz, n, &created);
    EXPECT_EQ(err, 0);
    if (err)
        return;
    L4_MsgTag_t tag = L4_Wait_Timeout(PATIENCE, &friend);
    EXPECT(L4_IpcSucceeded(tag) && L4_Label(tag) == HELLO && L4_Version(friend) == created.id);
    friend_task = created.id;
}

void friend_kill(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t server = L4_ThreadIdOfRaw(data->task.server);
    L4_Word_t status, reason;
    if (!friend_task)
        return;
    friend_task = 0;
    EXPECT_EQ(hurd_task_destroy(server, created.handle, 0), 0);
    EXPECT_EQ(hurd_task_wait(server, created.handle, 0, &status, &reason), 0);
    hurd_task_release(server, created.handle);
}

static int order(enum order what, unsigned n, const L4_Word_t *words, L4_Word_t *word)
{
    L4_LoadMR(0, L4_MakeTag(what, n, 0).raw);
    L4_LoadMRs(1, n, words);
    L4_MsgTag_t tag = L4_Call_Timeouts(friend, PATIENCE, PATIENCE);
    if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != 2)
        return EIO;
    L4_Word_t err = L4_MR(1), value = L4_MR(2);
    if (word)
        *word = value;
    return err;
}

int friend_request(L4_Word_t label, unsigned n, const L4_Word_t *words, L4_Word_t *word)
{
    L4_Word_t order_words[8] = { label };
    for (unsigned i = 0; i < n && i < 7; i++)
        order_words[1 + i] = words[i];
    return order(ASK, n + 1, order_words, word);
}

void friend_leave(L4_Word_t label, unsigned n, const L4_Word_t *words)
{
    L4_LoadMR(0, L4_MakeTag(ASK, n + 1, 0).raw);
    L4_LoadMR(1, label);
    L4_LoadMRs(2, n, words);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(friend, PATIENCE)));
}

int friend_map(L4_Word_t container, unsigned page, unsigned n, unsigned rights)
{
    return order(MAP, 4, (L4_Word_t[]) { container, page, n, rights }, NULL);
}

uint32_t friend_peek(unsigned page)
{
    L4_Word_t value = 0;
    EXPECT_EQ(order(PEEK, 1, (L4_Word_t[]) { page }, &value), 0);
    return value;
}

void friend_poke(unsigned page, uint32_t value)
{
    EXPECT_EQ(order(POKE, 2, (L4_Word_t[]) { page, value }, NULL), 0);
}

/* ---- the friend's side ---- */

static int obey(L4_MsgTag_t tag, L4_Word_t *value)
{
    L4_Word_t w[8] = { 0 };
    unsigned n = L4_UntypedWords(tag);
    L4_StoreMRs(1, n < 8 ? n : 8, w);
    *value = 0;
    switch (L4_Label(tag)) {
    case ASK:   return request_words(w[0], n - 1, &w[1], value);
    case MAP:   return map(w[0], w[1], w[2], w[3]);
    case PEEK:  *value = *at(w[0]); return 0;
    case POKE:  *at(w[0]) = w[1]; return 0;
    default:    return EINVAL;
    }
}

int friend_main(const char *parent_text)
{
    L4_ThreadId_t parent = L4_ThreadIdOfRaw(strtoul(parent_text, NULL, 16));
    if (hurd_vm_allocate(&window, WINDOW_PAGES * PAGE, 0, 0))
        return 1;
    hurd_cap_open(pm, FRIEND_SLOTS, L4_Version(parent));
    L4_LoadMR(0, L4_MakeTag(HELLO, 0, 0).raw);
    L4_MsgTag_t tag = L4_Call(parent);
    while (L4_IpcSucceeded(tag)) {
        L4_Word_t value;
        int err = obey(tag, &value);
        L4_LoadMR(0, L4_MakeTag(0, 2, 0).raw);
        L4_LoadMR(1, err);
        L4_LoadMR(2, value);
        tag = L4_Call(parent);
    }
    return 2;
}
