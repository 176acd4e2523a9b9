/* SPDX-License-Identifier: MIT */
/* Images of every kind on which tests of lib/ext2 work, and some files of every kind on them. */
#ifndef EXT2_IMAGES_H
#define EXT2_IMAGES_H

#include "tests/host/ext2_world.h"

static const char *const makers[] = {
    "mke2fs -q -F -t ext2 %s 6m 2>&1",
    "mke2fs -q -F -t ext2 -b 2048 %s 6m 2>&1",
    "mke2fs -q -F -t ext2 -b 4096 %s 8m 2>&1",
    "mke2fs -q -F -t ext2 -I 128 %s 6m 2>&1",
    "mke2fs -q -F -t ext2 -r 0 %s 6m 2>&1",
    "mke2fs -q -F -t ext2 -O none %s 6m 2>&1",
    "mke2fs -q -F -o hurd %s 8m 2>&1",
    "mke2fs -q -F -o hurd -I 256 %s 8m 2>&1",
    "mke2fs -q -F -t ext3 -b 1024 %s 8m 2>&1",
    "genext2fs -b 6144 -N 512 -f %s 2>&1",
};
enum { MAKERS = sizeof makers / sizeof *makers };

static inline int done(void **state)
{
    (void) state;
    world_end();
    return 0;
}

static inline void expect_mounts(const char *maker)
{
    world_make(maker);
    world_mount();
    if (world.fs->read_only)
        fail_msg("%s: %s", maker, world.fs->sentence);
}

static inline void everything(void)
{
    assert_int_equal(world_mkdir("a"), 0);
    assert_int_equal(world_mkdir("a/b"), 0);
    assert_int_equal(world_create("a/small", 100, 1), 0);
    assert_int_equal(world_create("a/b/large", 700000, 2), 0);
    assert_int_equal(world_create("gone", 3000, 3), 0);
    assert_int_equal(world_link("a/small", "small-as-well"), 0);
    assert_int_equal(world_symlink("short", "a/b"), 0);
    assert_int_equal(world_symlink("long", "a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/small"),
                     0);
    assert_int_equal(world_name(ext2_unlink, "gone"), 0);
    assert_int_equal(world_rename("a/b/large", "a/moved"), 0);
    assert_int_equal(world_mkdir("empty"), 0);
    assert_int_equal(world_name(ext2_rmdir, "empty"), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, done)

#endif
