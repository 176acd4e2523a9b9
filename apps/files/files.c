/* SPDX-License-Identifier: MIT */
/*      ls cat cp echo ln mkdir mv rm rmdir sha256sum sleep     files COMMAND ...
 * The commands on files for programs and scripts: each is a name of this program in /bin.  What
 * they do is lib/filecommands, as in the shell on the console; `cat` alone copies its standard
 * input.  And `sleep`, for which no other program is worth its pages. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/filecommands/commands.h"
#include "lib/posix/descriptors.h"
#include "lib/shell/language.h"
#include "lib/shell/variables.h"

enum { STATUS_UNKNOWN = 127 };

bool commands_interrupted(void)
{
    return ferror(stdout);
}

bool commands_shown(void)
{
    return isatty(STDOUT_FILENO);
}

void commands_say_no_files(void)
{
    complain("There is no file system.\n");
}

static struct files *connection(void)
{
    struct files *files = NULL;
    posix_lock();
    int err = posix_files(&files);
    posix_unlock();
    return err ? NULL : files;
}

static void copy_input(void)
{
    static char bytes[16384];
    ssize_t n;
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0 && !ferror(stdout)) {
        fwrite(bytes, 1, (size_t) n, stdout);
        fflush(stdout);
    }
    if (n < 0)
        complain("cat: %s\n", error_text(errno));
}

static int sleep_for(const char *seconds)
{
    char *end;
    long n = seconds ? strtol(seconds, &end, 10) : -1;
    if (n < 0 || n == LONG_MAX || end == seconds || *end) {
        complain("sleep: say a number of seconds\n");
        return EXIT_FAILURE;
    }
    for (unsigned left = (unsigned) n; left;)
        left = sleep(left);
    return EXIT_SUCCESS;
}

/* Without the directories in front of it. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(name_of(argv[0]), "files")) {
        argv++;
        argc--;
    }
    const char *word[WORDS_MAX + 1] = { name_of(argv[0]) };
    if (argc > WORDS_MAX) {
        complain("%s: too many words\n", word[0]);
        return EXIT_FAILURE;
    }
    memcpy(word + 1, argv + 1, (size_t) argc * sizeof *argv);
    if (!strcmp(word[0], "sleep"))
        return sleep_for(argc == 2 ? argv[1] : NULL);
    if (argc == 1 && !strcmp(word[0], "cat")) {
        copy_input();
    } else if (!commands_obey(connection(), word, (size_t) argc)) {
        complain("files: say the name of a command: cat cp echo ln ls mkdir mv rm rmdir sha256sum "
                 "sleep\n");
        return STATUS_UNKNOWN;
    }
    if (fflush(stdout) || ferror(stdout))
        complain("%s: output: %s\n", word[0], error_text(errno));
    return atoi(variables_get("?", 1));
}
