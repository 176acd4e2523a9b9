/* SPDX-License-Identifier: MIT */
/* What the files of task_test share: expectations, requests to `task`, and children, which are
 * copies of this very program. */
#ifndef TASK_TEST_H
#define TASK_TEST_H

#include <errno.h>
#include <libc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/pecan.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/space.h>
#include <l4/thread.h>

#define PAGE 4096u
#define CHILD_FRAMES 320u

struct test {
    const char *name;
    void (*run)(void);
};

/* Each table ends with a nameless test. */
extern const struct test task_threads[], task_children[], task_trees[], task_create[], task_refusals[];

#define TEST(name) static void name(void)
#define T(name) { #name, name }
#define EXPECT(condition) expect((condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(is, wanted) expect_eq((L4_Word_t) (is), (L4_Word_t) (wanted), #is, __FILE__, __LINE__)

bool expect(bool good, const char *what, const char *file, int line);
bool expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line);

static inline L4_ThreadId_t server(void) { return L4_ThreadIdOfRaw(__hurd_startup_data->task.server); }
static inline L4_ThreadId_t physmem(void) { return L4_ThreadIdOfRaw(__hurd_startup_data->image.server); }
static inline L4_Word_t self(void) { return __hurd_startup_data->task.cap; }

/* The errno of a request to `task`; the answer's words replace these. */
int request(L4_Word_t label, unsigned n, L4_Word_t *words);

#define REQUEST(label, ...)                                                                       \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        request(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);        \
    })

extern L4_Word_t image, image_bytes;    /* a container of ours with the program file: image_make() */

bool image_make(void);

/* `task` gets a reference to the image, and a control of so many frames. */
int give(L4_Word_t frames, L4_Word_t *image_handle, L4_Word_t *control);

int child_make(const char *role, L4_Word_t frames, struct hurd_task_created *child);
struct hurd_task_created child_of(const char *role);    /* expects that it could be made */
void child_end(const struct hurd_task_created *child);
L4_Word_t guarantee_left(void);

#endif
