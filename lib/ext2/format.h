/* SPDX-License-Identifier: MIT */
/* What ext2 looks like on disk: revision 0 and 1, little-endian, as docs/ext2.md describes it.
 * Every structure is read from an untrusted disk; super.c, group.c and directory.c check it. */
#ifndef EXT2_FORMAT_H
#define EXT2_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words on disk are used as they are");

enum {
    EXT2_MAGIC = 0xEF53,
    EXT2_SUPER_AT = 1024,               /* bytes from the start of the file system */
    EXT2_SUPER_SIZE = 1024,
    EXT2_ROOT = 2,                      /* inode of the root directory */
    EXT2_FIRST_INODE = 11,              /* the first that is not reserved, in revision 0 */
    EXT2_INODE_SIZE = 128,              /* in revision 0; never less */
    EXT2_NAME_MOST = 255,
    EXT2_LINKS_MOST = 32000,
    EXT2_SECTOR = 512,                  /* the unit of i_blocks */
    EXT2_DIRECT = 12,                   /* pointers in the inode; then one of each level 1 to 3 */
    EXT2_POINTERS = 15,
    EXT2_FAST_SYMLINK = 60,             /* bytes for a target in the inode, with its NUL */
    EXT2_ATTRIBUTES_MAGIC = (int) 0xEA020000,
};

/* Superblock: states and features. */
enum {
    EXT2_STATE_VALID = 1,
    EXT2_STATE_ERROR = 2,
    EXT2_COMPAT_JOURNAL = 0x4,
    EXT2_INCOMPAT_FILETYPE = 0x2,
    EXT2_INCOMPAT_RECOVER = 0x4,
    EXT2_RO_SPARSE_SUPER = 0x1,
    EXT2_RO_LARGE_FILE = 0x2,
    EXT2_RO_BTREE_DIR = 0x4,
    EXT2_RO_EXTRA_ISIZE = 0x40,
};

struct ext2_super {
    uint32_t inodes, blocks, reserved_blocks, free_blocks, free_inodes;
    uint32_t first_data_block, log_block_size, log_fragment_size;
    uint32_t blocks_per_group, fragments_per_group, inodes_per_group;
    uint32_t mount_time, write_time;
    uint16_t mounts, mounts_most, magic, state, errors, minor_revision;
    uint32_t check_time, check_interval, creator, revision;
    uint16_t reserved_uid, reserved_gid;
    uint32_t first_inode;               /* from here on: revision 1 */
    uint16_t inode_size, group_of_super;
    uint32_t compat, incompat, ro_compat;
    uint8_t uuid[16];
    char name[16], mounted_on[64];
    uint32_t compression;
    uint8_t prealloc_blocks, prealloc_directory_blocks;
    uint16_t reserved_descriptors;      /* blocks behind the group descriptors, for growing */
    uint8_t journal_uuid[16];
    uint32_t journal_inode, journal_device, last_orphan, hash_seed[4];
    uint8_t hash_version, journal_backup;
    uint16_t descriptor_size;
    uint32_t mount_options, first_meta_group, made_time, journal_blocks[17];
    uint32_t blocks_high, reserved_high, free_high;
    uint16_t extra_size_least, extra_size_wanted;
    uint32_t rest[168];
};
static_assert(sizeof(struct ext2_super) == EXT2_SUPER_SIZE, "a superblock is 1 KB");

struct ext2_group {
    uint32_t block_bitmap, inode_bitmap, inode_table;   /* blocks */
    uint16_t free_blocks, free_inodes, directories, flags;
    uint32_t unused[3];
};
static_assert(sizeof(struct ext2_group) == 32, "a group descriptor is 32 bytes");

/* File types, in i_mode. */
enum {
    EXT2_TYPE = 0xF000,
    EXT2_FIFO = 0x1000, EXT2_CHARACTER = 0x2000, EXT2_DIRECTORY = 0x4000, EXT2_BLOCK = 0x6000,
    EXT2_REGULAR = 0x8000, EXT2_SYMLINK = 0xA000, EXT2_SOCKET = 0xC000,
};

enum {                                  /* i_flags */
    EXT2_FLAG_IMMUTABLE = 0x10, EXT2_FLAG_APPEND = 0x20, EXT2_FLAG_INDEX = 0x1000,
    EXT2_FLAG_EXTENTS = 0x80000, EXT2_FLAG_INLINE = 0x10000000,
};

struct ext2_disk_inode {
    uint16_t mode, uid;
    uint32_t size;
    uint32_t atime, ctime, mtime, dtime;
    uint16_t gid, links;
    uint32_t sectors;                   /* of data, indirect and attribute blocks */
    uint32_t flags, version;
    uint32_t block[EXT2_POINTERS];      /* or the target of a short symbolic link */
    uint32_t generation, attributes, size_high, fragment;
    uint16_t blocks_high, attributes_high, uid_high, gid_high;
    uint32_t author;
    /* from here on: inodes of 256 bytes, and only the first `extra_size` bytes of it */
    uint16_t extra_size, checksum_high;
    uint32_t ctime_extra, mtime_extra, atime_extra;     /* 2 bits of seconds, 30 of nanoseconds */
    uint32_t made_time, made_extra;
};
static_assert(offsetof(struct ext2_disk_inode, extra_size) == EXT2_INODE_SIZE, "128 bytes");

struct ext2_disk_entry {
    uint32_t inode;                     /* 0: not used */
    uint16_t length;                    /* to the next entry; the last one ends with the block */
    uint8_t name_length, type;          /* type: 0 without the feature filetype */
    char name[];
};
enum { EXT2_ENTRY_HEAD = 8 };

struct ext2_attributes {                /* head of a block of extended attributes */
    uint32_t magic, references, blocks;
};

#endif
