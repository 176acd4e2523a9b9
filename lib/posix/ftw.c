/* SPDX-License-Identifier: MIT */
/* POSIX nftw() and ftw(). */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
    int (*visit)(const char *, const struct stat *, int, struct FTW *);
    int (*visit_plainly)(const char *, const struct stat *, int);       /* ftw()'s; or NULL */
    int flags;
    dev_t device;                       /* FTW_MOUNT: where it began */
    struct FTW where;
    char path[PATH_MAX];
};

static int tell(struct walk *w, const struct stat *s, int type)
{
    if (w->visit_plainly)
        return w->visit_plainly(w->path, s, type == FTW_SLN ? FTW_NS : type);
    struct FTW where = w->where;
    return w->visit(w->path, s, type, &where);
}

static int type_of(struct walk *w, struct stat *s)
{
    bool follows = !(w->flags & FTW_PHYS);
    if (follows && !stat(w->path, s))
        return S_ISDIR(s->st_mode) ? FTW_D : FTW_F;
    if (lstat(w->path, s))
        return FTW_NS;
    if (S_ISLNK(s->st_mode))
        return follows ? FTW_SLN : FTW_SL;
    return S_ISDIR(s->st_mode) ? FTW_D : FTW_F;
}

static int walk(struct walk *w);

static int is_another(const struct dirent *e)
{
    return strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
}

/* One name of a directory, whose path is `used` bytes long. */
static int walk_to(struct walk *w, size_t used, const char *name)
{
    bool slash = used && w->path[used - 1] == '/';
    size_t at = slash ? used : used + 1, length = strlen(name);
    struct FTW before = w->where;
    if (at + length >= sizeof w->path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    w->path[at - 1] = '/';
    memcpy(w->path + at, name, length + 1);
    w->where = (struct FTW) { (int) at, before.level + 1 };
    int result = walk(w);
    w->where = before;
    w->path[used] = '\0';
    return result;
}

static int walk_directory(struct walk *w, const struct stat *s)
{
    struct dirent **names;
    size_t used = strlen(w->path);
    int count = scandir(w->path, &names, is_another, NULL), result = 0;
    if (count < 0)
        return tell(w, s, FTW_DNR);
    if (!(w->flags & FTW_DEPTH))
        result = tell(w, s, FTW_D);
    for (int i = 0; i < count; i++) {
        if (!result)
            result = walk_to(w, used, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return !result && w->flags & FTW_DEPTH ? tell(w, s, FTW_DP) : result;
}

static int walk(struct walk *w)
{
    struct stat s = { 0 };
    int type = type_of(w, &s);
    if (type != FTW_NS && w->flags & FTW_MOUNT) {
        if (w->where.level == 0)
            w->device = s.st_dev;
        else if (s.st_dev != w->device)
            return 0;
    }
    return type == FTW_D ? walk_directory(w, &s) : tell(w, &s, type);
}

static int begin(const char *path, int flags,
                 int (*visit)(const char *, const struct stat *, int, struct FTW *),
                 int (*visit_plainly)(const char *, const struct stat *, int))
{
    struct stat s;
    size_t length = strlen(path), end = length;
    errno = length >= PATH_MAX ? ENAMETOOLONG : EINVAL;
    if (flags & ~(FTW_PHYS | FTW_MOUNT | FTW_DEPTH) || length >= PATH_MAX || lstat(path, &s))
        return -1;
    struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    w->visit = visit;
    w->visit_plainly = visit_plainly;
    w->flags = flags;
    memcpy(w->path, path, length + 1);
    while (end > 1 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    w->where.base = (int) end;
    int result = walk(w);
    free(w);
    return result;
}

int nftw(const char *path,
         int (*visit)(const char *path, const struct stat *stat, int type, struct FTW *where),
         int most, int flags)
{
    (void) most;
    return begin(path, flags, visit, NULL);
}

int ftw(const char *path, int (*visit)(const char *path, const struct stat *stat, int type),
        int most)
{
    (void) most;
    return begin(path, 0, NULL, visit);
}
