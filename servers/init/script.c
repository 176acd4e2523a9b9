/* SPDX-License-Identifier: MIT */
/* Scripts: a file's text, as if it were typed.  Called by commands.c (`sh`) and launch.c; the text
 * goes back to shell.c. */
#include "script.h"
#include "lib/shell/language.h"
#include "root.h"
#include "shell.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCRIPT_MOST = 65536,        /* bytes */
    DEPTH_MOST = 8,             /* scripts that call scripts */
    STATUS_UNREAD = 127,
    LINE_MOST = 256,            /* bytes of the first one that name an interpreter */
};

static unsigned depth;
static bool exits;              /* the innermost script has said `exit` */

/* The file as a string, which the caller frees; or NULL, and this said why. */
static char *script_read(const char *path)
{
    struct file file;
    uint32_t size = 0;
    struct files *files = root_files();
    char *text = files ? malloc(SCRIPT_MOST + 1) : NULL;
    if (!files)
        return NULL;
    int err = text ? file_open(files, &file, path, HURD_DIR_READS, 0) : ENOMEM;
    if (!err) {
        err = file_read(&file, text, SCRIPT_MOST + 1, &size);
        file_close(&file);
    }
    if (!err && size > SCRIPT_MOST)
        err = EFBIG;
    if (err) {
        complain("%s: %s\n", path, error_text(err));
        free(text);
        return NULL;
    }
    text[size] = '\0';
    return text;
}

/* The file's first bytes, as a string; false: there are none. */
static bool head_read(const char *path, char *line, uint32_t size)
{
    struct file file;
    uint32_t n = 0;
    if (!root_mounted() || file_open(root_mounted(), &file, path, HURD_DIR_READS, 0))
        return false;
    int err = file_read(&file, line, size - 1, &n);
    file_close(&file);
    line[n] = '\0';
    return !err && n > 0;
}

bool script_is(const char *path, int error)
{
    char line[16];
    if (!strchr(path, '/') || (error != ENOEXEC && error != ENOENT) ||
        !head_read(path, line, sizeof line))
        return false;
    if (error == ENOENT)
        return !strncmp(line, "#!/bin/sh", 9);
    return strncmp(line, "\177ELF", 4) && strncmp(line, "#!", 2);
}

const char *script_interpreter(const char *path)
{
    static char line[LINE_MOST];
    return head_read(path, line, sizeof line) ? interpreter_in(line) : NULL;
}

bool script_exit(unsigned status)
{
    variables_set_status(status);
    exits = depth > 0;
    return exits;
}

bool script_ends(void)
{
    return exits;
}

unsigned script_run(const struct words *w, size_t first)
{
    const struct variables_words own = { &w->word[first], w->count - first };
    if (depth == DEPTH_MOST) {
        complain("%s: too many scripts that call scripts\n", w->word[first]);
        return STATUS_UNREAD;
    }
    char *text = script_read(w->word[first]);
    if (!text)
        return STATUS_UNREAD;
    struct variables_words before = variables_set_words(own);
    depth++;
    variables_set_status(0);
    language_run(text, w->word[first]);
    depth--;
    exits = false;
    variables_set_words(before);
    free(text);
    return (unsigned) strtoul(variables_get("?", 1), NULL, 10);
}
