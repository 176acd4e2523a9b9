/* SPDX-License-Identifier: MIT */
/* From crt0.asm to main(): the system calls, a pager, a stack, the arguments, constructors; and
 * from main() to exit(). */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/syscalls.h>
#include <l4/thread.h>
#include <stdlib.h>
#include <libc.h>
#include <string.h>
#include "mm.h"
#include "report.h"
#include "streams.h"
#include "worker.h"

enum { NO_START = 127 };

struct hurd_startup_data *__hurd_startup_data;

int main(int argc, char **argv);
uintptr_t start_early(struct hurd_startup_data *data);
_Noreturn void start_main(void);

uintptr_t start_early(struct hurd_startup_data *data)
{
    L4_ThreadId_t pager;
    __hurd_startup_data = data;
    L4_Init();
    int error = hurd_task_thread_alloc(L4_ThreadIdOfRaw(data->task.server), data->task.cap, 0,
                                       &pager);
    if (!error)
        error = hurd_mm_init(pager);
    if (error)
        last_failed(": cannot start", error, NO_START);
    if (mm.room.swap == SWAP_WANTED)
        worker_swap();
    return main_stack_top;
}

/* argz and envz: strings one after the other.  The vector goes below our frame, and ends with a
 * null pointer. */
static size_t vector_count(const char *z, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += z[i] == 0;
    return n;
}

static void vector_fill(char **vector, size_t n, char *z)
{
    for (size_t i = 0; i < n; i++) {
        vector[i] = z;
        z += strlen(z) + 1;
    }
    vector[n] = NULL;
}

/* ---- constructors and destructors: what the compiler put into these arrays.  Without our linker
 * script there may be none. ---- */

typedef void constructor(int argc, char **argv, char **envp);
typedef void destructor(void);
extern constructor *const __init_array_start[] __attribute__((weak));
extern constructor *const __init_array_end[] __attribute__((weak));
extern destructor *const __fini_array_start[] __attribute__((weak));
extern destructor *const __fini_array_end[] __attribute__((weak));

static void construct(int argc, char **argv, char **envp)
{
    for (constructor *const *f = __init_array_start; f < __init_array_end; f++)
        (*f)(argc, argv, envp);
}

static void destruct(void)
{
    for (destructor *const *f = __fini_array_end; f > __fini_array_start;)
        (*--f)();
}

_Noreturn void start_main(void)
{
    struct hurd_startup_data *data = __hurd_startup_data;
    char *argz = (char *)data->argz, *envz = (char *)data->envz;
    size_t argc = argz ? vector_count(argz, data->argz_len) : 0;
    size_t envc = envz ? vector_count(envz, data->envz_len) : 0;
    char *argv[argc + 1], *envp[envc + 1];
    vector_fill(argv, argc, argz);
    vector_fill(envp, envc, envz);
    environ = envp;
    if (envc > 0 && envp[0][0] == '=') {
        streams_begin(envp[0]);
        environ++;                      /* lib/posix/start.h's string is no variable */
    }
    atexit(destruct);                   /* the first to be registered runs last */
    construct((int)argc, argv, envp);
    if (envp != environ)
        streams_claim(envp[0]);
    exit(main((int)argc, argv));
}
