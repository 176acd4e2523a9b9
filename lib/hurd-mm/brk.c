/* SPDX-License-Identifier: MIT */
/* The break.  Nothing of the library uses it: malloc takes its memory from mmap(). */
#include <errno.h>
#include <hurd/mm.h>
#include <l4/thread.h>
#include <mutex.h>
#include <stdbool.h>
#include <unistd.h>
#include "fork.h"

/* Far above where the search for gaps begins, so that others come that far only in a program that
 * is nearly full. */
enum { BREAK_FIRST = 0x70000000, BREAK_LAST = 0xa0000000 };

static struct mutex lock;
static uintptr_t end = BREAK_FIRST;

static uintptr_t page_end(uintptr_t address)
{
    return (address + (HURD_MM_PAGE - 1)) & ~(uintptr_t)(HURD_MM_PAGE - 1);
}

static int end_set(uintptr_t wanted)
{
    uintptr_t have = page_end(end), want = page_end(wanted);
    int error = wanted < BREAK_FIRST || wanted > BREAK_LAST ? ENOMEM : 0;
    if (!error && want > have)
        error = hurd_vm_allocate(&have, want - have, HURD_VM_HERE, 0);
    else if (!error && want < have)
        error = hurd_vm_deallocate(want, have - want);
    if (error) {
        errno = ENOMEM;
        return -1;
    }
    end = wanted;
    return 0;
}

int brk(void *address)
{
    mutex_lock(&lock);
    int result = end_set((uintptr_t)address);
    mutex_unlock(&lock);
    return result;
}

void *sbrk(intptr_t more)
{
    mutex_lock(&lock);
    uintptr_t old = end, wanted = old + (uintptr_t)more;
    bool wraps = more > 0 ? wanted < old : wanted > old;
    if (wraps)
        errno = ENOMEM;
    int result = wraps ? -1 : end_set(wanted);
    mutex_unlock(&lock);
    return result ? (void *)-1 : (void *)old;
}

void brk_hold(bool hold)
{
    if (hold)
        mutex_lock(&lock);
    else
        mutex_unlock(&lock);
}

pid_t getpid(void)
{
    return (pid_t)L4_Version(L4_MyGlobalId());
}
