/* SPDX-License-Identifier: MIT */
/* What the files of lib/ext2 ask of each other.  ADDS, REMOVES: the function works in a batch of
 * that kind, which batch_begin() has begun. */
#ifndef EXT2_PARTS_H
#define EXT2_PARTS_H

#include <hurd/assert.h>

#include "lib/ext2/ext2.h"

/* ---- cache.c: a buffer that was got is pinned until buffer_put(). ---- */
int cache_init(struct ext2 *fs, void *memory, size_t bytes);
int buffer_get(struct ext2 *fs, uint32_t block, struct ext2_buffer **out);
int buffer_get_ahead(struct ext2 *fs, uint32_t block, uint32_t more, struct ext2_buffer **out);
int buffer_new(struct ext2 *fs, uint32_t block, struct ext2_buffer **out);
bool buffer_present(struct ext2 *fs, uint32_t block);
void buffer_dirty(struct ext2_buffer *b, enum ext2_class class);
void buffer_put(struct ext2_buffer *b);
void buffer_forget(struct ext2 *fs, uint32_t block);
int buffer_write(struct ext2 *fs, struct ext2_buffer *b);
bool cache_is_dirty(const struct ext2 *fs);
int cache_flush(struct ext2 *fs);
int cache_barrier(struct ext2 *fs);

/* ---- super.c ---- */
int super_write(struct ext2 *fs, bool clean);
void fs_fail(struct ext2 *fs);          /* a write failed */
int fs_damaged(struct ext2 *fs, const char *what);      /* read-only from now on; EUCLEAN */
int64_t fs_now(struct ext2 *fs);
/* Called before a change.  If the batch under way is of the other kind, ends it.  EROFS. */
int batch_begin(struct ext2 *fs, enum ext2_mode mode);
/* Writes the batch, then frees the blocks and inodes that it removed. */
int batch_commit(struct ext2 *fs);

/* ---- group.c: bitmaps and descriptors ---- */
bool group_has_super(const struct ext2 *fs, uint32_t group);
int group_get(struct ext2 *fs, uint32_t group, struct ext2_buffer **buffer,
              struct ext2_group **descriptor);
int groups_count(struct ext2 *fs);      /* sums the descriptors up, and checks them */
bool block_is_file(struct ext2 *fs, uint32_t block);    /* may a file have this block? */
/* How many of the blocks from this one on, in its group, a file may have. */
uint32_t blocks_are_file(struct ext2 *fs, uint32_t block, uint32_t count);
int block_alloc(struct ext2 *fs, uint32_t goal, uint32_t *block);
int block_free(struct ext2 *fs, uint32_t block, uint32_t count);
uint32_t block_goal(struct ext2 *fs, uint32_t inode);
int number_alloc(struct ext2 *fs, uint32_t near, bool directory, uint32_t *number);
int number_free(struct ext2 *fs, uint32_t number, bool directory);

/* ---- inode.c ---- */
int inode_load(struct ext2 *fs, uint32_t number, struct ext2_inode *inode);  /* a copy of it */
bool inode_is_good(const struct ext2_inode *inode);
int inode_store(struct ext2_inode *inode);
/* Reads the block to which inode_store() will write: that cannot fail soon after. */
int inode_prepare(const struct ext2_inode *inode);
int inode_new(struct ext2 *fs, uint32_t near, uint32_t mode, struct ext2_owner owner,
              struct ext2_inode **out);
/* The inode has one name less.  Without names it is freed when it is not open any more. */
int inode_unlink(struct ext2_inode *inode);
/* A new inode whose name could not be made. */
void inode_undo(struct ext2_inode *inode);
int inode_reap(struct ext2 *fs, uint32_t number);       /* frees an inode that has no name */
/* Frees an inode whose names are in a directory that goes as well.  REMOVES. */
int inode_drop(struct ext2 *fs, uint32_t number);
/* If the first inode is open, it is the second one from now on, which nobody has open. */
int inode_renumber(struct ext2 *fs, uint32_t number, uint32_t new_number);
/* Copies what inodes of more than 128 bytes have behind these. */
int inode_copy_extra(struct ext2 *fs, uint32_t from, uint32_t to);
static inline bool inode_is(const struct ext2_inode *inode, uint32_t type)
{
    return (inode->mode & EXT2_TYPE) == type;
}
bool inode_has_blocks(const struct ext2_inode *inode);  /* are its pointers block numbers? */

/* ---- blocks.c: which block of the disk holds which block of a file ---- */
uint64_t blocks_most(const struct ext2 *fs);
/* 0 in *block: a hole. */
int blocks_find(struct ext2_inode *inode, uint32_t logical, uint32_t *block);
/* Gets the block's buffer, and reads some blocks behind it, too; NULL: a hole. */
/* The same, and how many blocks of the file lie there one behind the other, `most` at most: as far
 * as they are files', and none of them is in the cache.  A hole: none. */
int blocks_run(struct ext2_inode *inode, uint32_t logical, uint32_t most, uint32_t *block,
               uint32_t *count);
int blocks_read(struct ext2_inode *inode, uint32_t logical, struct ext2_buffer **out);
/* Gets the block's buffer.  A hole gets a new block of zeros.  ADDS.  The caller stores the inode,
 * also after errors. */
int blocks_make(struct ext2_inode *inode, uint32_t logical, struct ext2_buffer **out);
/* Removes all blocks from `keep` on from the file, and frees them.  REMOVES. */
int blocks_cut(struct ext2_inode *inode, uint32_t keep);
/* Frees a tree of blocks that nothing on disk names. */
int blocks_free(struct ext2 *fs, uint32_t block, unsigned level, uint32_t *freed);
/* The same for all blocks that an inode had. */
int pointers_free(struct ext2 *fs, const uint32_t *pointer);

/* ---- known.c: names that were found lately ---- */
bool known_find(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                uint32_t *number);
void known_add(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
               uint32_t number);
void known_void(struct ext2 *fs);       /* a name goes, or gets another inode */

/* ---- index.c: in which block of a large directory a name is ---- */
size_t index_init(struct ext2 *fs, void *memory, size_t bytes);     /* bytes that it took */
struct ext2_indexed *index_find(struct ext2 *fs, uint32_t directory);
struct ext2_indexed *index_new(struct ext2 *fs, uint32_t directory, uint32_t blocks);
void index_drop(struct ext2 *fs, uint32_t directory);
int index_add(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
              uint32_t logical);
void index_remove(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                  uint32_t logical);
/* Gives the next block that may have the name; *step begins at 0. */
bool index_next(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                uint32_t *step, uint32_t *logical);
/* The block's largest gap has changed. */
void index_set_gap(struct ext2_indexed *x, uint32_t logical, uint32_t bytes);
/* Gives a block with such a gap, or `blocks`. */
uint32_t index_room(struct ext2_indexed *x, uint32_t blocks, uint32_t bytes);

/* ---- directory.c ---- */
uint32_t entry_size(uint32_t name_length);
/* The entry at this offset, or NULL if it cannot be one. */
struct ext2_disk_entry *entry_at(const struct ext2 *fs, uint8_t *data, uint32_t offset);
int entry_bad(struct ext2 *fs);         /* EUCLEAN */
static inline uint32_t directory_blocks(const struct ext2_inode *directory)
{
    return (uint32_t) (directory->size >> directory->fs->block_shift);
}
int directory_block(struct ext2_inode *directory, uint32_t logical, struct ext2_buffer **buffer);
int directory_touch(struct ext2_inode *directory);
/* Puts an entry into the first gap of the block that is large enough; ENOSPC: there is none. */
int entries_insert(struct ext2 *fs, uint8_t *data, const char *name, uint32_t length,
                   const struct ext2_inode *inode);
struct entry_place;
/* Removes the entry: its space is added to the entry before it. */
int entries_remove(struct ext2 *fs, uint8_t *data, const struct entry_place *place);
/* A name has come to a block of the directory, or has gone; the index follows. */
void name_came(struct ext2_inode *directory, uint32_t logical, uint8_t *data, const char *name,
               uint32_t length);
void name_went(struct ext2_inode *directory, uint32_t logical, uint8_t *data, const char *name,
               uint32_t length);
struct entry_place {
    uint32_t logical, offset;           /* of the entry */
    uint32_t before;                    /* of the entry before it in the block; offset: none */
    uint32_t inode;
};
int name_check(const char *name, uint32_t length);
int entry_find(struct ext2_inode *directory, const char *name, uint32_t length,
               struct entry_place *place);
/* ADDS.  If the directory needs one more block, it gets it first, in a batch of its own. */
int entry_add(struct ext2_inode *directory, const char *name, uint32_t length,
              const struct ext2_inode *inode);
int entry_remove(struct ext2_inode *directory, const struct entry_place *place);
int entry_point(struct ext2_inode *directory, const struct entry_place *place,
                const struct ext2_inode *inode);
/* Called before a batch that changes the directory.  Drops the directory's index, in a batch of its
 * own.  EPERM. */
int directory_open(struct ext2_inode *directory);
int directory_init(struct ext2_inode *directory, uint32_t parent);
int directory_is_empty(struct ext2_inode *directory, bool *empty);

/* ---- rewrite.c ---- */
/* Gives the inode another name in the same directory, with one write.  ADDS.  ENOSPC: the block has
 * no room.  A directory must be renamed with one write, so its entry may move to another block. */
int entry_rename(struct ext2_inode *directory, const struct entry_place *place, const char *name,
                 uint32_t length, const struct ext2_inode *inode);
/* `data` is a copy of another directory's block, for this directory: removes the names of
 * directories, and makes "." and ".." this directory's. */
int entries_adopt(struct ext2_inode *directory, uint8_t *data, uint32_t logical, uint32_t parent);

/* ---- move.c ---- */
/* Can the directory move to the directory `to`?  EINVAL: that is in it.  EMLINK, ENOSPC.  EXDEV: it
 * has too many directories in it, or attributes. */
int move_check(struct ext2_inode *directory, struct ext2_inode *to);
/* Pre: move_check() has said 0, and `to` does not have the name.  Post: the directory, and each one
 * in it, has another number. */
int move_directory(struct ext2_inode *from, const char *name, uint32_t length,
                   struct ext2_inode *to, const char *new_name, uint32_t new_length,
                   struct ext2_inode *directory);

/* ---- repair.c ---- */
size_t repair_memory(const struct ext2 *fs);
int repair(struct ext2 *fs, void *memory);

#endif
