/* SPDX-License-Identifier: MIT */
/* POSIX glob(): the pattern is taken name by name; a name with *, ? or [ reads its directory. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    glob_t *found;
    int flags;
    int (*failed)(const char *path, int error);
    char path[PATH_MAX];                /* as far as it is known */
};

/* ---- the result ---- */

static int add(glob_t *found, const char *path, bool marked)
{
    size_t at = found->gl_offs + found->gl_pathc, length = strlen(path);
    char **all = realloc(found->gl_pathv, (at + 2) * sizeof *all);
    char *copy = all ? malloc(length + 2) : NULL;
    if (all)
        found->gl_pathv = all;
    if (!copy)
        return GLOB_NOSPACE;
    memcpy(copy, path, length);
    strcpy(copy + length, marked ? "/" : "");
    all[at] = copy;
    all[at + 1] = NULL;
    found->gl_pathc++;
    return 0;
}

static int add_what_is_there(struct search *s)
{
    struct stat is;
    if (lstat(s->path, &is))
        return 0;
    size_t length = strlen(s->path);
    bool is_directory = S_ISDIR(is.st_mode) ||
                        (S_ISLNK(is.st_mode) && !stat(s->path, &is) && S_ISDIR(is.st_mode));
    return add(s->found, s->path,
               s->flags & GLOB_MARK && is_directory && s->path[length - 1] != '/');
}

static int by_name(const void *a, const void *b)
{
    return strcoll(*(char *const *) a, *(char *const *) b);
}

/* ---- the search ---- */

static int expand(struct search *s, size_t used, const char *rest);

/* Goes on behind a name that stands in the path now, or would not fit there. */
static int go_on(struct search *s, size_t used, const char *name, size_t length, const char *rest)
{
    if (used + length >= sizeof s->path)
        return 0;
    memcpy(s->path + used, name, length);
    s->path[used + length] = '\0';
    return expand(s, used + length, rest);
}

static int read_directory(struct search *s, size_t used, const char *pattern, const char *rest)
{
    int result = 0, flags = FNM_PERIOD | (s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0);
    s->path[used] = '\0';
    DIR *directory = opendir(used ? s->path : ".");
    if (!directory) {
        bool is_none = errno == ENOENT || errno == ENOTDIR;
        bool ends = !is_none && s->failed && s->failed(used ? s->path : ".", errno);
        return ends || (!is_none && s->flags & GLOB_ERR) ? GLOB_ABORTED : 0;
    }
    for (struct dirent *e; !result && (e = readdir(directory));)
        if (fnmatch(pattern, e->d_name, flags) == 0)
            result = go_on(s, used, e->d_name, strlen(e->d_name), rest);
    closedir(directory);
    return result;
}

/* Takes the backslashes out.  True: it has none of *, ? and [. */
static bool is_plain(char *name, int flags)
{
    bool escapes = !(flags & GLOB_NOESCAPE);
    char plain[NAME_MAX + 1], *to = plain;
    for (const char *c = name; *c; c++) {
        if (strchr("*?[", *c))
            return false;
        if (escapes && *c == '\\' && c[1])
            c++;
        *to++ = *c;
    }
    *to = '\0';
    strcpy(name, plain);
    return true;
}

static int expand(struct search *s, size_t used, const char *rest)
{
    char name[NAME_MAX + 1];
    for (; *rest == '/' && used < sizeof s->path - 1; rest++)
        s->path[used++] = '/';
    s->path[used] = '\0';
    if (!*rest)
        return add_what_is_there(s);
    size_t length = strcspn(rest, "/");
    if (length > NAME_MAX)
        return 0;
    memcpy(name, rest, length);
    name[length] = '\0';
    if (is_plain(name, s->flags))
        return go_on(s, used, name, strlen(name), rest + length);
    return read_directory(s, used, name, rest + length);
}

int glob(const char *restrict pattern, int flags, int (*failed)(const char *path, int error),
         glob_t *restrict found)
{
    struct search *s = malloc(sizeof *s);
    if (!(flags & GLOB_APPEND)) {
        found->gl_pathc = 0;
        found->gl_pathv = NULL;
        found->gl_offs = flags & GLOB_DOOFFS ? found->gl_offs : 0;
    }
    size_t before = found->gl_pathc;
    if (!s)
        return GLOB_NOSPACE;
    *s = (struct search) { .found = found, .flags = flags, .failed = failed };
    int result = expand(s, 0, pattern);
    free(s);
    bool none = found->gl_pathc == before;
    if (!result && none)
        result = flags & GLOB_NOCHECK ? add(found, pattern, false) : GLOB_NOMATCH;
    char **all = found->gl_pathv;
    if (all && before == 0)             /* realloc() gave room with whatever was in it */
        memset(all, 0, found->gl_offs * sizeof *all);
    if (all && !none && !(flags & GLOB_NOSORT))
        qsort(all + found->gl_offs + before, found->gl_pathc - before, sizeof *all, by_name);
    return result;
}

void globfree(glob_t *found)
{
    for (size_t i = 0; i < found->gl_pathc; i++)
        free(found->gl_pathv[found->gl_offs + i]);
    free(found->gl_pathv);
    found->gl_pathv = NULL;
    found->gl_pathc = 0;
}
