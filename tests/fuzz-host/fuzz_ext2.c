/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* An ext2 image of 128 KB in which the input changes bytes: mounted, read and changed. */
#include "input.h"
#include "tests/host/ext2_walk.h"

enum { SIZE = 128 * 1024, BLOCK = 1024, INODES = 32, TABLE = 5, TABLE_BLOCKS = 4, ROOT_BLOCK = 9,
       READS_MOST = 100000 };

static uint8_t image[SIZE], good[SIZE];

static int device_read(void *context, uint32_t block, uint32_t size, uint32_t count,
                       uint8_t *const *data)
{
    (void)context;
    REQUIRE(count > 0 && ((uint64_t)block + count) * size <= SIZE);
    for (uint32_t i = 0; i < count; i++)
        memcpy(data[i], image + (block + i) * size, size);
    return 0;
}

static int device_write(void *context, uint32_t block, uint32_t size, uint32_t count,
                        uint8_t *const *data)
{
    (void)context;
    REQUIRE(count > 0 && ((uint64_t)block + count) * size <= SIZE);
    for (uint32_t i = 0; i < count; i++)
        memcpy(image + (block + i) * size, data[i], size);
    return 0;
}

static void bits_set(uint8_t *map, unsigned from, unsigned to)
{
    for (; from < to; from++)
        map[from / 8] |= 1 << from % 8;
}

/* What mke2fs -O filetype would make: one group, and nothing but a root directory. */
static void format(void)
{
    struct ext2_super super = { .inodes = INODES, .blocks = SIZE / BLOCK, .free_blocks = SIZE / BLOCK - 10,
                                .free_inodes = INODES - 10, .first_data_block = 1, .blocks_per_group = 8192,
                                .fragments_per_group = 8192, .inodes_per_group = INODES, .magic = EXT2_MAGIC,
                                .state = EXT2_STATE_VALID, .revision = 1, .first_inode = EXT2_FIRST_INODE,
                                .inode_size = EXT2_INODE_SIZE, .incompat = EXT2_INCOMPAT_FILETYPE };
    struct ext2_group group = { .block_bitmap = 3, .inode_bitmap = 4, .inode_table = TABLE,
                                .free_blocks = SIZE / BLOCK - 10, .free_inodes = INODES - 10, .directories = 1 };
    struct ext2_disk_inode root = { .mode = EXT2_DIRECTORY | 0755, .size = BLOCK, .links = 2, .sectors = 2,
                                    .block = { ROOT_BLOCK } };
    static const uint8_t entries[] = { 2, 0, 0, 0, 12, 0, 1, 2, '.', 0, 0, 0,
                                       2, 0, 0, 0, 0xF4, 3, 2, 2, '.', '.' };
    memset(image, 0, SIZE);
    memcpy(image + EXT2_SUPER_AT, &super, sizeof super);
    memcpy(image + 2 * BLOCK, &group, sizeof group);
    bits_set(image + 3 * BLOCK, 0, ROOT_BLOCK);
    bits_set(image + 4 * BLOCK, 0, EXT2_FIRST_INODE - 1);
    memcpy(image + TABLE * BLOCK + EXT2_INODE_SIZE, &root, EXT2_INODE_SIZE);
    memcpy(image + ROOT_BLOCK * BLOCK, entries, sizeof entries);
}

static uint8_t memory[EXT2_BUFFERS_LEAST * 2 * 4096];

static int mount(struct ext2 *fs)
{
    struct ext2_device device = { .bytes = SIZE, .read = device_read, .write = device_write };
    return ext2_mount(fs, &device, memory, EXT2_BUFFERS_LEAST * (BLOCK + 256) + 8192);
}

static void fill(struct ext2 *fs)
{
    static const struct ext2_owner owner;
    struct ext2_inode *root, *inode;
    uint32_t n;
    REQUIRE(mount(fs) == 0);
    REQUIRE(ext2_inode_get(fs, EXT2_ROOT, &root) == 0);
    REQUIRE(ext2_mkdir(root, "lost+found", 10, 0700, owner, &inode) == 0);
    ext2_inode_put(inode);
    REQUIRE(ext2_create(root, "file", 4, 0644, owner, &inode) == 0);
    REQUIRE(ext2_write(inode, 15000, "some text", 9, &n) == 0);
    REQUIRE(ext2_write(inode, 300000, "more text", 9, &n) == 0);
    REQUIRE(ext2_link(root, "again", 5, inode) == 0);
    ext2_inode_put(inode);
    REQUIRE(ext2_symlink(root, "symlink", 7, "file", 4, owner, &inode) == 0);
    ext2_inode_put(inode);
    ext2_inode_put(root);
    REQUIRE(ext2_unmount(fs) == 0);
}

/* Three bytes are one change: where, in the lower bits of the first two, and a value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t part[] = { EXT2_SUPER_AT, 2 * BLOCK, TABLE * BLOCK, ROOT_BLOCK * BLOCK,
                                     3 * BLOCK, 10 * BLOCK, 12 * BLOCK, 20 * BLOCK };
    struct input in = { data, data + size };
    static struct ext2 fs;
    if (!good[EXT2_SUPER_AT]) {
        format();
        fill(&fs);
        memcpy(good, image, SIZE);
    }
    memcpy(image, good, SIZE);
    while (input_left(&in)) {
        uint32_t where = take(&in, 2);
        image[(part[where >> 13] + (where & 0x1FFF)) % SIZE] = (uint8_t)take(&in, 1);
    }
    if (mount(&fs) == 0) {
        walk_read(&fs);
        walk_change(&fs);
    } else
        REQUIRE(fs.sentence[0]);
    REQUIRE(fs.reads < READS_MOST);
    return 0;
}
