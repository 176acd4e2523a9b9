/* SPDX-License-Identifier: MIT */
/* How a task ended, in words, for all that start programs: init and fabrica. */
#include <hurd/mm.h>
#include <hurd/task.h>
#include <stdio.h>

enum { STATUS_NO_START = 127 };         /* as shells say it */

/* What an exit status of a program's own pager, or of abort(), means. */
static const char *status_meaning(L4_Word_t status)
{
    switch (status) {
    case HURD_MM_STATUS_SEGV:
        return " (segmentation violation)";
    case HURD_MM_STATUS_ILL:
        return " (invalid instruction)";
    case HURD_MM_STATUS_TRAP:
        return " (debug exception)";
    case HURD_MM_STATUS_BUS:
        return " (bus error)";
    case HURD_MM_STATUS_FPE:
        return " (arithmetic exception)";
    case HURD_MM_STATUS_ABORTED:
        return " (aborted)";
    case STATUS_NO_START:
        return " (could not start)";
    default:
        return "";
    }
}

const char *hurd_task_outcome(L4_Word_t status, L4_Word_t reason, char text[HURD_TASK_OUTCOME])
{
    switch (reason) {
    case HURD_TASK_SIGNALLED:
        if (!*status_meaning(status)) {
            snprintf(text, HURD_TASK_OUTCOME, "was killed by signal %lu", status - 128);
            break;
        }
        /* fall through */
    case HURD_TASK_EXITED:
        snprintf(text, HURD_TASK_OUTCOME, "exited with status %lu%s", status,
                 status_meaning(status));
        break;
    case HURD_TASK_KILLED:
        snprintf(text, HURD_TASK_OUTCOME, "was killed");
        break;
    case HURD_TASK_FAULTED:
        snprintf(text, HURD_TASK_OUTCOME, "was ended by a fault");
        break;
    case HURD_TASK_EXCEPTION:
        snprintf(text, HURD_TASK_OUTCOME, "was ended by exception %lu", status - 128);
        break;
    default:
        snprintf(text, HURD_TASK_OUTCOME, "ended, reason %lu, status %lu", reason, status);
    }
    return text;
}
