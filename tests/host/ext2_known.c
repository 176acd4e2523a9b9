/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* Two short cuts of lib/ext2: names that were found are remembered, and whole blocks of a file may be
 * read from the device, past the cache.  Neither may ever show an old state. */
#include "tests/host/ext2_world.h"

enum { BYTES = 300 * 1024 };

static int done(void **state)
{
    (void) state;
    world_end();
    return 0;
}

static uint32_t number_of(const char *path)
{
    struct ext2_inode *inode = world_open(path);
    uint32_t number = inode ? inode->number : 0;
    if (inode)
        ext2_inode_put(inode);
    return number;
}

static void begin(void)
{
    world_make("mke2fs -q -F -t ext2 -b 1024 %s 6m 2>&1");
    world_mount();
}

static void a_name_that_was_found_is_forgotten_when_it_goes(void **state)
{
    (void) state;
    begin();
    assert_int_equal(world_mkdir("d"), 0);
    assert_int_equal(world_create("d/a", 10, 1), 0);
    assert_int_equal(world_create("d/b", 10, 2), 0);
    uint32_t a = number_of("d/a"), b = number_of("d/b");
    assert_true(a && b && number_of("d/a") == a);
    assert_int_equal(world_rename("d/a", "d/a-longer-name"), 0);
    assert_int_equal(number_of("d/a"), 0);
    assert_int_equal(number_of("d/a-longer-name"), a);
    assert_int_equal(world_rename("d/a-longer-name", "d/b"), 0);
    assert_int_equal(number_of("d/b"), a);
    assert_int_equal(number_of("d/a-longer-name"), 0);
    assert_int_equal(world_name(ext2_unlink, "d/b"), 0);
    assert_int_equal(number_of("d/b"), 0);
    assert_int_equal(world_name(ext2_rmdir, "d"), 0);
    assert_int_equal(number_of("d"), 0);
    assert_int_equal(world_mkdir("e"), 0);
    assert_int_equal(world_mkdir("e/f"), 0);
    assert_int_equal(number_of("e/f/.."), number_of("e"));
    assert_int_equal(world_rename("e/f", "f"), 0);
    assert_int_equal(number_of("f/.."), EXT2_ROOT);
    assert_int_equal(number_of("e/f"), 0);
    world_unmount();
}

static void a_name_that_is_known_needs_no_block(void **state)
{
    (void) state;
    begin();
    assert_int_equal(world_create("a", 10, 1), 0);
    number_of("a");
    uint32_t searched = world.fs->searched;
    for (unsigned i = 0; i < 10; i++)
        number_of("a");
    assert_int_equal(world.fs->searched, searched);
    world_unmount();
}

/* Returns how many bytes of the file can be read past the cache, and checks each of them. */
static uint32_t extents_check(struct ext2_inode *inode, uint32_t seed)
{
    uint32_t shown = 0, run;
    for (uint64_t at = 0, where; at < BYTES; at += run ? run : 1024) {
        assert_int_equal(ext2_extent(inode, at, 64 * 1024, &where, &run), 0);
        assert_true(run % 1024 == 0 && run <= 64 * 1024 && at + run <= inode->size);
        for (uint32_t i = 0; i < run; i++)
            assert_int_equal(world.image[where + i], world_byte(seed, at + i));
        shown += run;
    }
    return shown;
}

/* Other blocks take the place of the file's in the cache. */
static void cache_sweep(void)
{
    struct ext2_inode *other = world_open("other");
    assert_true(world_holds(other, 0, BYTES, 9));
    ext2_inode_put(other);
}

static void the_device_shows_what_the_cache_has_not(void **state)
{
    uint64_t where;
    uint32_t run;
    (void) state;
    begin();
    assert_int_equal(world_create("file", BYTES, 3), 0);
    assert_int_equal(world_create("other", BYTES, 9), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
    struct ext2_inode *inode = world_open("file");
    cache_sweep();
    assert_int_equal(extents_check(inode, 3), BYTES);
    assert_int_equal(world_fill(inode, 20 * 1024, 1024, 4), 0);         /* not written yet */
    assert_int_equal(ext2_extent(inode, 20 * 1024, 4096, &where, &run), 0);
    assert_int_equal(run, 0);
    assert_int_equal(ext2_extent(inode, 18 * 1024, 4096, &where, &run), 0);
    assert_int_equal(run, 2 * 1024);
    assert_int_equal(ext2_truncate(inode, 100 * 1024), 0);
    assert_int_equal(ext2_truncate(inode, BYTES + 10), 0);
    assert_int_equal(ext2_extent(inode, 200 * 1024, 4096, &where, &run), 0);
    assert_int_equal(run, 0);                                           /* a hole */
    assert_int_equal(ext2_extent(inode, BYTES, 4096, &where, &run), 0);
    assert_int_equal(run, 0);                                           /* no whole block */
    assert_int_equal(ext2_extent(inode, 5, 4096, &where, &run), EINVAL);
    assert_int_equal(ext2_extent(inode, BYTES + 1024, 4096, &where, &run), EINVAL);
    ext2_inode_put(inode);
    inode = world_open(".");
    assert_int_equal(ext2_extent(inode, 0, 4096, &where, &run), EINVAL);
    ext2_inode_put(inode);
    world_unmount();
}

/* A pointer to a table of the file system, in the middle of a run. */
static void no_run_goes_through_what_no_file_can_have(void **state)
{
    uint64_t where;
    uint32_t run;
    (void) state;
    begin();
    assert_int_equal(world_create("file", 12 * 1024, 3), 0);
    assert_int_equal(ext2_sync(world.fs), 0);
    struct ext2_inode *inode = world_open("file");
    for (uint32_t i = 0; i < 12; i++)
        inode->block[i] = 1 + i;        /* superblock, descriptors, bitmaps */
    assert_int_equal(ext2_extent(inode, 0, 12 * 1024, &where, &run), EUCLEAN);
    assert_int_equal(run, 0);
    ext2_inode_put(inode);
    world.fs->failed = true;            /* what was changed above stays in memory */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, done)
    const struct CMUnitTest tests[] = {
        TEST(a_name_that_was_found_is_forgotten_when_it_goes),
        TEST(a_name_that_is_known_needs_no_block),
        TEST(the_device_shows_what_the_cache_has_not),
        TEST(no_run_goes_through_what_no_file_can_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
