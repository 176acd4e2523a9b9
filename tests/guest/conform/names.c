/* SPDX-License-Identifier: MIT */
/* Names of files by patterns and in trees; tables and trees in memory. */
#include "tests/guest/conform/conform.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void make(const char *path)
{
    close(open(path, O_WRONLY | O_CREAT, 0644));
}

static void tree_begin(void)
{
    mkdir("/tmp/t", 0755), mkdir("/tmp/t/b", 0755), mkdir("/tmp/t/c*", 0755);
    make("/tmp/t/a.c"), make("/tmp/t/z.c"), make("/tmp/t/.h.c"), make("/tmp/t/b/x.c");
    make("/tmp/t/c*/y.c");
    EXPECT_EQ(symlink("nowhere", "/tmp/t/l"), 0);
}

static void tree_end(void)
{
    unlink("/tmp/t/a.c"), unlink("/tmp/t/z.c"), unlink("/tmp/t/.h.c"), unlink("/tmp/t/b/x.c");
    unlink("/tmp/t/c*/y.c"), unlink("/tmp/t/l");
    rmdir("/tmp/t/b"), rmdir("/tmp/t/c*");
    EXPECT_EQ(rmdir("/tmp/t"), 0);
}

static int fails(const char *path, int error)
{
    (void) path, (void) error;
    return 1;
}

void glob_finds_names_by_a_pattern(void)
{
    glob_t g = { .gl_offs = 2 };
    tree_begin();
    EXPECT_EQ(glob("/tmp/t/*.c", GLOB_DOOFFS, NULL, &g), 0);
    EXPECT_EQ(g.gl_pathc, 2);
    EXPECT_EQ(g.gl_pathv[0] == NULL && g.gl_pathv[1] == NULL && g.gl_pathv[4] == NULL, true);
    EXPECT_TEXT(g.gl_pathv[2], "/tmp/t/a.c");
    EXPECT_TEXT(g.gl_pathv[3], "/tmp/t/z.c");
    EXPECT_EQ(glob("/tmp/t/*/?.c", GLOB_DOOFFS | GLOB_APPEND, fails, &g), 0);
    EXPECT_EQ(g.gl_pathc, 4);
    EXPECT_TEXT(g.gl_pathv[4], "/tmp/t/b/x.c");
    EXPECT_TEXT(g.gl_pathv[5], "/tmp/t/c*/y.c");
    globfree(&g);
    EXPECT_EQ(glob("/tmp/t/c\\*/*", 0, NULL, &g), 0);
    EXPECT_EQ(g.gl_pathc, 1);
    EXPECT_TEXT(g.gl_pathv[0], "/tmp/t/c*/y.c");
    globfree(&g);
    EXPECT_EQ(glob("/tmp/t/[bl]", GLOB_MARK, NULL, &g), 0);
    EXPECT_TEXT(g.gl_pathv[0], "/tmp/t/b/");
    EXPECT_TEXT(g.gl_pathv[1], "/tmp/t/l");
    globfree(&g);
    EXPECT_EQ(glob("/tmp/t/no*", 0, NULL, &g), GLOB_NOMATCH);
    EXPECT_EQ(glob("/tmp/t/no*", GLOB_NOCHECK, NULL, &g), 0);
    EXPECT_TEXT(g.gl_pathv[0], "/tmp/t/no*");
    globfree(&g);
    EXPECT_EQ(chdir("/tmp/t"), 0);
    EXPECT_EQ(glob(".*.c", 0, NULL, &g), 0);
    EXPECT_TEXT(g.gl_pathv[0], ".h.c");
    globfree(&g);
    EXPECT_EQ(chdir("/"), 0);
    tree_end();
}

static char seen[256];

static int note(const char *path, const struct stat *s, int type, struct FTW *where)
{
    char line[64];
    snprintf(line, sizeof line, "%s%d%d ", path + where->base, type, where->level);
    strcat(seen, line);
    return type == FTW_F && S_ISREG(s->st_mode) && !strcmp(path + where->base, "stop") ? 7 : 0;
}

static int count;

static int counts(const char *path, const struct stat *s, int type)
{
    (void) path, (void) s;
    count += type == FTW_D ? 100 : 1;
    return 0;
}

void nftw_walks_through_a_tree(void)
{
    tree_begin();
    unlink("/tmp/t/a.c"), unlink("/tmp/t/.h.c"), unlink("/tmp/t/c*/y.c"), rmdir("/tmp/t/c*");
    unlink("/tmp/t/z.c");
    EXPECT_EQ(nftw("/tmp/t", note, 4, FTW_PHYS), 0);
    EXPECT_EQ(strstr(seen, "t10 ") == seen, true);          /* the order within is the directory's */
    EXPECT_EQ(strstr(seen, "b11 x.c02 ") != NULL, true);
    EXPECT_EQ(strstr(seen, "l41 ") != NULL, true);
    seen[0] = '\0';
    EXPECT_EQ(nftw("/tmp/t/", note, 4, FTW_DEPTH | FTW_MOUNT), 0);
    EXPECT_EQ(strstr(seen, "x.c02 b51 ") != NULL, true);
    EXPECT_EQ(strstr(seen, "l61 ") != NULL, true);          /* a link that leads nowhere */
    EXPECT_EQ(strstr(seen, "t/50 ") != NULL, true);
    EXPECT_EQ(ftw("/tmp/t", counts, 1), 0);
    EXPECT_EQ(count, 202);
    make("/tmp/t/stop");
    EXPECT_EQ(nftw("/tmp/t", note, 4, 0), 7);
    unlink("/tmp/t/stop");
    EXPECT_FAILS(nftw("/tmp/none", note, 4, 0), ENOENT);
    EXPECT_FAILS(nftw("/tmp/t", note, 4, 0x100), EINVAL);
    tree_end();
}

static int compare(const void *a, const void *b)
{
    return *(const int *) a - *(const int *) b;
}

static int order[64], orders;

static void visit(const void *node, VISIT when, int depth)
{
    (void) depth;
    if ((when == postorder || when == leaf) && orders < 64)
        order[orders++] = **(int *const *) node;
}

void tables_trees_and_queues(void)
{
    enum { COUNT = 40 };
    static int numbers[COUNT];
    void *root = NULL;
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i * 17 % COUNT;                        /* each number once */
        EXPECT_EQ(**(int **) tsearch(&numbers[i], &root, compare), numbers[i]);
    }
    EXPECT_EQ(*(int **) tsearch(&(int) { 5 }, &root, compare) != NULL, true);
    twalk(root, visit);
    EXPECT_EQ(orders, COUNT);
    for (int i = 0; i < COUNT; i++)
        EXPECT_EQ(order[i], i);
    EXPECT_EQ(tfind(&(int) { COUNT }, &root, compare) == NULL, true);
    EXPECT_EQ(tdelete(&(int) { COUNT }, &root, compare) == NULL, true);
    for (int i = 0; i < COUNT; i++) {
        int gone = i * 7 % COUNT;
        EXPECT_EQ(tdelete(&gone, &root, compare) != NULL, true);
        EXPECT_EQ(tfind(&gone, &root, compare) == NULL, true);
    }
    EXPECT_EQ(root == NULL, true);

    errno = 0;
    EXPECT_EQ(hsearch((ENTRY) { "a", NULL }, ENTER) == NULL && errno == ENOMEM, true);
    EXPECT_EQ(hcreate(3) != 0 && hcreate(3) == 0, true);
    char *keys[] = { "one", "two", "three", "four" };
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(hsearch((ENTRY) { keys[i], keys[i] + 1 }, ENTER) != NULL, true);
    EXPECT_EQ(hsearch((ENTRY) { keys[3], NULL }, ENTER) == NULL && errno == ENOMEM, true);
    EXPECT_EQ(hsearch((ENTRY) { keys[3], NULL }, FIND) == NULL && errno == ESRCH, true);
    EXPECT_EQ(hsearch((ENTRY) { "two", NULL }, ENTER)->data == (void *) (keys[1] + 1), true);
    hdestroy();

    int row[4] = { 3, 1, 2 };
    size_t used = 3;
    EXPECT_EQ(lfind(&(int) { 2 }, row, &used, sizeof *row, compare) == &row[2], true);
    EXPECT_EQ(lfind(&(int) { 9 }, row, &used, sizeof *row, compare) == NULL, true);
    EXPECT_EQ(lsearch(&(int) { 9 }, row, &used, sizeof *row, compare) == &row[3], true);
    EXPECT_EQ(used, 4);
    struct link { struct link *next, *before; } a, b, c;
    insque(&a, NULL), insque(&c, &a), insque(&b, &a);
    EXPECT_EQ(a.next == &b && b.next == &c && c.before == &b && !c.next && !a.before, true);
    remque(&b);
    EXPECT_EQ(a.next == &c && c.before == &a, true);
}
