/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* Images with bits flipped in superblock, descriptors, bitmaps, inodes, directories and indirect
 * blocks: mounted, read and changed.  No crash, no loop, no byte outside the image.
 * EXT2_MUTANTS and EXT2_SEED choose more of them, and others. */
#include "tests/host/ext2_walk.h"
#include "tests/host/ext2_world.h"

enum { MUTANTS = 1000, READS_MOST = 200000 };

static uint32_t random_state = 1;

static uint32_t roll(uint32_t sides)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % sides;
}

static uint32_t number(const char *name, uint32_t otherwise)
{
    const char *value = getenv(name);
    return value ? (uint32_t) strtoul(value, NULL, 0) : otherwise;
}

/* Something of everything: a file of three levels, directories with many blocks, links. */
static void image_fill(void)
{
    char name[64];
    world_mount();
    assert_int_equal(world_mkdir("d"), 0);
    assert_int_equal(world_mkdir("d/e"), 0);
    for (unsigned i = 0; i < 90; i++) {
        snprintf(name, sizeof name, "d/a-name-of-some-length-%u", i);
        assert_int_equal(world_create(name, i % 7 * 1000, i), 0);
    }
    assert_int_equal(world_create("d/e/f", 300000, 1), 0);
    struct ext2_inode *inode = world_open("d/e/f");
    assert_int_equal(world_fill(inode, 70000 * 1024, 3000, 2), 0);
    ext2_inode_put(inode);
    assert_int_equal(world_symlink("l", "d/e"), 0);
    assert_int_equal(world_symlink("m", "a-long-target-a-long-target-a-long-target-a-long-target-"
                                        "a-long-target"), 0);
    assert_int_equal(world_link("d/e/f", "g"), 0);
    assert_int_equal(ext2_unmount(world.fs), 0);
}

/* Where bytes of each kind are, in blocks of 1 KB with 256-byte inodes. */
static size_t place_roll(void)
{
    uint32_t table;
    memcpy(&table, world.image + 2048 + 8, sizeof table);       /* of group 0 */
    switch (roll(8)) {
    case 0: return 1024 + roll(264);                            /* superblock */
    case 1: return 2048 + roll(64);                             /* descriptors */
    case 2: return (size_t) (table - 2) * 1024 + roll(2048);    /* bitmaps */
    case 3: case 4: return (size_t) table * 1024 + roll(112) * 256 + roll(160);
    default: return (size_t) table * 1024 + 256 * 256 + roll(world.size / 2);
    }
}

static void mutate(const uint8_t *good)
{
    memcpy(world.image, good, world.size);
    if (roll(2))
        world.image[EXT2_SUPER_AT + 58] = 0;    /* not unmounted: it is to be repaired */
    for (unsigned n = roll(6) + 1; n > 0; n--) {
        size_t at = place_roll() % (world.size - 4);
        static const uint32_t word[] = { 0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 2, 11, 100 };
        if (roll(3))
            world.image[at] ^= 1 << roll(8);
        else
            memcpy(world.image + at / 4 * 4, &word[roll(8)], 4);
    }
}

static void no_image_makes_it_crash_or_loop_or_leave_the_image(void **state)
{
    (void) state;
    unsigned mounted = 0, refused = 0, damaged = 0, repaired = 0;
    uint32_t count = number("EXT2_MUTANTS", MUTANTS);
    random_state = number("EXT2_SEED", 1);
    world_make("mke2fs -q -F -t ext2 -N 256 -b 1024 %s 2m 2>&1");
    image_fill();
    uint8_t *good = malloc(world.size);
    memcpy(good, world.image, world.size);
    for (uint32_t i = 0; i < count; i++) {
        mutate(good);
        if (world_try_mount(EXT2_BUFFERS_LEAST)) {
            assert_true(world.fs->sentence[0] != 0);
            refused++;
            continue;
        }
        mounted++;
        walk_read(world.fs);
        walk_change(world.fs);
        damaged += world.fs->read_only;
        repaired += world.fs->repaired;
        if (world.fs->reads > READS_MOST)
            fail_msg("image %u of seed %u takes %u reads", i, number("EXT2_SEED", 1),
                     world.fs->reads);
    }
    /* The mutants test something: many are mounted, and in many the damage is found. */
    assert_true(mounted > count / 2);
    assert_true(refused > count / 50);
    assert_true(damaged > count / 20);
    assert_true(repaired > count / 20);
    free(good);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_image_makes_it_crash_or_loop_or_leave_the_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
