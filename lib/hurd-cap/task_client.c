/* SPDX-License-Identifier: MIT */
/* The client functions of include/hurd/task.h: words out, words in. */
#include <errno.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <string.h>

/* Sends a request whose reply must have at least `want` words. */
static int call(L4_ThreadId_t server, L4_Word_t op, unsigned n, const L4_Word_t *in, unsigned want,
                unsigned max, L4_Word_t *out, unsigned *got)
{
    unsigned words = 0;
    int error = hurd_cap_rpc(server, op, n, in, max, out, &words);
    if (got)
        *got = words;
    return error == 0 && words < want ? EIO : error;
}

int hurd_task_thread_alloc(L4_ThreadId_t server, L4_Word_t task, L4_Word_t utcb,
                           L4_ThreadId_t *thread)
{
    L4_Word_t in[] = {task, utcb}, out[2];
    int error = call(server, HURD_TASK_THREAD_ALLOC, 2, in, 1, 2, out, NULL);
    if (error)
        return error;
    L4_ThreadId_t local = L4_LocalIdOf(L4_ThreadIdOfRaw(out[0]));
    if (!L4_IsNilThread(local))         /* nil: the thread is a child's */
        L4_UtcbOf(local.raw)->exception_handler = L4_ExceptionHandler().raw;
    if (thread)
        thread->raw = out[0];
    return 0;
}

int hurd_task_thread_destroy(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread)
{
    L4_Word_t in[] = {task, thread.raw};
    return call(server, HURD_TASK_THREAD_DESTROY, 2, in, 0, 0, NULL, NULL);
}

int hurd_task_thread_priority(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread,
                              L4_Word_t prio)
{
    L4_Word_t in[] = {task, thread.raw, prio};
    return call(server, HURD_TASK_THREAD_PRIORITY, 3, in, 0, 0, NULL, NULL);
}

int hurd_task_threads(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t start,
                      L4_Word_t *pairs, L4_Word_t *n, L4_Word_t *total)
{
    L4_Word_t in[] = {task, id, start}, out[63];
    unsigned got;
    int error = call(server, HURD_TASK_THREADS, 3, in, 1, 63, out, &got);
    if (error != 0)
        return error;
    *total = out[0];
    *n = (got - 1) / 2 < 30 ? (got - 1) / 2 : 30;
    memcpy(pairs, out + 1, *n * 2 * sizeof(L4_Word_t));
    return 0;
}

/* The requests that name an image: in[0] to in[4] are filled in. */
enum { IMAGE_WORDS = 6 + HURD_TASK_ARGZ_MAX / 4 };

static int image_call(L4_ThreadId_t server, L4_Word_t op, L4_Word_t in[IMAGE_WORDS],
                      const struct hurd_task_text *text, unsigned want, L4_Word_t out[3])
{
    L4_Word_t length = text->argz_len + text->envz_len, words = 2;
    if (text->argz_len > HURD_TASK_TEXT_MAX || text->envz_len > HURD_TASK_TEXT_MAX)
        return E2BIG;
    memset(in + 6, 0, HURD_TASK_ARGZ_MAX);
    in[5] = text->argz_len | text->envz_len << 16;
    if (length <= HURD_TASK_ARGZ_MAX) {
        memcpy(in + 6, text->argz, length);
        words = (length + 3) / 4;
    } else {
        in[6] = text->container;
        in[7] = text->offset;
    }
    return call(server, op, 6 + words, in, want, 3, out, NULL);
}

static int create(L4_ThreadId_t server, L4_Word_t op, L4_Word_t in[IMAGE_WORDS],
                  const struct hurd_task_text *text, struct hurd_task_created *created)
{
    L4_Word_t out[3];
    int error = image_call(server, op, in, text, 3, out);
    if (error == 0 && created)
        *created = (struct hurd_task_created) {out[0], out[1], {.raw = out[2]}};
    return error;
}

int hurd_task_create_text(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                          L4_Word_t size, L4_Word_t control, const struct hurd_task_text *text,
                          struct hurd_task_created *created)
{
    L4_Word_t in[IMAGE_WORDS] = {task, image, offset, size, control};
    return create(server, HURD_TASK_CREATE, in, text, created);
}

int hurd_task_spawn(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                    L4_Word_t size, L4_Word_t control, const struct hurd_task_text *text,
                    struct hurd_task_created *created)
{
    L4_Word_t in[IMAGE_WORDS] = {task, image, offset, size, control};
    return create(server, HURD_TASK_SPAWN, in, text, created);
}

int hurd_task_exec(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                   L4_Word_t size, L4_Word_t kept, const struct hurd_task_text *text)
{
    L4_Word_t in[IMAGE_WORDS] = {task, image, offset, size, kept}, out[3];
    return image_call(server, HURD_TASK_EXEC, in, text, 0, out);
}

int hurd_task_create(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                     L4_Word_t size, L4_Word_t control, const char *argz, L4_Word_t argz_len,
                     struct hurd_task_created *created)
{
    const struct hurd_task_text text = {.argz = argz, .argz_len = argz_len};
    if (argz_len > HURD_TASK_ARGZ_MAX)
        return E2BIG;
    return hurd_task_create_text(server, task, image, offset, size, control, &text, created);
}

int hurd_task_fork(L4_ThreadId_t server, L4_Word_t task, L4_Word_t control, L4_Word_t memory,
                   const struct hurd_startup_resume *r, struct hurd_task_created *created)
{
    const struct hurd_startup_range *text = &r->text;
    L4_Word_t in[HURD_TASK_FORK_WORDS + HURD_STARTUP_RANGES * 3] = {
        task, control, memory, r->ip, text->address, text->size, text->rights, r->text_offset,
    };
    L4_Word_t out[3], n = r->count;
    if (n > HURD_STARTUP_RANGES)
        return EINVAL;
    memcpy(in + HURD_TASK_FORK_WORDS, r->range, n * sizeof r->range[0]);
    int error = call(server, HURD_TASK_FORK, HURD_TASK_FORK_WORDS + n * 3, in, 3, 3, out, NULL);
    if (error == 0)
        *created = (struct hurd_task_created) {out[0], out[1], {.raw = out[2]}};
    return error;
}

int hurd_task_image(L4_ThreadId_t server, L4_Word_t task, L4_Word_t container, L4_Word_t offset,
                    L4_Word_t size, L4_Word_t *image)
{
    L4_Word_t in[] = {task, container, offset, size};
    return call(server, HURD_TASK_IMAGE, 4, in, 1, 1, image, NULL);
}

int hurd_task_image_empty(L4_ThreadId_t server, L4_Word_t task, L4_Word_t container,
                          L4_Word_t size, L4_Word_t number, L4_Word_t *image, L4_Word_t *pages)
{
    L4_Word_t in[] = {task, container, 0, size, number}, out[2];
    int error = call(server, HURD_TASK_IMAGE, 5, in, 2, 2, out, NULL);
    if (error)
        return error;
    *image = out[0];
    *pages = out[1];
    return 0;
}

int hurd_task_image_users(L4_ThreadId_t server, L4_Word_t image, L4_Word_t *users)
{
    return call(server, HURD_TASK_IMAGE_USERS, 1, &image, 1, 1, users, NULL);
}

int hurd_task_wait_child(L4_ThreadId_t server, L4_Word_t task, L4_Word_t child, L4_Word_t flags,
                         struct hurd_task_ended *ended)
{
    L4_Word_t in[] = {task, child, flags}, out[3];
    int error = call(server, HURD_TASK_WAIT_CHILD, 3, in, 3, 3, out, NULL);
    if (error == 0)
        *ended = (struct hurd_task_ended) {out[0], out[1], out[2]};
    return error;
}

int hurd_task_destroy(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status_or_id)
{
    L4_Word_t in[] = {task, status_or_id};
    return call(server, HURD_TASK_DESTROY, 2, in, 0, 0, NULL, NULL);
}

void hurd_task_exit(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status)
{
    L4_Word_t in[] = {task, status};
    call(server, HURD_TASK_EXIT, 2, in, 0, 0, NULL, NULL);
    __builtin_trap();                   /* `task` refused: this exception ends the task */
}

int hurd_task_wait(L4_ThreadId_t server, L4_Word_t task, L4_Word_t flags, L4_Word_t *status,
                   L4_Word_t *reason)
{
    L4_Word_t in[] = {task, flags}, out[2];
    int error = call(server, HURD_TASK_WAIT, 2, in, 2, 2, out, NULL);
    if (error == 0 && status)
        *status = out[0];
    if (error == 0 && reason)
        *reason = out[1];
    return error;
}

int hurd_task_info(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, struct hurd_task_info *info)
{
    enum { WORDS = sizeof *info / sizeof(L4_Word_t) };
    L4_Word_t in[] = {task, id}, out[WORDS];
    int error = call(server, HURD_TASK_INFO, 2, in, WORDS, WORDS, out, NULL);
    if (error == 0)
        memcpy(info, out, sizeof *info);
    return error;
}

int hurd_task_list(L4_ThreadId_t server, L4_Word_t master, L4_Word_t start, L4_Word_t *ids,
                   L4_Word_t *n, L4_Word_t *total)
{
    L4_Word_t in[] = {master, start}, out[61];
    unsigned got;
    int error = call(server, HURD_TASK_LIST, 2, in, 1, 61, out, &got);
    if (error != 0)
        return error;
    *total = out[0];
    *n = got - 1 < 60 ? got - 1 : 60;
    memcpy(ids, out + 1, *n * sizeof(L4_Word_t));
    return 0;
}

int hurd_task_budget(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id,
                     struct hurd_task_budget budget[HURD_BUDGETS])
{
    L4_Word_t in[] = {task, id}, out[2 * HURD_BUDGETS];
    int error =
        call(server, HURD_TASK_BUDGET, 2, in, 2 * HURD_BUDGETS, 2 * HURD_BUDGETS, out, NULL);
    for (unsigned b = 0; !error && b < HURD_BUDGETS; b++)
        budget[b] = (struct hurd_task_budget) {out[2 * b], out[2 * b + 1]};
    return error;
}

int hurd_task_give_back(L4_ThreadId_t server, L4_Word_t task, L4_Word_t children)
{
    L4_Word_t in[] = {task, children};
    return call(server, HURD_TASK_GIVE_BACK, 2, in, 0, 0, NULL, NULL);
}

int hurd_task_grow(L4_ThreadId_t server, L4_Word_t task, L4_Word_t least, L4_Word_t most,
                   L4_Word_t *frames)
{
    L4_Word_t in[] = {task, least, most};
    return call(server, HURD_TASK_GROW, 3, in, 1, 1, frames, NULL);
}

int hurd_task_time(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t *ms)
{
    L4_Word_t in[] = {task, id};
    return call(server, HURD_TASK_TIME, 2, in, 1, 1, ms, NULL);
}

/* Packs the name into four words. */
static void pack_name(const char *name, L4_Word_t words[HURD_TASK_NAME_MAX / sizeof(L4_Word_t)])
{
    memset(words, 0, HURD_TASK_NAME_MAX);
    for (unsigned i = 0; i < HURD_TASK_NAME_MAX && name[i]; i++)
        words[i / 4] |= (L4_Word_t)(unsigned char)name[i] << i % 4 * 8;
}

int hurd_task_name_set(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread, const char *name)
{
    L4_Word_t in[6] = {task, thread.raw};
    pack_name(name, in + 2);
    return call(server, HURD_TASK_NAME_SET, 6, in, 0, 0, NULL, NULL);
}

int hurd_task_name_find(L4_ThreadId_t server, L4_Word_t task, const char *name,
                        L4_ThreadId_t *thread)
{
    L4_Word_t in[5] = {task}, found;
    pack_name(name, in + 1);
    int error = call(server, HURD_TASK_NAME_FIND, 5, in, 1, 1, &found, NULL);
    if (!error)
        *thread = L4_ThreadIdOfRaw(found);
    return error;
}

int hurd_task_partner(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_ThreadId_t thread,
                      L4_Word_t *partner)
{
    L4_Word_t in[] = {task, id, thread.raw};
    return call(server, HURD_TASK_PARTNER, 3, in, 1, 1, partner, NULL);
}

int hurd_task_head(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t *head)
{
    L4_Word_t in[] = {task, id};
    return call(server, HURD_TASK_HEAD, 2, in, 1, 1, head, NULL);
}

int hurd_task_let_go(L4_ThreadId_t server, L4_Word_t child)
{
    return call(server, HURD_TASK_LET_GO, 1, &child, 0, 0, NULL, NULL);
}

int hurd_task_release(L4_ThreadId_t server, L4_Word_t task)
{
    return call(server, HURD_TASK_RELEASE, 1, &task, 0, 0, NULL, NULL);
}

int hurd_task_signal(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t signal)
{
    const L4_Word_t in[] = {task, id, signal};
    return call(server, HURD_TASK_SIGNAL, 3, in, 0, 0, NULL, NULL);
}

int hurd_task_signal_group(L4_ThreadId_t server, L4_Word_t task, L4_Word_t group, L4_Word_t signal)
{
    const L4_Word_t in[] = {task, group, signal};
    return call(server, HURD_TASK_SIGNAL_GROUP, 3, in, 0, 0, NULL, NULL);
}

int hurd_task_signal_queue(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t signal,
                           L4_Word_t value)
{
    const L4_Word_t in[] = {task, id, signal, value};
    return call(server, HURD_TASK_SIGNAL, 4, in, 0, 0, NULL, NULL);
}

int hurd_task_signal_take(L4_ThreadId_t server, L4_Word_t task, L4_Word_t signal,
                          L4_Word_t result[3])
{
    const L4_Word_t in[] = {task, signal};
    return call(server, HURD_TASK_SIGNAL_TAKE, 2, in, 3, 3, result, NULL);
}

int hurd_task_signal_wait(L4_ThreadId_t server, L4_Word_t task, L4_Word_t flags,
                          struct hurd_task_arrived *arrived)
{
    enum { WORDS = sizeof *arrived / sizeof(L4_Word_t) };
    const L4_Word_t in[] = {task, flags};
    return call(server, HURD_TASK_SIGNAL_WAIT, 2, in, WORDS, WORDS, (L4_Word_t *)arrived, NULL);
}

int hurd_task_stop_self(L4_ThreadId_t server, L4_Word_t task, L4_Word_t signal)
{
    const L4_Word_t in[] = {task, signal};
    return call(server, HURD_TASK_STOP_SELF, 2, in, 0, 0, NULL, NULL);
}

int hurd_task_group(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t group,
                    L4_Word_t result[2])
{
    const L4_Word_t in[] = {task, id, group};
    return call(server, HURD_TASK_GROUP, 3, in, 2, 2, result, NULL);
}
