/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* Names and directories, small and large, and the index in memory that finds them. */
#include "tests/host/ext2_images.h"

static void every_error_of_every_call_on_names(void **state)
{
    (void) state;
    char longest[300];
    memset(longest, 'n', sizeof longest);
    longest[255] = 0;
    expect_mounts(makers[0]);
    everything();
    assert_int_equal(world_create(longest, 10, 1), 0);
    struct ext2_inode *inode = world_open(longest);
    ext2_inode_put(inode);
    struct ext2_inode *root;
    uint32_t number, n;
    assert_int_equal(ext2_inode_get(world.fs, EXT2_ROOT, &root), 0);
    memset(longest, 'n', 256);
    assert_int_equal(ext2_lookup(root, longest, 256, &number), ENAMETOOLONG);
    assert_int_equal(ext2_lookup(root, "", 0, &number), EINVAL);
    assert_int_equal(ext2_lookup(root, "a/b", 3, &number), EINVAL);
    assert_int_equal(ext2_lookup(root, "a\0b", 3, &number), EINVAL);
    assert_int_equal(ext2_lookup(root, "none", 4, &number), ENOENT);
    assert_int_equal(world_create("a", 0, 0), EEXIST);
    assert_int_equal(world_create(".", 0, 0), EEXIST);
    assert_int_equal(world_mkdir("short"), EEXIST);
    assert_int_equal(world_symlink("a", "x"), EEXIST);
    assert_int_equal(world_symlink("new", ""), EINVAL);
    assert_int_equal(world_link("a/small", "a"), EEXIST);
    assert_int_equal(world_link("a", "a2"), EPERM);
    assert_int_equal(world_name(ext2_unlink, "a"), EISDIR);
    assert_int_equal(world_name(ext2_unlink, "none"), ENOENT);
    assert_int_equal(world_name(ext2_rmdir, "a"), ENOTEMPTY);
    assert_int_equal(world_name(ext2_rmdir, "small-as-well"), ENOTDIR);
    assert_int_equal(world_name(ext2_rmdir, "."), EINVAL);
    assert_int_equal(world_name(ext2_rmdir, ".."), ENOTEMPTY);
    assert_int_equal(world_rename("none", "x"), ENOENT);
    assert_int_equal(world_rename(".", "x"), EINVAL);
    assert_int_equal(world_rename("a", ".."), EINVAL);
    assert_int_equal(world_rename("a", "short"), ENOTDIR);
    assert_int_equal(world_rename("short", "a"), EISDIR);
    assert_int_equal(world_rename("a", "a/b/c"), EINVAL);
    assert_int_equal(world_rename("a/small", "small-as-well"), 0);      /* the same file */
    inode = world_open("a/small");
    assert_int_equal(inode->links, 2);
    assert_int_equal(ext2_lookup(inode, "x", 1, &number), ENOTDIR);
    assert_int_equal(ext2_mkdir(inode, "x", 1, 0, (struct ext2_owner) { 0, 0 }, &root), ENOTDIR);
    assert_int_equal(ext2_readlink(inode, longest, 10, &n), EINVAL);
    ext2_inode_put(inode);
    assert_int_equal(ext2_read(root, 0, longest, 1, &n), EISDIR);
    assert_int_equal(ext2_write(root, 0, longest, 1, &n), EISDIR);
    assert_int_equal(ext2_truncate(root, 0), EISDIR);
    ext2_inode_put(root);
    inode = world_open("short");
    assert_int_equal(ext2_read(inode, 0, longest, 1, &n), EINVAL);
    ext2_inode_put(inode);
    world_unmount();
}

static void rename_over_keeps_one_of_the_two(void **state)
{
    (void) state;
    expect_mounts(makers[0]);
    assert_int_equal(world_mkdir("d"), 0);
    assert_int_equal(world_mkdir("empty"), 0);
    assert_int_equal(world_create("x", 2000, 1), 0);
    assert_int_equal(world_create("d/y", 3000, 2), 0);
    assert_int_equal(world_create("d/z", 3000, 3), 0);
    assert_int_equal(world_rename("x", "d/y"), 0);
    assert_int_equal(world_rename("d/y", "d/z"), 0);
    assert_null(world_open("x"));
    assert_null(world_open("d/y"));
    struct ext2_inode *inode = world_open("d/z");
    assert_true(inode->size == 2000 && world_holds(inode, 0, 2000, 1));
    assert_int_equal(inode->links, 1);
    ext2_inode_put(inode);
    assert_int_equal(world_rename("d", "empty"), 0);
    assert_null(world_open("d"));
    inode = world_open("empty/z");
    assert_non_null(inode);
    ext2_inode_put(inode);
    world_run("true");
    world_unmount();
    world_run("debugfs -R 'ls lost+found' %s 2>/dev/null", world.path);
    assert_null(strstr(world_output, "#"));
}

/* On each kind of image: with types in its directories, and without. */
static void a_fifo_is_made_and_removed(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        expect_mounts(makers[i]);
        assert_int_equal(world_make(ext2_mkfifo, "pipe"), 0);
        assert_int_equal(world_make(ext2_mkfifo, "gone"), 0);
        assert_int_equal(world_make(ext2_mkfifo, "pipe"), EEXIST);
        struct ext2_inode *inode = world_open("pipe");
        assert_true(inode && inode->mode == (EXT2_FIFO | 0755) && inode->sectors == 0);
        ext2_inode_put(inode);
        assert_int_equal(world_name(ext2_unlink, "gone"), 0);
        assert_null(world_open("gone"));
        world_unmount();
        world_run("debugfs -R 'stat pipe' %s 2>/dev/null", world.path);
        assert_non_null(strstr(world_output, "Type: FIFO"));
        assert_int_equal(world_run("e2fsck -fn %s 2>&1", world.path), 0);
        assert_null(strstr(world_output, "Fix"));
    }
}

/* Names of one length fill the blocks, so a longer one does not fit where it was. */
static void a_directory_in_a_full_block_is_renamed(void **state)
{
    (void) state;
    char name[300];
    expect_mounts(makers[0]);
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(world_mkdir(round ? "many" : "few"), 0);
        for (unsigned i = 0; i < (round ? 900u : 200u); i++) {
            snprintf(name, sizeof name, "%s/name-%04u", round ? "many" : "few", i);
            assert_int_equal(i % 50 == 7 ? world_mkdir(name) : world_create(name, 0, 0), 0);
        }
        for (unsigned i = 7; i < 200; i += 50) {
            char new[600];
            snprintf(name, sizeof name, "%s/name-%04u", round ? "many" : "few", i);
            snprintf(new, sizeof new, "%s%0240d", name, 1);
            assert_int_equal(world_rename(name, new), 0);
            assert_null(world_open(name));
            struct ext2_inode *inode = world_open(new);
            assert_non_null(inode);
            ext2_inode_put(inode);
        }
        assert_int_equal(ext2_sync(world.fs), 0);
        world_store(world.image);
        world_expect_clean();
    }
    world_unmount();
}

static unsigned entries_count(const char *path)
{
    struct ext2_inode *directory = world_open(path);
    struct ext2_entry entry;
    uint32_t cursor = 0;
    unsigned n = 0;
    while (ext2_next_entry(directory, &cursor, &entry) == 0)
        n++;
    ext2_inode_put(directory);
    return n;
}

static void directories_grow_and_are_emptied(void **state)
{
    (void) state;
    char name[32];
    expect_mounts("mke2fs -q -F -t ext2 -b 1024 -N 3000 %s 8m 2>&1");
    assert_int_equal(world_mkdir("d"), 0);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "d/file-%u", i);
        assert_int_equal(world_create(name, 0, 0), 0);
    }
    assert_int_equal(entries_count("d"), 2002);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "d/file-%u", (i * 7 + 3) % 2000);
        assert_int_equal(world_name(ext2_unlink, name), 0);
    }
    assert_int_equal(entries_count("d"), 2);
    struct ext2_inode *directory = world_open("d");
    uint32_t number = directory->number, found;
    ext2_inode_put(directory);
    assert_int_equal(world_name(ext2_rmdir, "d"), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
    /* the next one has its number, but none of its names */
    assert_int_equal(world_mkdir("e"), 0);
    directory = world_open("e");
    assert_int_equal(directory->number, number);
    assert_int_equal(ext2_lookup(directory, "..", 2, &found), 0);
    assert_int_equal(found, EXT2_ROOT);
    ext2_inode_put(directory);
    world_unmount();
}

static void file_name(char name[32], unsigned i)
{
    snprintf(name, 32, "d/file-%u", i);
}

/* What a search costs: at first, each block of the directory once, and no more than a fixed number
 * beside; from then on, one block, with any number of names. */
static void the_first_search_reads_each_block_and_the_others_one(void **state)
{
    (void) state;
    enum { BESIDE = 6, BUFFERS = 256, TIMES = 10 };
    char name[32];
    unsigned made = 0;
    uint32_t number, before;
    expect_mounts("mke2fs -q -F -t ext2 -b 1024 -I 128 -N 10100 %s 6m 2>&1");
    assert_int_equal(world_mkdir("d"), 0);
    for (unsigned count = 10; count <= 10000; count *= 10) {
        for (; made < count; made++) {
            file_name(name, made);
            assert_int_equal(world_create(name, 0, 0), 0);
        }
        assert_int_equal(ext2_sync(world.fs), 0);
        assert_int_equal(world_try_mount(BUFFERS), 0);
        struct ext2_inode *directory = world_open("d");
        before = world.fs->reads;
        assert_int_equal(ext2_lookup(directory, name + 2, strlen(name) - 2, &number), 0);
        uint32_t reads = world.fs->reads - before, blocks = directory->size / 1024;
        print_message("a directory of %u names: %u blocks, %u read\n", count, blocks, reads);
        assert_in_range(reads, blocks, blocks + blocks / 256 + BESIDE);
        before = world.fs->searched;
        for (unsigned i = 0; i < TIMES; i++) {
            file_name(name, count / TIMES * i);
            assert_int_equal(ext2_lookup(directory, name + 2, strlen(name) - 2, &number), 0);
        }
        assert_in_range(world.fs->searched - before, TIMES - 1, TIMES * 2);     /* one name may be known */
        before = world.fs->searched;
        for (unsigned i = 0; i < TIMES; i++) {
            file_name(name, i);
            assert_int_equal(world_name(ext2_unlink, name), 0);
            assert_int_equal(world_create(name, 0, 0), 0);
        }
        assert_in_range(world.fs->searched - before, TIMES * 3, TIMES * 9);
        ext2_inode_put(directory);
    }
    world_unmount();
}

/* Names come, go, and change by lot, in a directory with an index and one with too many names for
 * the table: what is found is what was made. */
static void the_index_follows_each_change(void **state)
{
    (void) state;
    enum { NAMES = 4000, STEPS = 20000, SMALL_TABLE = 32, LARGE_TABLE = 256 };
    static bool there[2][NAMES];
    char name[2][64];
    uint32_t seed = 1, lot[4];
    for (unsigned buffers = SMALL_TABLE; buffers <= LARGE_TABLE; buffers *= 8) {
        memset(there, 0, sizeof there);
        world_make("mke2fs -q -F -t ext2 -b 1024 -I 128 -N 9000 %s 6m 2>&1");
        assert_int_equal(world_try_mount(buffers), 0);
        assert_int_equal(world_mkdir("d0"), 0);
        assert_int_equal(world_mkdir("d1"), 0);
        for (unsigned step = 0; step < STEPS; step++) {
            for (unsigned i = 0; i < 4; i++)
                lot[i] = (seed = seed * 1664525u + 1013904223u) >> 8;
            unsigned d = lot[0] % 16 == 0, a = lot[1] % NAMES, b = lot[2] % NAMES;
            snprintf(name[0], 64, "d%u/name-%.*s%u", d, (int) (a % 20), "a-longer-name-follows", a);
            snprintf(name[1], 64, "d%u/name-%.*s%u", d, (int) (b % 20), "a-longer-name-follows", b);
            int err;
            switch (lot[3] % 5) {
            case 0:
                err = world_name(ext2_unlink, name[0]);
                assert_int_equal(err, there[d][a] ? 0 : ENOENT);
                there[d][a] = false;
                break;
            case 1:
                err = world_rename(name[0], name[1]);
                assert_int_equal(err, there[d][a] ? 0 : ENOENT);
                if (!err && a != b) {
                    there[d][a] = false;
                    there[d][b] = true;
                }
                break;
            default:
                err = world_create(name[0], 0, 0);
                assert_int_equal(err, there[d][a] ? EEXIST : 0);
                there[d][a] = true;
            }
        }
        unsigned expected[2] = { 2, 2 };
        for (unsigned i = 0; i < 2 * NAMES; i++)
            expected[i / NAMES] += there[i / NAMES][i % NAMES];
        assert_int_equal(entries_count("d0"), expected[0]);
        assert_int_equal(entries_count("d1"), expected[1]);
        world_unmount();
        assert_int_equal(world_try_mount(buffers), 0);
        struct ext2_inode *directory = world_open("d0");
        for (unsigned i = 0; i < NAMES; i++) {
            uint32_t number;
            int n = snprintf(name[0], 64, "name-%.*s%u", (int) (i % 20), "a-longer-name-follows", i);
            assert_int_equal(ext2_lookup(directory, name[0], n, &number), there[0][i] ? 0 : ENOENT);
        }
        ext2_inode_put(directory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_error_of_every_call_on_names),
        TEST(rename_over_keeps_one_of_the_two),
        TEST(a_fifo_is_made_and_removed),
        TEST(a_directory_in_a_full_block_is_renamed),
        TEST(directories_grow_and_are_emptied),
        TEST(the_first_search_reads_each_block_and_the_others_one),
        TEST(the_index_follows_each_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
