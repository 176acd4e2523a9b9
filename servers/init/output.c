/* SPDX-License-Identifier: MIT */
/* stdout and stderr of the shell.  lib/hurd-mm/console.c asks __posix_write() first, if a program
 * has one: so all printf() of the shell comes here.  Before: lib/libc-mini.  Next: deva's
 * console, the file server, or pipeline.c.
 *
 * The pager runs while stdout is locked, so it neither prints nor reads by stdio. */
#include "output.h"
#include "pipeline.h"
#include "terminal.h"
#include "lib/shell/variables.h"
#include "lib/shell/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/thread.h>

#define MORE  "-- more: space, enter or q --"
#define ERASE "\r\033[K"

enum { ROWS = 24, COLUMNS = 80, ROWS_LEAST = 2, CTRL_C = 3 };

static struct {
    L4_ThreadId_t thread;       /* whose stdout it is; nil: everything goes to the console */
    struct file *file;          /* of stdout; NULL: the console, by pages if there are rows */
    struct file *errors;        /* of stderr; NULL: the console */
    int error;                  /* the first one; after it nothing is written */
    bool left;                  /* the user wants no more pages */
    unsigned rows, row, column; /* of the page */
} output;

static long console_write(const char *text, size_t size)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    L4_Word_t done = 0;
    int err = hurd_deva_write(L4_ThreadIdOfRaw(console.server), console.cap, text, size, &done);
    if (done == 0 && err) {
        errno = err;
        return -1;
    }
    return (long) done;
}

/* ---- files and pipes ---- */

static void file_put(struct file *file, const char *text, size_t size)
{
    uint32_t done;
    if (output.error)
        return;
    output.error = file->mode == HURD_FILE_FIFO ? pipeline_put(file, text, size)
                                                : file_write(file, text, size, &done);
}

/* ---- pages ---- */

/* The rows of the terminal; 0: there are no pages. */
static unsigned rows_of_terminal(void)
{
    const char *lines = variables_get("LINES", strlen("LINES"));
    unsigned long rows = ROWS;
    if (lines && (!words_number(lines, &rows) || rows == 1))
        rows = ROWS;
    return rows;
}

/* Waits until the user wants more: a page, or a row.  A command that looks for Ctrl-C has given
 * what is typed to nobody. */
static void page_turn(void)
{
    console_write(MORE, strlen(MORE));
    output.left = terminal_take();
    for (bool waits = !output.left; waits;) {
        int key = terminal_wait_key();
        waits = false;
        if (key < 0 || key == 'q' || key == 'Q' || key == CTRL_C)
            output.left = true;
        else if (key == ' ')
            output.row = 0;
        else if (key == '\r' || key == '\n')
            output.row--;
        else
            waits = true;
    }
    console_write(ERASE, strlen(ERASE));
}

/* A byte is about to be shown. */
static void page_count(char byte)
{
    if (output.row >= output.rows - 1 && !output.left)
        page_turn();
    if (byte == '\n' || ++output.column == COLUMNS) {
        output.row++;
        output.column = 0;
    }
}

static void pages_put(const char *text, size_t size)
{
    size_t shown = 0;
    for (size_t i = 0; i < size; i++) {
        if (output.row >= output.rows - 1) {
            console_write(text + shown, i - shown);
            shown = i;
        }
        page_count(text[i]);
        if (output.left)
            return;
    }
    console_write(text + shown, size - shown);
}

/* ---- */

/* Pre: __libc_write()'s. */
long __posix_write(int stream, const void *data, size_t size);
long __posix_write(int stream, const void *data, size_t size)
{
    struct file *file = stream == 1 ? output.file : output.errors;
    if (!L4_IsThreadEqual(output.thread, L4_MyGlobalId()) || (stream != 1 && !file))
        return console_write(data, size);
    if (file)
        file_put(file, data, size);
    else if (!output.left)
        pages_put(data, size);
    return (long) size;         /* the command goes on; output_end() tells of errors */
}

static void begin(struct file *file, struct file *errors, unsigned rows)
{
    fflush(stdout);
    memset(&output, 0, sizeof output);
    output.file = file;
    output.errors = errors;
    output.rows = rows;
    output.thread = L4_MyGlobalId();
}

void output_to(struct file *file, struct file *errors)
{
    begin(file, errors, 0);
}

void output_by_pages(void)
{
    unsigned rows = rows_of_terminal();
    if (rows >= ROWS_LEAST)
        begin(NULL, NULL, rows);
}

bool output_is_shown(void)
{
    return !L4_IsThreadEqual(output.thread, L4_MyGlobalId()) || !output.file;
}

bool output_is_left(void)
{
    return L4_IsThreadEqual(output.thread, L4_MyGlobalId()) && output.left;
}

int output_error(void)
{
    return output.error;
}

int output_end(void)
{
    fflush(stdout);
    int err = output.error;
    output.thread = L4_nilthread;
    output.error = 0;                   /* of this command, and not of the next one */
    return err;
}
