/* SPDX-License-Identifier: MIT */
/* What wortel's files know of each other.  Reading order: main.c, bootinfo.c, memory.c, boot.c,
 * serve.c. */
#ifndef WORTEL_H
#define WORTEL_H

#include "../../lib/startup/elf.h"
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/types.h>

#define PAGE 0x1000u

static inline L4_Word_t page_down(L4_Word_t x) { return x & -PAGE; }
static inline L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* ---- console.c: COM1 and the text screen until deva takes them, then a ring for deva */
void console_init(void);
void console_putchar(char c);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_hand_over(L4_ThreadId_t deva);     /* from now on: into the ring */
void console_take_back(void);
bool console_waiting(void);                     /* text for deva that could not be sent yet */
void console_flush(void);                       /* never blocks */
void console_drain(void);                       /* until the UART has sent its last byte */

/* ---- shutdown.c */
void system_shutdown(L4_Word_t status, enum hurd_shutdown how) __attribute__((noreturn));
/* One clear sentence on both consoles, then halt: for boot. */
void boot_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- bootinfo.c: the boot modules behind the root server */
struct module {
    L4_Word_t start, end;       /* physical = virtual, [start, end) */
    const char *cmdline;        /* our copy, never NULL */
    char name[16];              /* last part of its first word */
};
#define MODULES_MAX 8
extern struct module modules[MODULES_MAX];
extern unsigned module_count, modules_dropped;  /* in the array; those that have no room there */
/* Copies everything; afterwards the memory of the boot information is not read any more. */
void bootinfo_read(const void *kip);

/* ---- memory.c: what sigma0 gives us, and what we give physmem */
bool memory_claim(L4_Word_t start, L4_Word_t end);      /* whole pages, 1:1.  false: refused */
void memory_claim_page_0(void);     /* before all else */
L4_Word_t memory_any(L4_Word_t log2);                   /* address of a block, 0: none */
/* Ours no more: physmem gets the whole pages in it. */
void memory_unused(L4_Word_t start, L4_Word_t end);
L4_Fpage_t memory_next(void);                           /* next piece for physmem, nil at the end */
L4_Word_t memory_given(void);                           /* bytes so far */
bool memory_is_ram(L4_Word_t start, L4_Word_t end);      /* all of it */
bool memory_is_device(L4_Word_t base, L4_Word_t size);  /* no RAM in it */
/* Gets 2^log2 bytes of device memory, PASSAGE_SIZE at most, to where they can be granted from.
 * Returns our address of them, or 0 if sigma0 refuses.  They are there until the next call. */
L4_Word_t memory_pass(L4_Word_t base, L4_Word_t log2);
#define PASSAGE_SIZE (1u << 22)
/* The largest aligned power of two at `start` that ends by `end`; both page aligned, start <
 * end. */
L4_Fpage_t memory_piece(L4_Word_t start, L4_Word_t end);

/* ---- place.c: no module shares a page with another, or touches [from, to).  Modules are claimed
 * already */
void place_modules(L4_Word_t from, L4_Word_t to);

/* ---- boot.c: the boot script */
enum boot_id { BOOT_TASK, BOOT_DEVA, BOOT_ROOT, BOOT_COUNT };
struct boot_task {
    const char *name;
    L4_ThreadId_t thread;
    struct module *image, *store;               /* store: NULL = none */
    struct elf_program program;
    L4_Word_t startup_page;
    L4_Word_t startup_cap, image_cap, store_cap, control_cap;  /* in its table of physmem */
    L4_Word_t task_cap, deva_cap;                               /* in its tables of task and deva */
    bool final;                                 /* BOOTSTRAP_FINAL came and waits for its answer */
};
extern struct boot_task boot_task[BOOT_COUNT];
extern L4_ThreadId_t physmem_thread;
extern bool physmem_final;
extern L4_Word_t master_cap[3];                 /* of the root task: physmem, task, deva */
#define PHYSMEM_EXTRA_THREADS 3u

extern const void *kip;
L4_Word_t first_thread(void);                   /* number of physmem's first thread */
L4_Word_t first_free_thread(void);
void boot_prepare(void);                        /* modules checked, physmem started */
void boot_start(enum boot_id id);               /* by the startup protocol */
bool physmem_covers(L4_Word_t address);
L4_Word_t physmem_items(L4_Word_t fault, L4_Word_t items[], L4_Word_t max); /* words of map items */

/* ---- caps.c: the conversations about capabilities while booting.  Words of a reply, see
 * serve.c */
struct reply {
    L4_Word_t label;
    L4_Word_t u, t;
    L4_Word_t word[63];
};
int cap_request(struct reply *r);               /* GET_CAP_REQUEST.  0 or errno */
int cap_reply(L4_Word_t handle);
int task_cap_request(struct reply *r);
int task_cap_reply(L4_Word_t handle);
int deva_cap_request(struct reply *r);
int deva_cap_reply(L4_Word_t handle);

/* ---- control.c: privileged calls for others.  Each fills r, returns 0 or errno */
struct request {
    L4_ThreadId_t from;
    L4_Word_t cap;              /* wortel cap ID: already checked against the sender */
    L4_Word_t op;
    L4_Word_t n;                /* untyped words */
    L4_Word_t word[63];
};
int control_thread(const struct request *q, struct reply *r);
int control_space(const struct request *q, struct reply *r);
int control_processor(const struct request *q, struct reply *r);
int control_memory(const struct request *q, struct reply *r);
int control_space_info(const struct request *q, struct reply *r);
int control_space_quota(const struct request *q, struct reply *r);
int control_priority(const struct request *q, struct reply *r);
int control_io_ports(const struct request *q, struct reply *r);
int control_io_mem(const struct request *q, struct reply *r);

/* ---- serve.c: the request loop */
void serve(void) __attribute__((noreturn));

#endif
