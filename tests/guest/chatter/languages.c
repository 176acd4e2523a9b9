/* SPDX-License-Identifier: MIT */
/* The requests of each protocol, with words that mostly mean something:
 *      h handle  c control  b buffer  p start of pages  s bytes of pages  f flags  r rights  m address in the window
 *      z zero
 *      t task id  T thread id  n small number  w any word  x text */
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/dir.h>
#include <hurd/file.h>
#include <hurd/fs.h>
#include <hurd/io.h>
#include <hurd/physmem.h>
#include <hurd/task.h>

#include "speak.h"

#define GENERIC                                                                                    \
    {HURD_CAP_CANCEL, "T", PLAIN}, {HURD_CAP_TASK_DIED, "t", PLAIN}, {HURD_CAP_GIVE, "htrn", PLAIN}, \
    {HURD_CAP_DROP, "h", RARE}, {HURD_CAP_OPEN, "nt", PLAIN}, {HURD_CAP_LIST, "n", PLAIN},        \
    {HURD_CAP_TAKE_BACK, "th", PLAIN}

static const struct phrase of_physmem[] = {
    {HURD_PM_CONTAINER_MAP_OLD, "hpsm", PLAIN},
    {HURD_PM_CONTAINER_CREATE, "c", GIVES}, {HURD_PM_CONTAINER_CREATE, "c", GIVES},
    {HURD_PM_CONTAINER_CREATE, "cf", GIVES}, {HURD_PM_CONTAINER_SHARE, "h", GIVES},
    {HURD_PM_CONTAINER_SHARE, "htr", GIVES}, {HURD_PM_CONTAINER_ALLOCATE, "hfps", PLAIN},
    {HURD_PM_CONTAINER_ALLOCATE, "hfps", PLAIN}, {HURD_PM_CONTAINER_DEALLOCATE, "hps", PLAIN},
    {HURD_PM_CONTAINER_MAP, "hrmps", PLAIN}, {HURD_PM_CONTAINER_MAP, "hrmpsf", PLAIN},
    {HURD_PM_CONTAINER_COPY, "hphpsf", PLAIN}, {HURD_PM_CONTAINER_COPY, "hphpsf", PLAIN},
    {HURD_PM_CONTROL_SPLIT, "cn", GIVES}, {HURD_PM_CONTROL_SPLIT, "cnt", GIVES},
    {HURD_PM_CONTROL_DESTROY, "h", RARE}, {HURD_PM_CONTROL_INFO, "c", PLAIN},
    {HURD_PM_CONTROL_GIVE_BACK, "cn", RARE}, {HURD_PM_CONTROL_PASS, "ccn", PLAIN},
    {HURD_PM_CONTAINER_DESTROY, "h", RARE}, {HURD_PM_CONTAINER_REVOKE, "ht", PLAIN},
    {HURD_PM_CONTAINER_RELEASE, "hps", PLAIN}, {HURD_PM_CONTAINER_PIN, "hps", PLAIN}, {HURD_PM_CONTAINER_PIN, "hpsw", PLAIN},
    {HURD_PM_CONTAINER_UNPIN, "hps", PLAIN}, {HURD_PM_CONTAINER_INFO, "h", PLAIN},
    {HURD_PM_STATISTICS, "h", PLAIN}, {HURD_PM_TASK_STATISTICS, "ht", PLAIN},
    {HURD_PM_CONTAINER_LIST, "htn", PLAIN},
    {HURD_PM_DEBUG_REVOKE, "hn", PLAIN}, {HURD_PM_CAP_INFO, "h", PLAIN},
    {HURD_PM_CONTAINER_ALLOCATE_MAP, "hrmps", PLAIN}, {HURD_PM_CONTAINER_ALLOCATE_MAP, "hrmpsf", PLAIN},
    {HURD_PM_CONTROL_NOTIFY, "cTw", PLAIN},
    {HURD_PM_EXTRA_INFO, "c", PLAIN}, {HURD_PM_CONTAINER_RETURN, "hps", PLAIN},
    {HURD_PM_CONTAINER_HARDEN, "hfps", PLAIN}, {HURD_PM_CONTAINER_LOCK, "hn", PLAIN},
    {HURD_PM_CONTAINER_UNLOCK, "h", PLAIN}, {HURD_PM_DEBUG_SHAKE, "hn", PLAIN},
    {HURD_PM_SWAP_OUT, "hps", WAITS}, {HURD_PM_SWAP_OUT, "hpsn", WAITS},
    {HURD_PM_SWAP_IN, "hps", WAITS}, {HURD_PM_SWAP_IN, "hpsn", WAITS},
    {HURD_PM_SWAP_INFO, "h", PLAIN}, {HURD_PM_SWAP_QUOTA, "chn", PLAIN},
    {HURD_PM_SWAP_GRANT, "ctc", PLAIN}, {HURD_PM_SWAP_ATTACH, "hnnws", PLAIN},
    {HURD_PM_SWAP_WAIT, "hnnn", PLAIN}, GENERIC, {0, 0, PLAIN},
};
const struct language physmem_language = {"physmem", of_physmem, {0, 0}};

static const struct phrase of_task[] = {
    {HURD_TASK_THREAD_ALLOC, "hw", GIVES}, {HURD_TASK_THREAD_ALLOC, "hn", GIVES},
    {HURD_TASK_THREAD_DESTROY, "hT", RARE}, {HURD_TASK_THREAD_PRIORITY, "hTn", PLAIN},
    {HURD_TASK_THREADS, "htn", PLAIN}, {HURD_TASK_CREATE, "hhwwhnx", WAITS},
    {HURD_TASK_DESTROY, "hn", RARE}, {HURD_TASK_EXIT, "hn", RARE}, {HURD_TASK_WAIT, "hn", WAITS},
    {HURD_TASK_INFO, "ht", PLAIN}, {HURD_TASK_LIST, "hn", PLAIN}, {HURD_TASK_RELEASE, "h", PLAIN},
    {HURD_TASK_NAME_SET, "hTwwww", PLAIN}, {HURD_TASK_NAME_FIND, "hwwww", PLAIN},
    {HURD_TASK_BUDGET, "ht", PLAIN}, {HURD_TASK_LET_GO, "h", PLAIN},
    {HURD_TASK_GIVE_BACK, "hn", RARE}, {HURD_TASK_HEAD, "ht", PLAIN},
    {HURD_TASK_GROW, "hnn", PLAIN},
    {HURD_TASK_SIGNAL, "htn", RARE}, {HURD_TASK_SIGNAL_GROUP, "hnn", RARE},
    {HURD_TASK_SIGNAL_WAIT, "hn", WAITS}, {HURD_TASK_GROUP, "htn", PLAIN},
    {HURD_TASK_STOP_SELF, "hn", RARE}, {HURD_TASK_WAIT_CHILD, "hnn", WAITS}, GENERIC, {0, 0, PLAIN},
};
const struct language task_language = {"task", of_task, {0, 0}};

static const struct phrase of_deva[] = {
    {HURD_DEVA_IO_READ, "h", WAITS}, {HURD_DEVA_READ_MANY, "hn", WAITS},
    {HURD_DEVA_READ_MANY, "hnn", WAITS}, {HURD_DEVA_READ_RAW, "hnn", WAITS},
    {HURD_DEVA_INFO, "h", PLAIN}, {HURD_DEVA_FOREGROUND, "ht", PLAIN},
    {HURD_DEVA_MODES, "hnw", PLAIN}, {HURD_DEVA_CONSOLE_GROUP, "ht", PLAIN},
    {HURD_DEVA_IRQ_ATTACH, "hnT", PLAIN}, {HURD_DEVA_IRQ_DETACH, "hn", PLAIN},
    {HURD_DEVA_PORTS_MAP, "hw", PLAIN}, {HURD_DEVA_BLOCK_REGISTER, "hTnn", PLAIN},
    {HURD_DEVA_BLOCK_FIND, "h", PLAIN}, {HURD_DEVA_BLOCK_CHECK, "hth", PLAIN},
    {HURD_DEVA_LOG, "hw", PLAIN}, {HURD_DEVA_BLOCK_GRANT, "htnnnr", PLAIN},
    {HURD_DEVA_DMA_MEMORY, "h", PLAIN}, {HURD_DEVA_DMA_MEMORY, "hnw", PLAIN}, {HURD_DEVA_MEMORY_MAP, "hwwm", PLAIN},
    {HURD_DEVA_KEYMAP, "hw", PLAIN}, {HURD_DEVA_STATUS, "hnw", PLAIN}, GENERIC, {0, 0, PLAIN},
};
const struct language deva_language = {"deva", of_deva, {HURD_DEVA_IO_WRITE, HURD_DEVA_WRITE_MANY}};

static const struct phrase of_files[] = {
    {HURD_CAP_GET_ROOT, "", GIVES}, {HURD_CAP_GET_ROOT, "", GIVES}, {HURD_FS_SLOT, "", PLAIN},
    {HURD_FS_BUFFER, "n", GIVES}, {HURD_FS_STATFS, "h", PLAIN}, {HURD_FS_SYNC, "h", PLAIN},
    {HURD_IO_READ, "hbpnnz", PLAIN}, {HURD_IO_READ, "hbpnnz", PLAIN},
    {HURD_IO_WRITE, "hbpnnz", PLAIN}, {HURD_IO_WRITE, "hbpnnz", PLAIN}, {HURD_IO_STAT, "h", PLAIN},
    {HURD_IO_SYNC, "h", PLAIN}, {HURD_IO_SEEK, "hnnz", PLAIN}, {HURD_IO_ROOM, "h", WAITS},
    {HURD_FS_PIPE, "", GIVES}, {HURD_FS_OFFER, "h", GIVES}, {HURD_FS_CLAIM, "h", GIVES},
    {HURD_DEVA_READ_MANY, "hnn", WAITS}, {HURD_DEVA_WRITE_MANY, "hnw", PLAIN},
    {HURD_FILE_TRUNCATE, "hnn", PLAIN}, {HURD_FILE_CHMOD, "hn", PLAIN},
    {HURD_FILE_CHOWN, "hnn", PLAIN}, {HURD_FILE_UTIMES, "hww", PLAIN},
    {HURD_FILE_READLINK, "hbp", PLAIN}, {HURD_FILE_LOCK, "hnnnznz", WAITS},
    {HURD_IO_POLL, "h", PLAIN}, {HURD_IO_WAIT, "hnhh", WAITS}, {HURD_FS_COVER, "TT", PLAIN},
    {HURD_FS_ABOVE, "T", PLAIN}, {HURD_DIR_LOOKUP, "hnnnx", GIVES},
    {HURD_DIR_LOOKUP, "hnnnx", GIVES}, {HURD_DIR_LOOKUP, "hnnnbp", GIVES},
    {HURD_DIR_READ, "hbpn", PLAIN}, {HURD_DIR_MKDIR, "hnnx", PLAIN}, {HURD_DIR_MKFIFO, "hnnx", PLAIN}, {HURD_IO_PARTNER, "h", WAITS},
    {HURD_DIR_UNLINK, "hnnx", PLAIN}, {HURD_DIR_RENAME, "hhnnx", PLAIN},
    {HURD_DIR_LINK, "hhnx", PLAIN}, {HURD_DIR_SYMLINK, "hnnx", PLAIN}, GENERIC, {0, 0, PLAIN},
};
const struct language files_language = {"files", of_files, {HURD_FS_END, HURD_FS_END}};
