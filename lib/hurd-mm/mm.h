/* SPDX-License-Identifier: MIT */
/* The pager's state.  Everything here is wired memory (program.lds), and belongs to the pager alone
 * once the pager runs. */
#ifndef MM_MM_H
#define MM_MM_H

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include "frame.h"
#include "map.h"
#include "page.h"

/* Frames of the task, and its anonymous pages on their way to swap and back (room.c, pageout.c). */
enum swap_state {
    SWAP_UNKNOWN,               /* the pager has not asked, or there is none so far */
    SWAP_WANTED,                /* there is some, and the next request starts the workers for it */
    SWAP_READY,
    SWAP_IMPOSSIBLE,            /* no guarantee of its own, or the pager's memory is not wired */
};
struct room {
    int32_t left;               /* frames that the task may still take, as far as we know */
    int32_t alarm;              /* fewer left: room_alarm() */
    int32_t low, high;          /* fewer left: pages are written ahead, until so many are */
    int32_t capacity;           /* left when the program began */
    int32_t committed;          /* pages of anonymous regions made since */
    uint32_t leaving, coming;   /* anonymous pages in jobs */
    uint32_t watched;           /* anonymous pages with a record */
    L4_Word_t control, guarantee;
    enum swap_state swap;
    bool watching;              /* the task's policy has its anonymous pages, too */
    bool active;                /* some page has been watched */
    bool full;                  /* swap took no more, the last time */
    bool alone;                 /* the last reading failed: the next one is for one page */
};

struct mm {
    struct address_space space;
    struct slab slab;
    struct store reserved, anonymous, wired, pool_store;
    struct pool pool;
    struct room room;
    L4_ThreadId_t physmem;
    L4_Word_t memory;                   /* the task's container; offset = address */
    L4_ThreadId_t pager, starter;       /* global ids; the starter made the pager run */
    unsigned task;                      /* version field of our own threads */
    struct job *jobs;                   /* pages of stores that are wanted: pagein.c */
    struct store *gone;                 /* no region shows them, and their servers must hear it */
    bool keep_frames;                   /* hurd_mm_debug_keep_frames() */
    bool lock_future;                   /* new regions are locked: mlockall(MCL_FUTURE) */
    struct hurd_mm_counters counters;
};
extern struct mm mm;

/* ---- memory.c: physmem, from the pager's side.  0 or an errno.  Block as long as physmem
 * takes. */
int memory_allocate(uintptr_t offset, uintptr_t size);
/* The same, mapped at once where its offset is.  On an error nothing is allocated. */
int memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights);
/* Frames of anonymous memory go to another address, and lose their mappings. */
int memory_move(uintptr_t from, uintptr_t to, uintptr_t size);
/* Returns the number of bytes that went back. */
uintptr_t memory_deallocate(L4_Word_t container, uintptr_t offset, uintptr_t size);
int memory_map(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
               uintptr_t size);
/* As many pages as are there, from the first one on. */
int memory_map_some(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
                    uintptr_t size);
/* A page of another container is copied to a page of ours that is a hole. */
int memory_copy(L4_Word_t container, uintptr_t offset, uintptr_t address);
/* Pins pages of the task's container, where the offset is the address, and maps them. */
int memory_wire(uintptr_t address, uintptr_t size, unsigned rights);
/* The same with pages that are new.  On an error nothing is allocated. */
int memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights);
/* Wired pages go back to physmem, which does not take pages that are pinned. */
void memory_unwire(uintptr_t address, uintptr_t size);
/* Returns a page that is pinned and mapped for good, or NULL.  (mm_init.c) */
void *wired_page_new(void);
/* A thread that has not run yet begins there, with that pager, which hears its exceptions, too.
 * ESRCH: it is gone. */
int thread_begin(L4_ThreadId_t thread, L4_ThreadId_t pager, uintptr_t sp, void (*entry)(void));
/* Pages without a record in use go back to physmem, if there are many free records. */
void records_trim(void);
/* Takes rights from our own mappings. */
void memory_hide(uintptr_t first, uintptr_t last, unsigned rights);

/* ---- region.c: what a program asks for, checked ---- */
struct region_request {
    uintptr_t address, size, offset;
    unsigned flags, rights;
    struct store *store;
    uintptr_t map_now;          /* so many bytes at its end */
};
int region_create(struct region_request *r);            /* r->address: where it is */
int region_destroy(uintptr_t address, uintptr_t size);
int region_protect(uintptr_t address, uintptr_t size, unsigned rights);
int region_of_container(struct region_request *r, L4_Word_t container);
unsigned region_list(uintptr_t from, L4_Word_t *words, unsigned max_words);     /* words written */

/* True if the range is whole pages, is not empty, and lies in the part of the space that programs
 * may use. */
bool region_is_sound(uintptr_t address, uintptr_t size);
/* True if part of the range is in a permanent region. */
bool region_is_reserved(uintptr_t first, uintptr_t last);
/* EINVAL if the range is not whole pages, ENOMEM if there is a hole in it. */
int region_check(uintptr_t address, uintptr_t size);
uintptr_t region_count(struct map *map, uintptr_t first, uintptr_t last);
/* Ends what is in a sound range.  Pre: region_clear_records() records are reserved. */
unsigned region_clear_records(uintptr_t first, uintptr_t last);
void region_clear(uintptr_t first, uintptr_t last);

/* ---- hint.c: advice, locks, what is in core; move.c ---- */
int hint_advise(uintptr_t address, uintptr_t size, unsigned advice);
int hint_lock(uintptr_t address, uintptr_t size, bool lock);
int hint_lock_all(unsigned flags);
int hint_keep(uintptr_t address, uintptr_t size);
/* EBUSY: a locked page, if those are refused.  EIO, EINPROGRESS: as paged_sync(). */
int hint_sync(uintptr_t address, uintptr_t size, bool refuse_locked, bool start_only);
/* Writes one bit for each page into words[]: the page is in core. */
int hint_resident(uintptr_t address, uintptr_t size, L4_Word_t *words);
struct move_request {
    uintptr_t address, size, new_size, to;      /* to: where it is afterwards */
    unsigned flags;                             /* HURD_VM_MAY_MOVE, HURD_VM_HERE: exactly `to` */
};
int move_region(struct move_request *r);

/* ---- anonymous.c, store.c: the classes ---- */
extern const struct store_class anonymous_class, wired_class, reserved_class;

/* ---- store.c: stores that programs define ---- */
int store_create(void *hook, hurd_store_fault_t *fault, struct store **result);
int store_destroy(struct store *store);
int store_cache(struct store *store, uintptr_t offset, uintptr_t size, L4_Word_t container,
                uintptr_t at);
int store_find(struct store *store, uintptr_t offset, L4_Word_t *container, uintptr_t *at);
int store_flush(struct store *store, uintptr_t offset, uintptr_t size);
struct store *store_of_word(L4_Word_t word);            /* NULL: not one of ours */
/* One whose rights are known. */
int store_of_handle(L4_Word_t container, unsigned rights, struct store **result);
/* The last region of a store may be gone. */
void store_release_unused(struct store *store);

/* ---- fault.c, pagein.c, report.c: what happens to a thread that faulted.  True: it gets the
 * message registers as its reply now. ---- */
/* Which thread the message registers are for now. */
enum answer { ANSWER_NOBODY, ANSWER_SENDER, ANSWER_PHYSMEM };
enum answer fault_serve(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access);
/* The same once more, for a thread that has waited.  physmem never answers it.  brought: it has
 * waited for this page, and so often a worker has got it. */
bool fault_again(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access,
                 unsigned brought);
enum job_kind {
    JOB_HOOK,                           /* the store's function brings the page */
    JOB_SHOW,                           /* the same for a page of a file server: it may say no */
    JOB_FETCH, JOB_CLEAN,               /* operations of a store that has them */
    JOB_PARKED,                         /* nothing to do: the thread waits for others' jobs */
    JOB_OUT, JOB_IN,                    /* anonymous pages, to swap and back */
    JOB_TEXT,                           /* a page of the program's file: image.c */
};
struct pagein {
    L4_ThreadId_t thread;               /* the thread that touched the page */
    struct store *store;
    uintptr_t ip, offset, address;
    uintptr_t region, region_size;      /* JOB_OUT, JOB_IN: records kept for the end */
    unsigned char access;               /* 0: it waits in a request, not in a fault */
    unsigned char kind, pages;
    unsigned char brought;              /* as in struct fault */
};
int pagein_park(const struct pagein *page);
int pagein_start(const struct pagein *page);            /* 0: the thread gets its reply later */
/* bytes: how far the last job came; valid for JOB_OUT and JOB_IN. */
bool pagein_job(L4_ThreadId_t from, int error, uintptr_t bytes);
bool pagein_is_worker(L4_ThreadId_t thread);
/* kind: the kind of job that this worker does, JOB_OUT, JOB_IN or JOB_TEXT; 0: the jobs of
 * stores. */
int pagein_worker(L4_ThreadId_t thread, unsigned kind);
struct job *pagein_next(const struct job *job);
const struct pagein *pagein_of(const struct job *job);
struct fault;
struct pagein pagein_for(const struct fault *f, unsigned kind);
void pagein_forget(L4_ThreadId_t from);                 /* it waits for no page any more */
void report_violation(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access,
                      int error);
bool report_exception(L4_ThreadId_t from);
void report_io(L4_ThreadId_t from, L4_Word_t io_fpage, uintptr_t ip);

/* ---- fork.c: the task is copied, and begins again as its copy; forking.c: the thread that asks.
 * ---- */
struct fork_request {
    L4_Word_t context;                  /* the caller's struct fork_context */
    L4_Word_t frames;                   /* for the child beside its copies, or HURD_FORK_PART */
    L4_Word_t image, startup;           /* handles that the child has its own of */
};
/* EINPROGRESS: ask again.  EAGAIN: ask again after the workers for swap have been started. */
int fork_copy(const struct fork_request *r, L4_ThreadId_t from, L4_Word_t made[2]);
extern struct hurd_startup_resume fork_resume;  /* after fork_copy(): for HURD_TASK_FORK */
extern struct hurd_startup_data fork_data;      /* set before fork_copy(): the caller's */
extern uintptr_t main_stack_top;        /* mm_init.c: of the main thread's stack */
extern uintptr_t pager_stack_top;
void pagein_forked(void);
void handler_forked(L4_ThreadId_t parent, L4_ThreadId_t child);
void thread_forked(L4_ThreadId_t parent, L4_ThreadId_t child);
int vm_fork(const struct fork_request *r, L4_Word_t made[2]);   /* request.c */


/* ---- pager.c, asked.c ---- */
void pager_main(void);
/* The request, or the question for regions, in the message registers.  True: they hold the
 * reply. */
bool asked_serve(L4_ThreadId_t from, L4_MsgTag_t tag);
bool asked_maps(void);

/* Requests of the task's own threads: label = REQUEST + operation; reply: label 0 and words, or
 * label = errno. */
enum { REQUEST = 0x320 };
enum request {
    REQUEST_ALLOCATE,           /* address, size, flags, rights, bytes mapped now -> address */
    REQUEST_DEALLOCATE,         /* address, size */
    REQUEST_PROTECT,            /* address, size, rights */
    REQUEST_MAP_CONTAINER,      /* address, size, flags, rights, container, offset -> address */
    REQUEST_STORE_CREATE,       /* hook, function -> record */
    REQUEST_STORE_DESTROY,      /* record */
    REQUEST_STORE_BIND,         /* address, size, flags, rights, record, offset -> address */
    REQUEST_STORE_CACHE,        /* record, offset, size, container, offset there */
    REQUEST_STORE_FIND,         /* record, offset -> container, offset there */
    REQUEST_STORE_FLUSH,        /* record, offset, size */
    REQUEST_ADVISE,             /* address, size, advice */
    REQUEST_LOCK,               /* address, size, lock or unlock */
    REQUEST_LOCK_ALL,           /* flags */
    REQUEST_RESIDENT,           /* address, size -> a bit a page */
    REQUEST_MOVE,               /* address, size, new size, flags, to -> address */
    REQUEST_SYNC,               /* address, size, no locked ones; EINPROGRESS: ask again */
    REQUEST_STORE_OPS,          /* hook, operations -> record */
    REQUEST_STORE_SYNC,         /* record, offset, size; EINPROGRESS: ask again */
    REQUEST_STORE_DISCARD,      /* record, offset, size */
    REQUEST_POLICY_CREATE,      /* ops, frames, parameter -> number */
    REQUEST_POLICY_REPLACE,     /* number, ops, parameter */
    REQUEST_POLICY_LIMIT,       /* number, frames */
    REQUEST_POLICY_DESTROY,     /* number */
    REQUEST_POLICY_BIND,        /* address, size, number */
    REQUEST_SIGNAL_ACTION,      /* signal, change, handler, mask, flags -> handler, mask, flags */
    REQUEST_SIGNAL_STACK,       /* change, base, size, flags -> base, size, flags */
    REQUEST_SIGNAL_MASK,        /* mask, change -> mask */
    REQUEST_SIGNAL_ARRIVES,     /* set; EAGAIN: again soon */
    REQUEST_SIGNAL_THREAD,      /* global id: a new thread of the program; nil: the caller ends */
    REQUEST_SIGNAL_SEND,        /* global id, signal; EAGAIN: again soon, by ARRIVES */
    REQUEST_SIGNAL_TAKE,        /* set, wait -> signal, code, sender; EAGAIN: there is none */
    REQUEST_PAGEIN_JOB,         /* error of the last one, bytes -> struct worker_job */
    REQUEST_PAGEIN_WORKER,      /* global id of a new worker, kind of job */
    REQUEST_FORK,               /* struct fork_request -> control, container */
    REQUEST_KEEP,               /* address, size: a stack of ours, whose pages never leave */
    REQUEST_SHOW,               /* shown, function, container, rights, private -> record */
    REQUEST_SHOWN_GONE,         /* -> shown */
    REQUEST_SHOWN_AGAIN,        /* shown, container */
    REQUEST_SHOWN_FIND,         /* first and last address -> shown, its last address */
    REQUEST_COUNT
};

#endif
