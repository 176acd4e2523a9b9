/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* A directory moves to another directory, and the power goes after each single write of that:
 * `e2fsck -p` asks nothing, and each file is there under its old name or its new one. */
#include "tests/host/ext2_world.h"

static const char *const makers[] = {
    "mke2fs -q -F -t ext2 -b 1024 -N 128 %s 1m 2>&1",
    "mke2fs -q -F -t ext2 -b 4096 -I 128 -N 128 %s 2m 2>&1",
    "mke2fs -q -F -o hurd -b 1024 -N 128 %s 1m 2>&1",
};
enum { MAKERS = sizeof makers / sizeof *makers };

static int done(void **state)
{
    (void) state;
    world_end();
    return 0;
}

/* Files in the tree that moves: their paths in it. */
static const char *const inner[] = { "one", "two", "sub/three", "sub/deep/four", "sub/deep/er/five", "other/six" };
enum { INNER = sizeof inner / sizeof *inner };

static void tree_make(void)
{
    char path[64];
    static const char *const directories[] = { "from", "to", "to/at", "from/d", "from/d/sub", "from/d/sub/deep",
                                               "from/d/sub/deep/er", "from/d/other", "from/d/empty" };
    for (unsigned i = 0; i < sizeof directories / sizeof *directories; i++)
        assert_int_equal(world_mkdir(directories[i]), 0);
    for (unsigned i = 0; i < INNER; i++) {
        snprintf(path, sizeof path, "from/d/%s", inner[i]);
        assert_int_equal(world_create(path, i * 700 + 1, i), 0);
    }
    assert_int_equal(world_link("from/d/one", "hard"), 0);
    assert_int_equal(world_symlink("from/d/soft", "one"), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
}

static bool tree_is_at(const char *place)
{
    char path[64];
    for (unsigned i = 0; i < INNER; i++) {
        snprintf(path, sizeof path, "%s/%s", place, inner[i]);
        struct ext2_inode *inode = world_open(path);
        if (!inode)
            return false;
        bool good = inode->size == i * 700 + 1 && world_holds(inode, 0, i * 700 + 1, i);
        ext2_inode_put(inode);
        if (!good)
            return false;
    }
    snprintf(path, sizeof path, "%s/empty", place);
    struct ext2_inode *inode = world_open(path);
    if (inode)
        ext2_inode_put(inode);
    return inode != NULL;
}

static void expect_repaired(uint32_t writes, bool here)
{
    if (here) {
        world_mount();
        if (world.fs->read_only)
            fail_msg("cut after %u writes: %s", writes, world.fs->sentence);
    } else {
        int status = world_run("e2fsck -p %s 2>&1", world.path);
        if (status > 1 || strstr(world_output, "MANUALLY"))
            fail_msg("cut after %u writes: e2fsck -p: status %d: %s", writes, status, world_output);
        world_load();
        world_mount();
    }
    if (!tree_is_at("from/d") && !tree_is_at("to/at/e"))
        fail_msg("cut after %u writes: neither the old tree nor the new one is whole", writes);
    world_unmount();
}

static void every_cut(const char *maker)
{
    world_make(maker);
    world_mount();
    tree_make();
    uint8_t *before = malloc(world.size);
    memcpy(before, world.image, world.size);
    world.recording = true;
    assert_int_equal(world_rename("from/d", "to/at/e"), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
    world.recording = false;
    assert_true(tree_is_at("to/at/e"));
    assert_null(world_open("from/d"));
    world_unmount();
    print_message("%u writes and flushes\n", world.log_count);
    assert_true(world.log_count > 40);
    for (uint32_t i = 0; i <= world.log_count; i++) {
        world_cut(before, i, false);
        expect_repaired(i, i % 2);
        world_cut(before, i, true);
        expect_repaired(i, i % 4 / 2);
    }
    free(before);
}

static void every_cut_in_a_move_is_repaired_without_a_question(void **state)
{
    (void) state;
    for (unsigned i = 0; i < MAKERS; i++) {
        every_cut(makers[i]);
        world_end();
    }
}

static uint32_t links_of(const char *path)
{
    struct ext2_inode *inode = world_open(path);
    assert_non_null(inode);
    uint32_t links = inode->links;
    ext2_inode_put(inode);
    return links;
}

static void link_counts_and_parents_are_right(void **state)
{
    (void) state;
    world_make(makers[0]);
    world_mount();
    tree_make();
    struct ext2_inode *open = world_open("from/d/sub"), *top;
    uint32_t number, old = open->number;
    assert_int_equal(world_mkdir("to/at/e"), 0);        /* it takes the place of an empty one */
    assert_int_equal(world_rename("from/d", "to/at/e"), 0);
    assert_true(tree_is_at("to/at/e"));
    assert_int_equal(links_of("from"), 2);
    assert_int_equal(links_of("to/at"), 3);
    assert_int_equal(links_of("to/at/e"), 5);
    assert_int_equal(links_of("hard"), 2);
    /* a client that has a directory open still has it */
    assert_int_not_equal(open->number, old);
    assert_int_equal(ext2_lookup(open, "..", 2, &number), 0);
    top = world_open("to/at/e");
    assert_int_equal(number, top->number);
    ext2_inode_put(top);
    assert_int_equal(ext2_lookup(open, "three", 5, &number), 0);
    struct ext2_inode *made;
    assert_int_equal(ext2_create(open, "new", 3, 0644, (struct ext2_owner) { 0, 0 }, &made), 0);
    ext2_inode_put(made);
    ext2_inode_put(open);
    made = world_open("to/at/e/sub/new");
    assert_non_null(made);
    ext2_inode_put(made);
    world_unmount();
}

static void a_directory_cannot_move_into_itself(void **state)
{
    (void) state;
    world_make(makers[0]);
    world_mount();
    tree_make();
    assert_int_equal(world_rename("from/d", "from/d/sub/d"), EINVAL);
    assert_int_equal(world_rename("from/d", "from/d/sub/deep"), EINVAL);
    assert_int_equal(world_rename("from/d", "from/d/d"), EINVAL);
    assert_int_equal(world_rename("from/d", "to/at/../at/e"), 0);
    assert_int_equal(world_rename("to/at/e", "to"), ENOTEMPTY);
    assert_int_equal(world_rename("to/at/e", "hard"), ENOTDIR);
    assert_true(tree_is_at("to/at/e"));
    world_unmount();
}

/* The tree is half made when the disk is full: nothing of it stays. */
static void a_move_on_a_full_disk_changes_nothing(void **state)
{
    (void) state;
    struct ext2_statfs before, after;
    char name[16];
    int err = 0;
    unsigned n = 0;
    world_make(makers[0]);
    world_mount();
    tree_make();
    for (; !err; n++) {
        snprintf(name, sizeof name, "to/f%u", n);
        err = world_create(name, 60000, n);
    }
    for (unsigned left = 0; left < 9; left++) {
        assert_int_equal(ext2_sync(world.fs), 0);
        ext2_statfs(world.fs, &before);
        err = world_rename("from/d", "to/at/e");
        assert_int_equal(ext2_sync(world.fs), 0);
        ext2_statfs(world.fs, &after);
        if (err) {
            assert_int_equal(err, ENOSPC);
            assert_true(tree_is_at("from/d"));
            assert_null(world_open("to/at/e"));
            assert_int_equal(after.free_blocks, before.free_blocks);
        } else
            assert_true(tree_is_at("to/at/e"));
        assert_int_equal(after.free_inodes, before.free_inodes);
        if (!err)
            break;
        struct ext2_inode *inode = world_open("to/f0");
        assert_int_equal(ext2_truncate(inode, inode->size > 1024 ? inode->size - 1024 : 0), 0);
        ext2_inode_put(inode);
    }
    assert_int_equal(err, 0);
    world_unmount();
}

/* A block cannot be read while the new tree is being made: what was made of it is removed again. */
static void a_move_that_fails_in_the_middle_changes_nothing(void **state)
{
    (void) state;
    unsigned failed = 0;
    for (unsigned n = 1; n < 40; n++) {
        struct ext2_statfs before, after;
        world_make(makers[0]);
        world_mount();
        tree_make();
        assert_int_equal(ext2_unmount(world.fs), 0);
        world_mount();
        struct ext2_inode *inode = world_open("to/at");     /* so that the new place was read */
        ext2_inode_put(inode);
        ext2_statfs(world.fs, &before);
        world.fail_read = n;
        int err = world_rename("from/d", "to/at/e");
        world.fail_read = 0;
        if (err && err != EIO && err != ENOENT)       /* the path could not be walked */
            fail_msg("read %u fails: %s (%s)", n, strerror(err), world.fs->sentence);
        assert_int_equal(ext2_sync(world.fs), 0);
        ext2_statfs(world.fs, &after);
        assert_true(tree_is_at(err ? "from/d" : "to/at/e"));
        assert_null(world_open(err ? "to/at/e" : "from/d"));
        world_unmount();
        if (after.free_inodes != before.free_inodes)
            fail_msg("read %u: %u free inodes, before %u: %s", n, after.free_inodes, before.free_inodes, strerror(err));
        failed += err != 0;
        world_end();
    }
    assert_true(failed > 5);
}

/* More than it does while others wait. */
static void a_tree_that_is_too_large_stays_where_it_is(void **state)
{
    (void) state;
    char path[512] = "from/d";
    world_make("mke2fs -q -F -t ext2 -b 1024 -N 1400 %s 4m 2>&1");
    world_mount();
    tree_make();
    for (unsigned i = 0; i < 48; i++) {
        strcat(path, "/x");
        assert_int_equal(world_mkdir(path), 0);
    }
    assert_int_equal(world_rename("from/d", "to/at/e"), EXDEV);
    path[strlen(path) - 2] = 0;
    assert_int_equal(world_rename("from/d/x", "to/at/x"), 0);
    for (unsigned i = 0; i < 1024; i++) {
        snprintf(path, sizeof path, "from/d/y%u", i);
        assert_int_equal(world_mkdir(path), 0);
    }
    assert_int_equal(world_rename("from/d", "to/at/e"), EXDEV);
    assert_true(tree_is_at("from/d"));
    world_unmount();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, done)
    const struct CMUnitTest tests[] = {
        TEST(every_cut_in_a_move_is_repaired_without_a_question),
        TEST(link_counts_and_parents_are_right),
        TEST(a_directory_cannot_move_into_itself),
        TEST(a_move_on_a_full_disk_changes_nothing),
        TEST(a_move_that_fails_in_the_middle_changes_nothing),
        TEST(a_tree_that_is_too_large_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
