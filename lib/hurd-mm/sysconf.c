/* SPDX-License-Identifier: MIT */
/* What the system says of itself: POSIX sysconf() and pathconf(). */
#include <errno.h>
#include <hurd/mm.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

static const struct answer {
    int name;
    long value;
} system_answers[] = {
    {_SC_VERSION, _POSIX_VERSION},
    {_SC_2_VERSION, -1},
    {_SC_PAGESIZE, HURD_MM_PAGE},
    {_SC_ARG_MAX, ARG_MAX},
    {_SC_CHILD_MAX, -1},
    {_SC_CLK_TCK, (long)CLOCKS_PER_SEC},
    {_SC_NGROUPS_MAX, NGROUPS_MAX},
    {_SC_OPEN_MAX, OPEN_MAX},
    {_SC_STREAM_MAX, STREAM_MAX},
    {_SC_TZNAME_MAX, TZNAME_MAX},
    {_SC_JOB_CONTROL, _POSIX_JOB_CONTROL},
    {_SC_SAVED_IDS, _POSIX_SAVED_IDS},
    {_SC_REALTIME_SIGNALS, _POSIX_REALTIME_SIGNALS},
    {_SC_PRIORITY_SCHEDULING, _POSIX_PRIORITY_SCHEDULING},
    {_SC_TIMERS, _POSIX_TIMERS},
    {_SC_ASYNCHRONOUS_IO, _POSIX_ASYNCHRONOUS_IO},
    {_SC_PRIORITIZED_IO, _POSIX_PRIORITIZED_IO},
    {_SC_SYNCHRONIZED_IO, _POSIX_SYNCHRONIZED_IO},
    {_SC_FSYNC, _POSIX_FSYNC},
    {_SC_MAPPED_FILES, _POSIX_MAPPED_FILES},
    {_SC_MEMLOCK, _POSIX_MEMLOCK},
    {_SC_MEMLOCK_RANGE, _POSIX_MEMLOCK_RANGE},
    {_SC_MEMORY_PROTECTION, _POSIX_MEMORY_PROTECTION},
    {_SC_MESSAGE_PASSING, _POSIX_MESSAGE_PASSING},
    {_SC_SEMAPHORES, _POSIX_SEMAPHORES},
    {_SC_SHARED_MEMORY_OBJECTS, _POSIX_SHARED_MEMORY_OBJECTS},
    {_SC_RTSIG_MAX, RTSIG_MAX},
    {_SC_SEM_NSEMS_MAX, -1},
    {_SC_SEM_VALUE_MAX, SEM_VALUE_MAX},
    {_SC_SIGQUEUE_MAX, SIGQUEUE_MAX},
    {_SC_TIMER_MAX, -1},
    {_SC_LINE_MAX, LINE_MAX},
    {_SC_IOV_MAX, IOV_MAX},
    {_SC_THREADS, _POSIX_THREADS},
    {_SC_THREAD_SAFE_FUNCTIONS, _POSIX_THREAD_SAFE_FUNCTIONS},
    {_SC_GETPW_R_SIZE_MAX, -1},
    {_SC_LOGIN_NAME_MAX, LOGIN_NAME_MAX},
    {_SC_TTY_NAME_MAX, TTY_NAME_MAX},
    {_SC_THREAD_DESTRUCTOR_ITERATIONS, PTHREAD_DESTRUCTOR_ITERATIONS},
    {_SC_THREAD_KEYS_MAX, PTHREAD_KEYS_MAX},
    {_SC_THREAD_STACK_MIN, PTHREAD_STACK_MIN},
    {_SC_THREAD_THREADS_MAX, PTHREAD_THREADS_MAX},
    {_SC_THREAD_ATTR_STACKSIZE, _POSIX_THREAD_ATTR_STACKSIZE},
    {_SC_NPROCESSORS_CONF, 1},
    {_SC_NPROCESSORS_ONLN, 1},
    {_SC_MONOTONIC_CLOCK, _POSIX_MONOTONIC_CLOCK},
    {_SC_SYMLOOP_MAX, SYMLOOP_MAX},
    {_SC_HOST_NAME_MAX, HOST_NAME_MAX},
}, path_answers[] = {
    {_PC_LINK_MAX, 32000},              /* ext2's */
    {_PC_MAX_CANON, _POSIX_MAX_CANON},
    {_PC_MAX_INPUT, _POSIX_MAX_INPUT},
    {_PC_NAME_MAX, NAME_MAX},
    {_PC_PATH_MAX, PATH_MAX},
    {_PC_PIPE_BUF, PIPE_BUF},
    {_PC_CHOWN_RESTRICTED, 1},
    {_PC_NO_TRUNC, _POSIX_NO_TRUNC},
    {_PC_VDISABLE, _POSIX_VDISABLE},
    {_PC_FILESIZEBITS, 64},
};

static long answer_of(const struct answer *answers, size_t count, int name)
{
    for (size_t i = 0; i < count; i++)
        if (answers[i].name == name)
            return answers[i].value;
    errno = EINVAL;
    return -1;
}

long sysconf(int name)
{
    return answer_of(system_answers, sizeof system_answers / sizeof *system_answers, name);
}

long fpathconf(int descriptor, int name)
{
    (void)descriptor;
    return answer_of(path_answers, sizeof path_answers / sizeof *path_answers, name);
}

long pathconf(const char *path, int name)
{
    (void)path;
    return fpathconf(-1, name);
}

int getpagesize(void)
{
    return HURD_MM_PAGE;
}
