/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* Files on images that mke2fs and genext2fs made: e2fsck and debugfs read what we wrote, and we
 * read what they wrote.  Names: ext2_names.c. */
#include <sys/stat.h>

#include "tests/host/ext2_images.h"

/* ---- all kinds of images ---- */

static void expect_debugfs(const char *path, uint32_t size, uint32_t seed)
{
    static uint8_t expected[800000], got[800001];
    char out[80];
    snprintf(out, sizeof out, "%s.out", world.path);
    world_run("debugfs -R 'dump %s %s' %s 2>/dev/null", path, out, world.path);
    FILE *f = fopen(out, "rb");
    assert_non_null(f);
    assert_int_equal(fread(got, 1, sizeof got, f), size);
    fclose(f);
    unlink(out);
    for (uint32_t i = 0; i < size; i++)
        expected[i] = world_byte(seed, i);
    assert_memory_equal(got, expected, size);
}

static void every_kind_of_image_is_written_so_that_others_read_it(void **state)
{
    (void) state;
    for (unsigned i = 0; i < MAKERS; i++) {
        expect_mounts(makers[i]);
        everything();
        world_unmount();
        expect_debugfs("/a/small", 100, 1);
        expect_debugfs("/small-as-well", 100, 1);
        expect_debugfs("/a/moved", 700000, 2);
        world_run("debugfs -R 'stat /short' %s 2>/dev/null", world.path);
        assert_non_null(strstr(world_output, "a/b"));
        world_mount();
        struct ext2_inode *inode = world_open("a/moved");
        assert_true(world_holds(inode, 0, 700000, 2));
        ext2_inode_put(inode);
        assert_int_equal(world_name(ext2_unlink, "a/moved"), 0);
        assert_int_equal(world_name(ext2_unlink, "long"), 0);
        world_unmount();
    }
}

/* A tree of the host, by mke2fs -d: names, contents, modes, times, links. */
static void what_mke2fs_copied_is_read(void **state)
{
    (void) state;
    char tree[80];
    world_init();
    snprintf(tree, sizeof tree, "%s.d", world.path);
    world_run("mkdir -p %s/sub && cd %s/sub && head -c 500000 /dev/urandom > big && echo text > t &&"
              " chmod 4750 t && touch -d @1234567890 t && ln -s t l && ln t hard &&"
              " for i in $(seq 300); do echo $i > name-$i; done; truncate -s 300k hole &&"
              " echo end >> hole", tree, tree);
    char maker[200];
    for (unsigned kind = 0; kind < 3; kind++) {
        snprintf(maker, sizeof maker, kind == 2 ? "genext2fs -b 8192 -N 800 -d %s -f %%s 2>&1" :
                 "mke2fs -q -F -t ext2 -d %s %s %%s 8m 2>&1", tree, kind ? "-o hurd" : "-b 1024");
        world_make(maker);
        if (kind == 0)
            world_run("e2fsck -fyD %s 2>&1", world.path);       /* makes an index of sub */
        world_load();
        world_mount();
        static uint8_t ours[500000], theirs[500000];
        struct ext2_inode *inode = world_open("sub/big");
        uint32_t n;
        assert_int_equal(inode->size, sizeof ours);
        assert_int_equal(ext2_read(inode, 0, ours, sizeof ours, &n), 0);
        assert_int_equal(n, sizeof ours);
        ext2_inode_put(inode);
        char path[100];
        snprintf(path, sizeof path, "%s/sub/big", tree);
        FILE *f = fopen(path, "rb");
        assert_int_equal(fread(theirs, 1, sizeof theirs, f), sizeof theirs);
        fclose(f);
        assert_memory_equal(ours, theirs, sizeof ours);
        inode = world_open("sub/t");
        assert_int_equal(inode->mode, EXT2_REGULAR | 04750);
        if (kind < 2)
            assert_int_equal(inode->mtime, 1234567890);
        ext2_inode_put(inode);
        inode = world_open("sub/hole");
        assert_int_equal(inode->size, 300 * 1024 + 4);
        assert_int_equal(ext2_read(inode, 300 * 1024 - 3, ours, 100, &n), 0);
        assert_int_equal(n, 7);
        assert_memory_equal(ours, "\0\0\0end\n", 7);
        ext2_inode_put(inode);
        inode = world_open("sub/l");
        assert_int_equal(ext2_readlink(inode, ours, 100, &n), 0);
        assert_memory_equal(ours, "t", 1);
        ext2_inode_put(inode);
        for (unsigned i = 1; i <= 300; i++) {
            snprintf(path, sizeof path, "sub/name-%u", i);
            inode = world_open(path);
            assert_non_null(inode);
            ext2_inode_put(inode);
        }
        inode = world_open("sub");
        if (kind == 0)
            assert_true(inode->flags & EXT2_FLAG_INDEX);
        ext2_inode_put(inode);
        assert_int_equal(world_create("sub/new", 10, 1), 0);
        world_unmount();
    }
    world_run("rm -rf %s", tree);
}

/* ---- features ---- */

static void expect_refused(const char *maker, const char *word, bool mounts)
{
    world_make(maker);
    int err = world_try_mount(WORLD_BUFFERS);
    assert_int_equal(err, mounts ? 0 : EINVAL);
    assert_true(!mounts || world.fs->read_only);
    if (!strstr(world.fs->sentence, word))
        fail_msg("%s: \"%s\" does not say %s", maker, world.fs->sentence, word);
}

static void features_that_we_do_not_know_are_refused_by_name(void **state)
{
    (void) state;
    static const char *const feature[] = {
        "extent", "64bit,extent", "flex_bg", "mmp", "meta_bg,^resize_inode", "inline_data,extent",
        "ea_inode", "encrypt", "casefold", "large_dir", "extent,bigalloc",
    };
    for (unsigned i = 0; i < sizeof feature / sizeof *feature; i++) {
        char maker[100], word[32];
        snprintf(maker, sizeof maker, "mke2fs -q -F -t ext2 -O %s %%s 6m 2>&1", feature[i]);
        snprintf(word, sizeof word, "%.*s", (int) strcspn(feature[i], ","), feature[i]);
        expect_refused(maker, word, false);
    }
    expect_refused("mke2fs -q -F -t ext4 %s 6m 2>&1", "extent 64bit flex_bg", false);
    expect_refused("mke2fs -q -F -O journal_dev %s 6m 2>&1", "journal_dev", false);
    expect_refused("mke2fs -q -F -t ext2 -b 65536 %s 60m 2>&1", "larger than 4 KB", false);
    expect_refused("head -c 100000 /dev/zero > %s", "no ext2", false);
    expect_refused("head -c 1000 /dev/zero > %s", "too small", false);
}

static void features_that_forbid_writing_make_it_read_only(void **state)
{
    (void) state;
    static const char *const feature[] = { "huge_file", "uninit_bg", "dir_nlink", "quota",
                                           "metadata_csum" };
    for (unsigned i = 0; i < sizeof feature / sizeof *feature; i++) {
        char maker[100];
        snprintf(maker, sizeof maker, "mke2fs -q -F -t ext2 -O %s %%s 6m 2>&1", feature[i]);
        expect_refused(maker, feature[i], true);
        assert_int_equal(world_mkdir("x"), EROFS);
        assert_int_equal(world_create("x", 1, 1), EROFS);
        assert_int_equal(world_name(ext2_rmdir, "lost+found"), EROFS);
    }
    expect_refused("mke2fs -q -F -t ext2 %1$s 6m 2>&1 && debugfs -w -R 'ssv state 2' %1$s 2>/dev/null",
                   "e2fsck", true);
    expect_refused("mke2fs -q -F -t ext2 %1$s 6m && debugfs -w -R 'ssv last_orphan 12' %1$s 2>&1",
                   "e2fsck", true);
}

/* ---- repair ---- */

/* What we repair, e2fsck finds to be whole; what asks for a decision is left to it. */
static void expect_repaired(const char *damage, bool repaired)
{
    world_make("mke2fs -q -F -t ext2 %s 6m 2>&1");
    world_mount();
    everything();
    assert_int_equal(ext2_unmount(world.fs), 0);
    world_store(world.image);
    world_run("debugfs -w -R '%s' %s 2>/dev/null", damage, world.path);
    world_run("debugfs -w -R 'ssv state 0' %s 2>/dev/null", world.path);
    world_load();
    world_mount();
    if (world.fs->repaired != repaired || world.fs->read_only == repaired)
        fail_msg("%s: %s", damage, world.fs->sentence);
    if (repaired)
        world_unmount();
}

static void what_was_not_unmounted_is_repaired(void **state)
{
    (void) state;
    static const char *const good[] = {
        "sif /a/small links_count 7", "sif /a links_count 9", "sif /a/moved blocks 2",
        "sif /a/moved size 1000", "clri /a/small", "freeb 700 40", "setb 4000 50", "ffi 13",
        "seti 300", "set_bg 0 free_blocks_count 5", "ssv free_inodes_count 5", "stat /",
    };
    static const char *const bad[] = {
        "unlink /a/moved", "unlink /a", "link /a /twice", "sif /a/moved block[0] 1",
        "sif /a/moved block[1] 0xFFFFFFF", "sif /a/moved mode 0",
    };
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++)
        expect_repaired(good[i], true);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_repaired(bad[i], false);
}

/* ---- contents ---- */

static void holes_and_three_levels(void **state)
{
    (void) state;
    expect_mounts(makers[0]);
    static const uint64_t at[] = { 0, 11 * 1024, 12 * 1024, (12 + 255) * 1024, (12 + 256) * 1024,
                                   (12 + 256 + 65535) * 1024ull, (12 + 256 + 65536) * 1024ull,
                                   (12 + 256 + 65536) * 1024ull + 7654321000ull };
    assert_int_equal(world_create("f", 0, 0), 0);
    struct ext2_inode *inode = world_open("f");
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++)
        assert_int_equal(world_fill(inode, at[i] + 500, 1000, i), 0);
    uint8_t byte;
    uint32_t n;
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
        assert_true(world_holds(inode, at[i] + 500, i == 1 || i == 3 ? 524 : 1000, i));
        assert_int_equal(ext2_read(inode, at[i] + 499, &byte, 1, &n), 0);
    }
    assert_int_equal(ext2_write(inode, UINT64_MAX - 5, &byte, 10, &n), EFBIG);
    assert_int_equal(ext2_write(inode, world.fs->size_most, &byte, 1, &n), EFBIG);
    assert_int_equal(ext2_truncate(inode, world.fs->size_most + 1), EFBIG);
    assert_int_equal(ext2_sync(world.fs), 0);
    world_store(world.image);
    world_run("debugfs -R 'stat f' %s 2>/dev/null", world.path);
    assert_non_null(strstr(world_output, "(TIND):"));
    /* From the end, so that each level goes in turn. */
    for (unsigned i = sizeof at / sizeof *at; i-- > 1; ) {
        assert_int_equal(ext2_truncate(inode, at[i] + 600), 0);
        assert_true(world_holds(inode, at[i] + 500, 100, i));
        assert_int_equal(ext2_truncate(inode, at[i] + 700), 0);
        assert_int_equal(ext2_read(inode, at[i] + 600, &byte, 1, &n), 0);
        assert_int_equal(byte, 0);
        assert_int_equal(ext2_sync(world.fs), 0);
        world_store(world.image);
        world_expect_clean();
    }
    assert_int_equal(ext2_truncate(inode, 0), 0);
    assert_int_equal(inode->sectors, 0);
    ext2_inode_put(inode);
    world_unmount();
}

static void an_unlinked_file_lives_while_it_is_open(void **state)
{
    (void) state;
    expect_mounts(makers[0]);
    struct ext2_statfs before, after;
    ext2_statfs(world.fs, &before);
    assert_int_equal(world_create("f", 50000, 5), 0);
    struct ext2_inode *inode = world_open("f");
    assert_int_equal(world_name(ext2_unlink, "f"), 0);
    assert_int_equal(world_create("g", 50000, 6), 0);
    assert_int_equal(world_fill(inode, 50000, 20000, 5), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
    assert_false(world.fs->clean);
    assert_true(world_holds(inode, 0, 70000, 5));
    assert_int_equal(ext2_unmount(world.fs), EBUSY);
    ext2_inode_put(inode);
    assert_int_equal(world_name(ext2_unlink, "g"), 0);
    world_unmount();
    assert_true(world.fs->clean);
    ext2_statfs(world.fs, &after);
    assert_int_equal(after.free_blocks, before.free_blocks);
    assert_int_equal(after.free_inodes, before.free_inodes);
}

static void a_full_disk_says_so_and_stays_whole(void **state)
{
    (void) state;
    struct ext2_statfs s;
    char name[16];
    int err = 0;
    expect_mounts("mke2fs -q -F -t ext2 -b 1024 -N 64 %s 1m 2>&1");
    unsigned n = 0;
    for (; !err; n++) {
        snprintf(name, sizeof name, "f%u", n);
        err = world_create(name, 30000, n);
    }
    assert_int_equal(err, ENOSPC);
    ext2_statfs(world.fs, &s);
    assert_int_equal(s.free_blocks, 0);
    for (; world_create(name, 0, 0) != ENOSPC; n++)
        snprintf(name, sizeof name, "g%u", n);
    ext2_statfs(world.fs, &s);
    assert_int_equal(s.free_inodes, 0);
    assert_int_equal(world_mkdir("d"), ENOSPC);
    assert_int_equal(world_name(ext2_unlink, "f0"), 0);
    assert_int_equal(world_create("again", 1000, 1), 0);
    world_unmount();
}

/* ---- times, owners, modes ---- */

static void attributes_are_kept(void **state)
{
    (void) state;
    for (unsigned i = 0; i < MAKERS; i++) {
        expect_mounts(makers[i]);
        assert_int_equal(world_create("f", 10, 1), 0);
        struct ext2_inode *inode = world_open("f");
        bool wide = world.fs->inode_size > EXT2_INODE_SIZE;
        int64_t late = wide ? 5000000000 : 2000000000;
        assert_int_equal(ext2_set_mode(inode, 04711), 0);
        assert_int_equal(ext2_set_owner(inode, 100000, 70000), 0);
        assert_int_equal(ext2_set_times(inode, 12345, late), 0);
        ext2_inode_put(inode);
        world_unmount();
        world_mount();
        inode = world_open("f");
        assert_int_equal(inode->mode, EXT2_REGULAR | 04711);
        assert_int_equal(inode->uid, 100000);
        assert_int_equal(inode->gid, 70000);
        assert_int_equal(inode->atime, 12345);
        assert_int_equal(inode->mtime, late);
        assert_true(inode->ctime >= 1700000000);
        ext2_inode_put(inode);
    }
}

/* ---- devices that fail ---- */

static void a_failed_read_is_an_error_and_no_more(void **state)
{
    (void) state;
    expect_mounts(makers[0]);
    everything();
    assert_int_equal(ext2_sync(world.fs), 0);
    for (uint32_t n = 1; n < 60; n++) {
        world_mount();
        world.fail_read = n;
        struct ext2_inode *inode = world_open("a/moved");
        if (inode) {
            world_holds(inode, 0, 700000, 2);
            ext2_inode_put(inode);
        }
        world.fail_read = 0;
        inode = world_open("a/moved");
        assert_true(world_holds(inode, 0, 700000, 2));
        ext2_inode_put(inode);
    }
}

static void a_failed_write_makes_it_read_only(void **state)
{
    (void) state;
    expect_mounts(makers[0]);
    everything();
    world.fail_write = 3;
    assert_int_equal(ext2_sync(world.fs), EIO);
    assert_true(world.fs->read_only);
    assert_int_equal(world_mkdir("x"), EIO);
    assert_int_equal(ext2_sync(world.fs), EIO);
    world_store(world.image);
    int status = world_run("e2fsck -p %s 2>&1", world.path);
    assert_true(status <= 1);
    world_expect_clean();
}

/* The cache's least size is enough for everything. */
static void little_memory_is_enough(void **state)
{
    (void) state;
    world_make(makers[0]);
    assert_int_equal(world_try_mount(EXT2_BUFFERS_LEAST / 5), ENOMEM);
    assert_int_equal(world_try_mount(EXT2_BUFFERS_LEAST / 4 + 1), 0);
    assert_in_range(world.fs->buffer_count, EXT2_BUFFERS_LEAST, EXT2_BUFFERS_LEAST + 16);
    everything();
    assert_int_equal(world_create("large", 2000000, 9), 0);
    struct ext2_inode *inode = world_open("large");
    assert_true(world_holds(inode, 0, 2000000, 9));
    ext2_inode_put(inode);
    world_unmount();
}

static void too_many_open_inodes_are_refused(void **state)
{
    (void) state;
    struct ext2_inode *inode[EXT2_OPEN];
    char name[16];
    expect_mounts(makers[0]);
    for (unsigned i = 0; i <= EXT2_OPEN; i++) {
        snprintf(name, sizeof name, "f%u", i);
        assert_int_equal(world_create(name, 0, 0), 0);
    }
    for (unsigned i = 0; i + 1 < EXT2_OPEN; i++) {
        snprintf(name, sizeof name, "f%u", i);
        inode[i] = world_open(name);
        assert_non_null(inode[i]);
    }
    snprintf(name, sizeof name, "f%u", EXT2_OPEN - 1);
    assert_null(world_open(name));
    assert_int_equal(world_create("new", 0, 0), ENFILE);
    for (unsigned i = 0; i + 1 < EXT2_OPEN; i++)
        ext2_inode_put(inode[i]);
    world_unmount();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_image_is_written_so_that_others_read_it),
        TEST(what_mke2fs_copied_is_read),
        TEST(features_that_we_do_not_know_are_refused_by_name),
        TEST(features_that_forbid_writing_make_it_read_only),
        TEST(what_was_not_unmounted_is_repaired),
        TEST(holes_and_three_levels),
        TEST(an_unlinked_file_lives_while_it_is_open),
        TEST(a_full_disk_says_so_and_stays_whole),
        TEST(attributes_are_kept),
        TEST(a_failed_read_is_an_error_and_no_more),
        TEST(a_failed_write_makes_it_read_only),
        TEST(little_memory_is_enough),
        TEST(too_many_open_inodes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
