/* SPDX-License-Identifier: MIT */
/* links: lib/ext2/blocks.c lib/ext2/cache.c lib/ext2/directory.c lib/ext2/file.c lib/ext2/group.c lib/ext2/index.c lib/ext2/inode.c lib/ext2/known.c lib/ext2/move.c lib/ext2/names.c lib/ext2/repair.c lib/ext2/rewrite.c lib/ext2/super.c */
/* The power goes at any write: a storm of changes is recorded write by write, and cut after each
 * Nth.  A disk keeps the writes before its last flush; those behind it come in any order, so half
 * of the cuts keep only some of these.  Then `e2fsck -p` repairs without a question, `e2fsck -fn`
 * finds nothing more, and what was synced and not touched since is there, byte for byte.  The same
 * holds when lib/ext2/repair.c repairs in place of e2fsck, which gets half of the cuts.
 * EXT2_CUTS and EXT2_SEED choose more cuts, and others. */
#include "tests/host/ext2_world.h"

enum { DIRECTORIES = 5, FILES = 20, STEPS = 500, SYNC_EVERY = 60, CUTS = 10, VERSIONS = 1 << 16 };

struct file {
    bool exists;
    uint32_t size, seed;
};

/* What the storm did at one step: which files it touched, and when. */
struct step {
    uint32_t start;                     /* in the log */
    int file[2];                        /* -1: none */
    bool synced;
};

static struct file model[DIRECTORIES * FILES];
static struct file (*snapshot)[DIRECTORIES * FILES];    /* one for each step that synced */
static struct step step[STEPS];

static const char *path_of(int i)
{
    static char path[4][64];
    static unsigned next;
    char *p = path[next++ % 4];
    snprintf(p, 64, "d%d/%s%d", i / FILES, i % 3 ? "f" : "a-file-with-a-longer-name-", i % FILES);
    return p;
}

static uint32_t size_roll(void)
{
    static const uint32_t most[] = { 100, 3000, 20000, 400000 };
    return world_roll(most[world_roll(16) ? world_roll(3) : 3]);
}

static int check(int err)
{
    if (err && err != ENOSPC && err != EEXIST && err != ENOENT && err != ENOTEMPTY)
        fail_msg("%s (%s)", strerror(err), world.fs->sentence);
    return err;
}

static void file_make(int i)
{
    struct file *f = &model[i];
    if (f->exists) {
        if (!check(world_name(ext2_unlink, path_of(i))))
            f->exists = false;
        return;
    }
    *f = (struct file) { true, size_roll(), world_roll(1 << 20) };
    int err = check(world_create(path_of(i), f->size, f->seed));
    if (err == ENOSPC && world_name(ext2_unlink, path_of(i)) == 0)
        f->exists = false;
    else if (err)
        f->exists = false;
}

static void file_change(int i)
{
    struct file *f = &model[i];
    struct ext2_inode *inode = f->exists ? world_open(path_of(i)) : NULL;
    if (!inode)
        return;
    uint32_t size = world_roll(2) ? f->size + world_roll(5000) : world_roll(f->size + 1);
    int err = size < f->size ? ext2_truncate(inode, size)
                             : world_fill(inode, f->size, size - f->size, f->seed);
    check(err);
    f->size = (uint32_t) inode->size;
    ext2_inode_put(inode);
}

static void file_move(int i, int j)
{
    if (!model[i].exists || i == j)
        return;
    if (check(world_rename(path_of(i), path_of(j))))
        return;
    model[j] = model[i];
    model[i].exists = false;
}

/* Directories, links, symbolic links and fifos: for e2fsck's eyes only. */
static void others_change(void)
{
    char a[64], b[64];
    unsigned d = world_roll(DIRECTORIES);
    snprintf(a, sizeof a, "d%u/sub%u", d, world_roll(3));
    snprintf(b, sizeof b, "d%u/sub%u%s", world_roll(2) ? d : world_roll(DIRECTORIES), world_roll(3),
             world_roll(2) ? "-with-a-rather-long-name" : "");
    switch (world_roll(7)) {
    case 0: check(world_mkdir(a)); break;
    case 6:
        snprintf(a, sizeof a, "d%u/fifo%u", d, world_roll(3));
        if (check(world_make(ext2_mkfifo, a)))
            check(world_name(ext2_unlink, a));
        break;
    case 1: check(world_name(ext2_rmdir, a)); break;
    case 2: check(world_rename(a, b)); break;
    case 3:
        strcat(a, "/inner");
        check(world_create(a, world_roll(2000), 1));
        break;
    case 4:
        strcat(a, "/inner");
        check(world_name(ext2_unlink, a));
        break;
    case 5:
        snprintf(a, sizeof a, "d%u/link%u", d, world_roll(4));
        if (check(world_symlink(a, world_roll(2) ? "short" :
                  "a target that is longer than sixty bytes, so that it needs a block of its own")))
            check(world_name(ext2_unlink, a));
        break;
    }
}

static void links_change(int i)
{
    char a[64];
    snprintf(a, sizeof a, "d%u/hard%u", world_roll(DIRECTORIES), world_roll(4));
    if (!model[i].exists || check(world_link(path_of(i), a)) == EEXIST)
        check(world_name(ext2_unlink, a));
}

static void storm_step(struct step *s)
{
    int i = world_roll(DIRECTORIES * FILES), j = world_roll(DIRECTORIES * FILES);
    s->start = world.log_count;
    s->file[0] = s->file[1] = -1;
    switch (world_roll(10)) {
    case 0: case 1: case 2: case 3:
        s->file[0] = i;
        file_make(i);
        break;
    case 4: case 5:
        s->file[0] = i;
        file_change(i);
        break;
    case 6: case 7:
        s->file[0] = i;
        s->file[1] = j;
        file_move(i, j);
        break;
    case 8:
        s->file[0] = i;         /* what is written through the link is not, but links is */
        links_change(i);
        break;
    default:
        others_change();
    }
}

static void storm(const char *maker, uint32_t seed, uint8_t **before)
{
    char path[16];
    world_make(maker);
    world_mount();
    memset(model, 0, sizeof model);
    for (unsigned i = 0; i < DIRECTORIES; i++) {
        snprintf(path, sizeof path, "d%u", i);
        assert_int_equal(world_mkdir(path), 0);
    }
    assert_int_equal(ext2_sync(world.fs), 0);
    *before = malloc(world.size);
    memcpy(*before, world.image, world.size);
    snapshot = calloc(STEPS, sizeof *snapshot);
    world.recording = true;
    world.random = seed;
    for (unsigned n = 0; n < STEPS; n++) {
        world.now++;
        storm_step(&step[n]);
        if (n % SYNC_EVERY == SYNC_EVERY - 1) {
            step[n].synced = true;
            assert_int_equal(ext2_sync(world.fs), 0);
            memcpy(snapshot[n], model, sizeof model);
        }
    }
    assert_int_equal(ext2_unmount(world.fs), 0);
    world.recording = false;
}

static bool file_is(const struct file *f, int i)
{
    struct ext2_inode *inode = world_open(path_of(i));
    bool good = inode && inode->size == f->size && world_holds(inode, 0, f->size, f->seed);
    if (inode)
        ext2_inode_put(inode);
    return good;
}

/* The last sync that was over before the cut; what was touched since may be anything. */
static void expect_synced(uint32_t writes)
{
    bool touched[DIRECTORIES * FILES] = { false };
    int last = -1;
    for (int n = 0; n + 1 < STEPS; n++) {
        if (step[n].synced && step[n + 1].start <= writes)
            last = n;
    }
    if (last < 0)
        return;
    for (int n = last + 1; n < STEPS && step[n].start < writes; n++) {
        for (unsigned k = 0; k < 2; k++) {
            if (step[n].file[k] >= 0)
                touched[step[n].file[k]] = true;
        }
    }
    for (int i = 0; i < DIRECTORIES * FILES; i++) {
        const struct file *f = &snapshot[last][i];
        if (touched[i])
            continue;
        if (f->exists ? !file_is(f, i) : world_open(path_of(i)) != NULL)
            fail_msg("cut after %u writes: %s is not as it was synced", writes, path_of(i));
    }
}

/* The library does it as well, and e2fsck has nothing to add. */
static void expect_repairs_itself(uint32_t writes)
{
    world_mount();
    if (world.fs->read_only)
        fail_msg("cut after %u writes: %s", writes, world.fs->sentence);
    expect_synced(writes);
    assert_int_equal(ext2_unmount(world.fs), 0);
    world_store(world.image);
    world_expect_clean();
}

static void expect_repairs(uint32_t writes)
{
    int status = world_run("e2fsck -p %s 2>&1", world.path);
    if (status > 1 || strstr(world_output, "MANUALLY"))
        fail_msg("cut after %u writes: e2fsck -p: status %d: %s", writes, status, world_output);
    world_expect_clean();
    world_load();
    world_mount();
    expect_synced(writes);
}

static uint32_t number(const char *name, uint32_t otherwise)
{
    const char *value = getenv(name);
    return value ? (uint32_t) strtoul(value, NULL, 0) : otherwise;
}

static void cuts(const char *maker)
{
    uint8_t *before;
    uint32_t seed = number("EXT2_SEED", 1), count = number("EXT2_CUTS", CUTS);
    storm(maker, seed, &before);
    assert_true(world.log_count > 2 * STEPS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t writes = world_roll(world.log_count + 1);
        world_cut(before, writes, i % 2);
        if (i / 2 % 2)
            expect_repairs_itself(writes);
        else
            expect_repairs(writes);
    }
    free(before);
    free(snapshot);
}

static int done(void **state)
{
    (void) state;
    world_end();
    return 0;
}

static void a_cut_at_any_write_is_repaired_without_a_question_1k(void **state)
{
    (void) state;
    cuts("mke2fs -q -F -t ext2 -b 1024 %s 6m 2>&1");
}

static void a_cut_at_any_write_is_repaired_without_a_question_4k(void **state)
{
    (void) state;
    cuts("mke2fs -q -F -t ext2 -b 4096 -I 128 %s 8m 2>&1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_cut_at_any_write_is_repaired_without_a_question_1k, done),
        cmocka_unit_test_teardown(a_cut_at_any_write_is_repaired_without_a_question_4k, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
