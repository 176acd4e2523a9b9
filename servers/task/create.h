/* SPDX-License-Identifier: MIT */
/* The steps of making a task, for create.c (from an image), fork.c (from a living task) and exec.c
 * (another image in a task).  Each
 * returns 0 or an errno; what a step made, task_destroy() takes back. */
#ifndef TASK_CREATE_H
#define TASK_CREATE_H

#include "../../lib/startup/page.h"
#include "server.h"

#define PAGE            0x1000u
#define CHUNK           0x4000u

/* The places of `task`'s own pages: offsets in its container `own`, and distances from OWN_WINDOW
 * in its space. */
#define OWN_TEXT        (2 * CHUNK + PAGE)      /* argz and envz, if they are long */
#define OWN_WINDOW      0x60300000u             /* behind the windows of create.c */

extern L4_Word_t own;

/* The request, and what has been made for it so far. */
struct making {
    L4_Word_t caller;
    L4_Word_t image, offset, size, control;     /* as the request names them; the two handles are
                                                   consumed: control is 0 when the task has it.  In
                                                   exec.c word 4 is not a control, but: */
    struct held_image *held;                    /* the image is a held one; NULL: it is not */
    L4_Word_t kept;                             /* a container that stays with the task; 0: none */
    L4_Word_t memory;                           /* of a fork, instead of the image; consumed */
    const char *argz;                               /* envz stands behind it */
    L4_Word_t argz_len, envz_len;
    bool text_apart;                                /* the text lies in this container: */
    L4_Word_t text, text_offset;
    struct elf_program program;
    L4_Word_t guarantee;                        /* of the control: check_control() */
    struct task *task;
    struct hurd_startup_data data;
    L4_Word_t sp;
};

/* Checks that the container's handle is the caller's gift to `task`. */
int check_giver(L4_Word_t handle, L4_Word_t caller);
/* The same for the request's control: m->guarantee is what it has. */
int check_control(struct making *m);
/* The same for the request's image, which may be a held one: then m->held is set. */
int check_image(struct making *m);
void drop_image(const struct making *m);
/* Fills m in from a request of the form of HURD_TASK_CREATE. */
int making_parse(struct making *m, struct hurd_cap_call *call);
int take_text(struct making *m);
int read_headers(struct making *m);
/* `task` keeps no copies of pages that these steps have read. */
void own_forget(void);
int take_image(struct making *m);
/* Pre: m->control. */
int make_record(struct making *m, struct task *owner);
int make_startup_container(struct making *m);
/* The control, the startup fpage and the image. */
int give_memory_capabilities(struct making *m);
/* The same, the task's own handle, and a console. */
int give_capabilities(struct making *m);
int write_startup(struct making *m);
/* Maps pages of the new task's startup fpage for writing, and later shows each to the task without
 * another request.  Returns where the fpage is mapped, or NULL.  Pre: the pages were promised just
 * before, without a call of anybody but physmem since: so no program could take them away.
 * startup_window_clear() was before. */
char *startup_window(struct task *t, L4_Word_t offset, L4_Word_t size);
void startup_window_clear(struct task *t);
int make_space(struct making *m, L4_ThreadId_t *first);
/* Starts the task's first thread at ip, in the startup code, with the stack m->sp.  Blocks, for 1 s
 * at most. */
int making_start(const struct making *m, L4_ThreadId_t first, L4_Word_t ip);

/* Drops what `task` holds because of the request, whether it succeeded or not. */
void making_consume(struct making *m);

#endif
